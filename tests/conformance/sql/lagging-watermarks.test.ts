import { describe, expect, test } from 'vitest';
import { element, on, watermark, type TestStep } from 'tidemark/testing';
import { changes, runJob, WAYS } from './changelog-job.ts';

const SIDE = { schema: 'k STRING, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()' };

describe.each(WAYS)('what comes behind an interval join is not late, %s', (_way, way) => {
  /** Both sides in the order of time, the watermark right behind each row. */
  const inOrder = (rows: readonly (readonly [table: 'l' | 'r', key: string, second: number])[]) =>
    [...rows]
      .sort(([, , a], [, , b]) => a - b)
      .flatMap(([table, key, second]): TestStep<unknown>[] => [
        on(table, element([key, second * 1000], second * 1000)),
        on('l', watermark(second * 1000)),
        on('r', watermark(second * 1000)),
      ]);

  test('a window on the time of its older row', async () => {
    const near = "l.rt BETWEEN r.rt - INTERVAL '5' SECOND AND r.rt + INTERVAL '5' SECOND";
    const result = await runJob(
      {
        tables: { l: SIDE, r: SIDE },
        views: { j: `SELECT r.k AS k, r.rt AS rt2 FROM l JOIN r ON l.k = r.k AND ${near}` },
        query: `SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE j, DESCRIPTOR(rt2), INTERVAL '4' SECOND))
          GROUP BY k, window_start, window_end`,
        end: true,
        ...way,
      },
      inOrder([
        ...([1, 2, 3, 10, 13] as const).map((second) => ['l', 'A', second] as const),
        ['l', 'B', 4], ['l', 'C', 4], ['r', 'A', 7], ['r', 'B', 7], ['r', 'A', 8], ['r', 'D', 8],
      ]), // prettier-ignore
    );
    expect(changes(result).sort()).toEqual(['+I[A, 12000, 3]', '+I[A, 8000, 3]', '+I[B, 8000, 1]']);
    expect(result.lateRecords).toBe(0);
  });
});

test('a partition of OVER is forgotten when no row can have its rows in a frame any more', async () => {
  const run = (until: number) =>
    runJob(
      {
        tables: { t: SIDE },
        query: `SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY rt RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW)
          FROM t`,
        end: true,
      },
      [
        on('t', element(['a', 1000], 1000)),
        on('t', watermark(until)),
        on('t', element(['a', until + 1], until + 1)),
      ],
    );
  expect(changes(await run(2999))).toEqual(['+I[a, 1]', '+I[a, 2]']);
  expect(changes(await run(3000))).toEqual(['+I[a, 1]', '+I[a, 1]']);
  expect((await run(9000)).leaks).toEqual({ timers: 0, stateEntries: 0 });
});
