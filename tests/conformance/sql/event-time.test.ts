import { describe, expect, test } from 'vitest';
import { element, on, watermark, type TestStep } from 'tidemark/testing';
import { changes, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const SIDE = { schema: 'k STRING, id STRING, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()' };
const JOINED = { l: SIDE, r: SIDE };
const timed = (table: string, k: string | null, id: string, time: number) =>
  on(table, element([k, id, time], time));
const rows = (result: Awaited<ReturnType<typeof runJob>>) =>
  changes(result)
    .map((text) => text.slice(3, -1))
    .sort();

const LEFT = [
  ['A', 'L1', 999], ['A', 'L2', 1000], ['A', 'L3', 2000], ['A', 'L5', 3000], ['B', 'L4', 4000], ['A', 'L6', 5000], ['A', 'L7', 6000], [null, 'L8', 8000],
] as const; // prettier-ignore
const RIGHT = [['A', 'R6', 6000], ['B', 'R7', 7000], [null, 'R10', 10_000]] as const; // prettier-ignore
const both = (
  left: readonly (readonly [string | null, string, number])[],
  right: readonly (readonly [string | null, string, number])[],
): TestStep<unknown>[] => [
  ...left.map((values) => timed('l', ...values)),
  ...right.map((values) => timed('r', ...values)),
];
const WITHIN = "l.rt BETWEEN r.rt - INTERVAL '5' SECOND AND r.rt + INTERVAL '6' SECOND";
const pairs = (right: string, lefts: readonly string[]) => lefts.map((left) => `${right}, ${left}`);

describe.each(WAYS)('interval joins, %s', (_way, way) => {
  const join = (query: string, steps: readonly TestStep<unknown>[]) =>
    runJob({ tables: JOINED, query, end: true, ...way }, steps);

  test('pair what is near; a bound is included', async () => {
    const result = await join(`SELECT r.id, l.id FROM l, r WHERE l.k = r.k AND ${WITHIN}`, both(LEFT, RIGHT));
    expect(rows(result)).toEqual(
      [...pairs('R6', ['L2', 'L3', 'L5', 'L6', 'L7']), ...pairs('R7', ['L4'])].sort(),
    );
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });

  test('NULL is not distinct from NULL', async () => {
    const result = await join(
      `SELECT r.id, l.id FROM l JOIN r ON l.k IS NOT DISTINCT FROM r.k AND ${WITHIN}`,
      both(LEFT, RIGHT),
    );
    expect(rows(result)).toContain('R10, L8');
    expect(rows(result)).toHaveLength(7);
  });

  test('without equal keys', async () => {
    const result = await join(`SELECT r.id, l.id FROM l JOIN r ON ${WITHIN}`, both(LEFT, RIGHT));
    expect(rows(result)).toEqual(
      [
        ...pairs('R6', ['L2', 'L3', 'L5', 'L4', 'L6', 'L7', 'L8']),
        ...pairs('R7', ['L3', 'L5', 'L4', 'L6', 'L7', 'L8']),
        ...pairs('R10', ['L6', 'L7', 'L8']),
      ].sort(),
    );
  });

  const outer = both(
    ([['A', 1], ['A', 2], ['B', 4], ['B', 5], ['A', 6], ['C', 7], ['A', 10], ['A', 12], ['A', 20]] as const).map(([k, s]) => [k, `L-${s}`, s * 1000] as const),
    ([['A', 6], ['B', 7], ['D', 8], ['A', 11]] as const).map(([k, s]) => [k, `R-${s}`, s * 1000] as const),
  ); // prettier-ignore
  // Pairs of a row 5 s before to 6 s after: R-11 finds L-6, L-10 and L-12.
  const matched = [
    ...pairs('R-6', ['L-1', 'L-2', 'L-6', 'L-10', 'L-12']),
    ...pairs('R-7', ['L-4']),
    ...pairs('R-11', ['L-6', 'L-10', 'L-12']),
  ];

  test('LEFT OUTER pads a row once, when nothing can come any more', async () => {
    const result = await join(
      `SELECT r.id, l.id FROM l LEFT JOIN r ON l.k = r.k AND ${WITHIN} AND l.id <> 'L-5'`,
      outer,
    );
    expect(rows(result)).toEqual(
      [...matched, ...['L-5', 'L-7', 'L-20'].map((left) => `null, ${left}`)].sort(),
    );
  });

  test('RIGHT OUTER', async () => {
    const result = await join(
      `SELECT r.id, l.id FROM l RIGHT JOIN r ON l.k = r.k AND ${WITHIN} AND r.id <> 'R-11'`,
      outer,
    );
    expect(rows(result)).toEqual(
      [...matched.filter((pair) => !pair.startsWith('R-11')), 'R-7, L-5', 'R-11, null', 'R-8, null'].sort(),
    );
  });

  test('bounds the wrong way round pair nothing', async () => {
    const negative = "l.rt BETWEEN r.rt + INTERVAL '6' SECOND AND r.rt - INTERVAL '5' SECOND";
    expect(rows(await join(`SELECT r.id, l.id FROM l JOIN r ON l.k = r.k AND ${negative}`, outer))).toEqual(
      [],
    );
    const padded = await join(`SELECT r.id, l.id FROM l LEFT JOIN r ON l.k = r.k AND ${negative}`, outer);
    expect(rows(padded)).toHaveLength(9);
  });

  test('times stay times: a window on the result', async () => {
    const query = `SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE j, DESCRIPTOR(rt2), INTERVAL '4' SECOND)) GROUP BY k, window_start, window_end`;
    const near = "l.rt BETWEEN r.rt - INTERVAL '5' SECOND AND r.rt + INTERVAL '5' SECOND";
    const views = { j: `SELECT r.k AS k, r.rt AS rt2 FROM l JOIN r ON l.k = r.k AND ${near}` };
    const at = (side: [string, number][], name: string) =>
      side.map(([k, s]) => [k, `${name}${s}`, s * 1000] as const);
    const steps = both(
      at([['A', 1], ['A', 2], ['A', 3], ['B', 4], ['C', 4], ['A', 10], ['A', 13]], 'L'),
      at([['A', 7], ['B', 7], ['A', 8], ['D', 8]], 'R'),
    ); // prettier-ignore
    const result = await runJob({ tables: JOINED, query, views, end: true, ...way }, steps);
    expect(rows(result)).toEqual(['A, 12000, 3', 'A, 8000, 3', 'B, 8000, 1']);
  });
});

const T = { schema: 'a INT, b INT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()' };
type OverStep = readonly [ts: number, a: number, b: number, c: string] | number;
const overSteps = (steps: readonly OverStep[]) =>
  steps.map((step) =>
    typeof step === 'number'
      ? on('T', watermark(step))
      : on('T', element([step[1], step[2], step[3], step[0]], step[0])),
  );

describe.each(WAYS)('OVER, %s', (_way, way) => {
  const over = (query: string, steps: readonly OverStep[]) =>
    runJob({ tables: { T }, query, end: true, ...way } satisfies QueryJob, overSteps(steps));
  const h = (ts: number, a: number, c = 'H'): OverStep => [ts, a, 0, c];

  test('ROWS of a partition', async () => {
    const query = `SELECT c, a, COUNT(a) OVER w, SUM(a) OVER w FROM T
      WINDOW w AS (PARTITION BY c ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)`;
    const result = await over(query, [
      h(1, 1), h(2, 2), h(1, 1), h(2, 2), h(2, 2), h(1, 1), h(3, 7, 'W'), h(1, 7, 'W'), h(1, 7, 'W'), 2,
      h(3, 3), h(4, 4), h(5, 5), h(6, 6), h(20, 20, 'W'), 6, h(8, 8, 'W'), h(7, 7, 'W'), 20,
    ]); // prettier-ignore
    expect(rows(result)).toEqual(
      [
        'H, 1, 1, 1', 'H, 1, 2, 2', 'H, 1, 3, 3', 'H, 2, 3, 4', 'H, 2, 3, 5', 'H, 2, 3, 6', 'H, 3, 3, 7', 'H, 4, 3, 9', 'H, 5, 3, 12',
        'H, 6, 3, 15', 'W, 7, 1, 7', 'W, 7, 2, 14', 'W, 7, 3, 21', 'W, 7, 3, 21', 'W, 8, 3, 22', 'W, 20, 3, 35',
      ].sort(),
    ); // prettier-ignore
  });

  test('a row is late only if its time has gone out already', async () => {
    const query =
      'SELECT a, COUNT(a) OVER w, SUM(a) OVER w FROM T WINDOW w AS (ORDER BY ts ROWS 2 PRECEDING)';
    const result = await over(query, [
      h(2, 2), h(2, 2), h(1, 1), h(1, 1), h(2, 2), h(1, 1), h(20, 20), 3, h(2, 2), h(3, 3), h(4, 4), h(5, 5), h(6, 6), h(7, 7), 7,
      h(9, 9), h(8, 8), h(8, 8), 20,
    ]); // prettier-ignore
    expect(result.records.map(({ value }) => Object.values(value.row).join())).toEqual([
      '1,1,1', '1,2,2', '1,3,3', '2,3,4', '2,3,5', '2,3,6', '3,3,7', '4,3,9', '5,3,12', '6,3,15', '7,3,18', '8,3,21', '8,3,23', '9,3,25', '20,3,37',
    ]); // prettier-ignore
    expect(result.lateRecords).toBe(1);
  });

  test('RANGE: peers share their results', async () => {
    const query = `SELECT b, COUNT(a) OVER w, SUM(a) OVER w FROM T
      WINDOW w AS (PARTITION BY c ORDER BY ts RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW)`;
    const r = (ts: number, a: number, b: number): OverStep => [ts, a, b, 'Hello'];
    const result = await over(query, [
      r(1500, 1, 15), r(1600, 1, 16), r(1000, 1, 1), r(2000, 2, 2), 1000, r(2000, 2, 2), r(2000, 2, 3), r(3000, 3, 3), 2000, r(4000, 4, 4), 3000,
      r(5000, 5, 5), 5000, r(6000, 6, 6), r(6500, 6, 65), 7000, r(9000, 6, 9), r(9500, 6, 18), r(9000, 6, 9), 10_000,
    ]); // prettier-ignore
    expect(result.records.map(({ value }) => Object.values(value.row).join())).toEqual([
      '1,1,1', '15,2,2', '16,3,3', '2,6,9', '2,6,9', '3,6,9', '3,4,9', '4,2,7', '5,2,9', '6,2,11', '65,2,12', '9,2,12', '9,2,12', '18,3,18',
    ]); // prettier-ignore
  });

  test('LAG, ROW_NUMBER and running sums', async () => {
    const query =
      'SELECT a, LAG(a) OVER w, LAG(a, 2, 0) OVER w, ROW_NUMBER() OVER w, SUM(a) OVER w FROM T WINDOW w AS (PARTITION BY c ORDER BY ts)';
    const result = await over(query, [h(1, 1), h(2, 2), h(3, 3), 3]);
    expect(rows(result)).toEqual(['1, null, 0, 1, 1', '2, 1, 0, 2, 3', '3, 2, 1, 3, 6']);
  });
});

describe.each(WAYS)('order by time, %s', (_way, way) => {
  test('rows wait for the watermark, and are late behind the last that has gone out', async () => {
    const job: QueryJob = { tables: { T }, query: 'SELECT a, ts FROM T ORDER BY ts, a DESC', ...way };
    const result = await runJob(
      job,
      overSteps([
        [5, 1, 0, ''],
        [3, 2, 0, ''],
        [5, 3, 0, ''],
        4,
        [3, 9, 0, ''],
        [4, 8, 0, ''],
        [6, 4, 0, ''],
        6,
      ]),
    );
    expect(changes(result)).toEqual(['+I[2, 3]', '+I[8, 4]', '+I[3, 5]', '+I[1, 5]', '+I[4, 6]']);
    expect(result.lateRecords).toBe(1);
  });
});
