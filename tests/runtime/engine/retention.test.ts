import { expect, test } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';
import { checkHappenings, checkRetention } from './retention.ts';

test('law 12: whatever budgets are set, what is listed can be restored, and the file stays within them', () =>
  checkRetention(6));

test('law 12: what several sessions have recorded goes from the disk when the last of them has less room', async () => {
  const folder = temporaryFolder();
  const session = [{ kind: 'push', count: 300 }, { kind: 'cut' }, { kind: 'crash' }] as const;
  const happenings = [...session, ...session, ...session, { kind: 'limit rows', rows: 1 }] as const;
  await checkHappenings(folder.path('n.sqlite'), happenings);
  folder.remove();
});

test('law 12: what is left of records that were cut off by going back grows old like others', async () => {
  const folder = temporaryFolder();
  const happenings = [
    { kind: 'push', count: 200 },
    { kind: 'cut' },
    { kind: 'push', count: 100 },
    { kind: 'restore', which: 1 },
    { kind: 'limit time', time: 2_500 },
  ] as const;
  await checkHappenings(folder.path('n.sqlite'), happenings);
  folder.remove();
});

test('law 6: what a session has taken by itself while its streams ran can be restored as well', async () => {
  const folder = temporaryFolder();
  const pushes = Array.from({ length: 12 }, (_, n) => ({ kind: 'push' as const, count: n + 1 }));
  await checkHappenings(folder.path('n.sqlite'), pushes);
  folder.remove();
});

test('law 12: what a lane has still to read after a cut is kept while that is the last, and the cut goes with it', async () => {
  const folder = temporaryFolder();
  const source = new PushedSource(false);
  const numbers = (env: SessionEnvironment) => void env.fromSource(source).show();
  const doubled = (env: SessionEnvironment) =>
    void env
      .fromSource(source)
      .map((n) => 2 * n)
      .show();
  const expected = Array.from({ length: 60 }, (_, n) => 2 * n);
  const path = folder.path('n.sqlite');
  const notebook = await Notebook.open(path);
  notebook.cell('a', numbers);
  for (let n = 0; n < 60; n++) await source.push(n);
  const behind = notebook.cell('b', doubled).cut!;
  notebook.env.recording().limit({ rows: 10 });
  expect(notebook.env.recording().sources[0]).toMatchObject({ kept: 60 });
  await notebook.view('b/0').until(({ values }) => values.length === 60);
  notebook.env.recording().limit({ rows: 10 });
  expect(notebook.env.recording().sources[0]).toMatchObject({ kept: 10 });
  // Gone from memory, but not from the disk: there is no later cut.
  await notebook.env.restore(behind);
  await notebook.view('b/0').until(({ values }) => values.length === 60);
  expect(notebook.view('b/0').values).toEqual(expected);
  await notebook.crash();
  // The process died before another cut: what is doubled goes on from this one.
  const again = await Notebook.open(path, true);
  again.cell('a', numbers);
  again.cell('b', doubled);
  await again.view('b/0').until(({ values }) => values.length === 60);
  expect(again.view('b/0').values).toEqual(expected);
  await again.session.beginCut({ label: 'caught up' })!.durable;
  expect(again.env.snapshots().map(({ id }) => id)).toContain(behind);
  again.env.recording().limit({ rows: 10 });
  expect(again.env.recording().sources[0]).toMatchObject({ kept: 10 });
  expect(again.env.snapshots().map(({ id }) => id)).not.toContain(behind);
  await expect(again.env.restore(behind)).rejects.toMatchObject({ code: 'no-such-cut' });
  await again.crash();
  folder.remove();
});

test('law 7: a snapshot that was listed is restored, though one on its way to the disk takes its place meanwhile', async () => {
  const folder = temporaryFolder();
  const source = new PushedSource();
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  const first = notebook.cell('a', (env) => void env.fromSource(source).show()).cut!;
  await notebook.env.limitSnapshots({ whileRunning: 1, bytes: 1 });
  await source.push(1, 2);
  notebook.session.cut({ label: 'on its way' });
  expect(notebook.env.snapshots().map(({ id }) => id)).toContain(first);
  notebook.env.pause();
  await notebook.env.restore(first);
  expect(notebook.view('a/0').values).toEqual([]);
  expect(notebook.env.snapshots().map(({ id }) => id)).toEqual([first]);
  await notebook.crash();
  folder.remove();
});
