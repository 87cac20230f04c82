import { copyFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

/** What kill -9 leaves at one path, at another; once the store has carried out what it was asked for. */
async function leave(notebook: Notebook, from: string, to: string): Promise<void> {
  await notebook.session.labels.declare('any', {}).mark({ start: 0, end: 0 }, 'anomaly');
  for (const suffix of ['', '-wal']) copyFileSync(from + suffix, to + suffix);
}

test('law 8: while streams are paused or stepped, a crash loses nothing of what they have shown', async () => {
  const folder = temporaryFolder();
  const source = new PushedSource(false);
  const shown = (env: SessionEnvironment): void => void env.fromSource(source).show();
  const [path, paused, stepped] = [folder.path('n.sqlite'), folder.path('p.sqlite'), folder.path('s.sqlite')];
  const notebook = await Notebook.open(path);
  notebook.cell('a', shown);
  await notebook.session.settled();
  await source.push(1, 2);
  notebook.env.pause();
  await leave(notebook, path, paused);
  const push = source.push(3);
  await notebook.env.step(1);
  await push;
  await leave(notebook, path, stepped);
  await notebook.crash();
  for (const [left, values] of [
    [paused, [1, 2]],
    [stepped, [1, 2, 3]],
  ] as const) {
    const resumed = await Notebook.open(left, true);
    expect(resumed.session.engine.timeline.records).toBe(values.length);
    resumed.cell('a', shown);
    await resumed.view('a/0').until((view) => view.values.length >= values.length);
    expect(resumed.view('a/0').values.slice(0, values.length)).toEqual(values);
    await resumed.crash();
  }
  folder.remove();
});
