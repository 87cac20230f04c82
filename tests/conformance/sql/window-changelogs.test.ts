// Windows over a table of changes: what is taken back before a window has passed does not count, and results are final.
import { describe, expect, test } from 'vitest';
import type { RowKind } from 'tidemark';
import { on, watermark } from 'tidemark/testing';
import { change, changes, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const T = {
  schema: 'name STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()',
  changelog: true,
};
const at = (kind: RowKind, name: string, v: number, second: number) =>
  change('T', kind, name, v, second * 1000);
const STEPS = [
  at('+I', 'a', 1, 1),
  at('+I', 'a', 4, 2),
  at('+I', 'b', 7, 3),
  at('-U', 'a', 4, 2),
  at('+U', 'a', 9, 6),
  on('T', watermark(5000)),
  // Its window has passed: it is late, and dropped.
  at('-D', 'a', 1, 1),
  at('+I', 'c', 3, 7),
  at('-D', 'c', 3, 7),
  at('-U', 'a', 9, 6),
  at('+U', 'a', 2, 8),
  on('T', watermark(20_000)),
];
const WINDOWED = (window: string) =>
  `SELECT name, COUNT(*), SUM(v), MAX(v), EXTRACT(SECOND FROM window_start), EXTRACT(SECOND FROM window_end)
   FROM TABLE(${window}) GROUP BY name, window_start, window_end`;

describe.each(WAYS)('windows over changes, %s', (_way, way) => {
  const run = async (query: string) =>
    changes(await runJob({ tables: { T }, query, ...way } satisfies QueryJob, STEPS)).sort();

  test.each([
    ["TUMBLE(TABLE T, DESCRIPTOR(ts), INTERVAL '5' SECOND)", ['+I[a, 1, 1, 1, 0, 5]', '+I[a, 1, 2, 2, 5, 10]', '+I[b, 1, 7, 7, 0, 5]']],
    ["CUMULATE(TABLE T, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)", ['+I[a, 1, 1, 1, 0, 5]', '+I[a, 1, 2, 2, 0, 10]', '+I[b, 1, 7, 7, 0, 10]', '+I[b, 1, 7, 7, 0, 5]']],
    ["SESSION(TABLE T PARTITION BY name, DESCRIPTOR(ts), INTERVAL '4' SECOND)", ['+I[a, 1, 2, 2, 1, 12]', '+I[b, 1, 7, 7, 3, 7]']],
  ])('%s', async (window, expected) => {
    expect(await run(WINDOWED(window))).toEqual(expected);
  }); // prettier-ignore

  test('the older windows of GROUP BY take changes too', async () => {
    const query = "SELECT name, SUM(v) FROM T GROUP BY name, TUMBLE(ts, INTERVAL '5' SECOND)";
    expect(await run(query)).toEqual(['+I[a, 1]', '+I[a, 2]', '+I[b, 7]']);
  });

  test('a window function by itself hands changes on', async () => {
    const query = `SELECT name, v, EXTRACT(SECOND FROM window_end)
      FROM TABLE(TUMBLE(TABLE T, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE name = 'a'`;
    expect(await run(query)).toEqual([
      '+I[a, 1, 5]', '+I[a, 4, 5]', '+U[a, 2, 10]', '+U[a, 9, 10]', '-D[a, 1, 5]', '-U[a, 4, 5]', '-U[a, 9, 10]',
    ]); // prettier-ignore
  });
});
