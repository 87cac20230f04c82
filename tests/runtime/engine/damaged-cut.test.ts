import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

test('law 8: if the last cut is damaged, a crashed session goes on from the one before it', async () => {
  const folder = temporaryFolder();
  const path = folder.path('n.sqlite');
  const source = new PushedSource();
  const code = (env: SessionEnvironment) =>
    void env
      .fromSource(source)
      .keyBy((n) => n % 2)
      .sum(0)
      .show();
  try {
    const crashed = await Notebook.open(path);
    crashed.cell('a', code);
    await source.push(1, 2);
    await crashed.session.beginCut({ label: 'good' })!.durable;
    await source.push(3);
    const last = crashed.session.beginCut({ label: 'to be damaged' })!;
    await last.durable;
    await crashed.crash();
    const database = new DatabaseSync(path);
    database
      .prepare(
        'UPDATE blob SET bytes = ? WHERE hash IN (SELECT hash FROM cut_blob WHERE cut = ?) AND hash NOT IN (SELECT hash FROM cut_blob WHERE cut < ?)',
      )
      .run(new Uint8Array(3), last.id, last.id);
    database.close();
    const resumed = await Notebook.open(path, true);
    expect(resumed.warnings).toEqual([expect.stringContaining(`Snapshot ${last.id}`)]);
    expect(resumed.cell('a', code).resumed).toHaveLength(1);
    await source.push(4);
    expect(resumed.view('a/0').values).toEqual([1, 2, 4, 6]);
    await resumed.crash();
  } finally {
    folder.remove();
  }
});
