import { expect, test } from 'vitest';
import { generatorSource, WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

const COUNT = 5_000;
const BRANCHES = 10;

test('law 4: editing one of ten branches rebuilds one; the other nine receive no record twice', async () => {
  const folder = temporaryFolder();
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  /** How often each branch has seen each record: by the name of the branch. */
  const seen = new Map<string, number[]>();
  // The list is no part of what the function does; its name is.
  const branch = (name: string) => (env: SessionEnvironment) => {
    const times = seen.get(name) ?? Array.from({ length: COUNT }, () => 0);
    seen.set(name, times);
    const look = notebook.naming([name], (n: number) => {
      times[n]! += 1;
      return n;
    });
    env
      .fromSource(
        generatorSource((n) => n, { count: COUNT }),
        WatermarkStrategy.noWatermarks(),
        'numbers',
      )
      .map(look)
      .keyBy((n) => n % 7)
      .sum((n) => n)
      .show();
  };
  const once = Array.from({ length: COUNT }, () => 1);
  for (let at = 0; at < BRANCHES; at++)
    notebook.cell(`cell ${at}`, branch(`branch ${at}`), [], { [`branch ${at}`]: 1 });
  const finished = (cell: string) => notebook.view(`${cell}/0`).until(({ status }) => status === 'finished');
  for (let at = 0; at < BRANCHES; at++) await finished(`cell ${at}`);
  const before = notebook.view('cell 4/0').values;
  const { rebuilt, kept, changes } = notebook.cell('cell 4', branch('edited'), [], { edited: 1 });
  expect([rebuilt.length, kept.length]).toEqual([1, 0]);
  // What it replays is said, and counted apart from what the others have processed.
  expect(changes[0]).toMatchObject({ change: 'rebuilt', replays: { records: COUNT } });
  await finished('cell 4');
  expect(notebook.view('cell 4/0').values).toEqual(before);
  expect([...seen.keys()]).toHaveLength(BRANCHES + 1);
  for (const [name, times] of seen) expect(times, name).toEqual(once);
  expect(notebook.session.jobs().map(({ records }) => records)).toEqual(
    Array.from({ length: BRANCHES }, () => COUNT),
  );
  expect(notebook.warnings).toEqual([]);
  await notebook.crash();
  folder.remove();
});
