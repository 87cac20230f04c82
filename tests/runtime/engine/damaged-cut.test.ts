import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { generatorSource, WatermarkStrategy } from '../../../runtime/src/index.ts';
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

test('law 8: if the recording is damaged, a crashed session goes on from its cut, and reads each record once', async () => {
  const folder = temporaryFolder();
  const path = folder.path('n.sqlite');
  const numbers = (env: SessionEnvironment) =>
    void env
      .fromSource(
        generatorSource((n) => n, { count: 3_000, rate: 1_000 }),
        WatermarkStrategy.noWatermarks(),
        'numbers',
      )
      .keyBy((n) => n % 2)
      .sum((n) => n)
      .show();
  try {
    const crashed = await Notebook.open(path);
    crashed.env.pause();
    crashed.cell('a', numbers);
    for (let step = 0; step < 30; step++) await crashed.env.step(10);
    await crashed.session.beginCut({ label: 'good' })!.durable;
    await crashed.crash();
    const database = new DatabaseSync(path);
    database.exec('UPDATE timeline SET bytes = zeroblob(20) WHERE first = 1');
    database.close();
    const resumed = await Notebook.open(path, true);
    expect(resumed.warnings[0]).toContain('recording');
    expect(resumed.cell('a', numbers).resumed).toHaveLength(1);
    resumed.env.speed(1_000);
    await resumed.view('a/0').until(({ status }) => status === 'finished');
    const sums = [0, 0];
    const expected = Array.from({ length: 3_000 }, (_, n) => (sums[n % 2]! += n));
    expect(resumed.view('a/0').values).toEqual(expected);
    await resumed.crash();
    const again = await Notebook.open(path, true);
    expect(again.cell('a', numbers).resumed).toHaveLength(1);
    await again.view('a/0').until(({ status }) => status === 'finished');
    expect(again.view('a/0').values).toEqual(expected);
    await again.crash();
  } finally {
    folder.remove();
  }
});
