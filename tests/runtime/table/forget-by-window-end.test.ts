// Joins whose rows are forgotten as windows pass, against the join that keeps all rows (one with a time to live does).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { element, on } from 'tidemark/testing';
import { changes, runJob } from '../../conformance/sql/changelog-job.ts';
import { holds } from '../property.ts';

// Without the id equal rows are one that is there twice, to a join that takes rows back.
const SCHEMA = "k STRING, n INT, ts TIMESTAMP(3), id INT, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

const WINDOWS = {
  TUMBLE: "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '4' SECOND)",
  HOP: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
  CUMULATE: "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
  SESSION: "SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND)",
} as const;

const highest = (windows: string, table = 't') =>
  `(SELECT MAX(n) AS m, window_end AS e FROM TABLE(${windows.replace('TABLE t', `TABLE ${table}`)}) GROUP BY window_start, window_end)`;
const seconds = (n: number) => `${n < 0 ? '-' : '+'} INTERVAL '${Math.abs(n)}' SECOND`;

function planOf(query: string, settings: Readonly<Record<string, string>> = {}): string {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  for (const [key, value] of Object.entries(settings)) env.getConfig().set(key, value);
  const schemas = { t: SCHEMA, u: SCHEMA, z: SCHEMA.replace('TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)') };
  for (const [name, schema] of Object.entries(schemas))
    env.createTemporaryView(name, env.fromDataStream(env.fromData<unknown>().name(name), schema));
  return env.explainSql(query);
}

const FOR_EVER = 'state=[rows of both sides, for ever]';
const join = (bound: string, { type = 'JOIN', windows = highest(WINDOWS.TUMBLE) } = {}) =>
  `SELECT b.k FROM t b ${type} ${windows} w ON b.n = w.m AND ${bound}`;

describe('rows of a join are forgotten', () => {
  test.each([
    ["b.ts >= w.e - INTERVAL '4' SECOND", 4_000],
    ["w.e - INTERVAL '4' SECOND < b.ts", 4_000],
    ['b.ts BETWEEN w.e AND w.e', 0],
    ["b.ts + INTERVAL '3' SECOND >= w.e", 3_000],
  ])('where %s', (bound, kept) => {
    expect(planOf(join(bound))).toContain(`state=[rows of the left for ${kept} ms; of the right for ever]`);
  });

  test('of the right side too', () => {
    const query = `SELECT b.k FROM ${highest(WINDOWS.HOP)} w JOIN t b ON b.n = w.m WHERE b.ts >= w.e - INTERVAL '6' SECOND`;
    expect(planOf(query)).toContain('state=[rows of the left for ever; of the right for 6000 ms]');
  });

  test.each([
    ['the time has no bound from below', join('b.ts <= w.e')],
    ['windows are of another table', join('b.ts >= w.e', { windows: highest(WINDOWS.TUMBLE, 'u') })],
    [
      'rows of windows come one by one, late ones too',
      join('b.ts >= w.e', { windows: `(SELECT n AS m, window_end AS e FROM TABLE(${WINDOWS.TUMBLE}))` }),
    ],
    [
      'windows end in local time',
      `SELECT b.k FROM z b JOIN ${highest(WINDOWS.TUMBLE, 'z')} w ON b.n = w.m WHERE CAST(b.ts AS TIMESTAMP(3)) >= w.e`,
    ],
  ])('but not if %s', (_why, query) => {
    expect(planOf(query)).toContain(FOR_EVER);
  });

  test('but not by an outer join, or one whose state has a time to live', () => {
    const bound = "b.ts >= w.e - INTERVAL '4' SECOND";
    expect(planOf(join(bound, { type: 'LEFT JOIN' }))).toContain(FOR_EVER);
    expect(planOf(join(bound), { 'table.exec.state.ttl': '1 h' })).not.toContain('for 4000 ms');
  });
});

const rows = fc.array(
  fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 }), fc.nat(15).map((at) => at * 1_000)), // prettier-ignore
  { minLength: 5, maxLength: 40, size: 'max' },
);

test('the pairs are those of a join that keeps all rows, and come in the same order, however late rows are', () =>
  holds(
    fc.record({
      list: rows,
      window: fc.constantFrom(...(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[])),
      lower: fc.integer({ min: -6, max: 2 }),
      upper: fc.option(fc.integer({ min: 0, max: 3 })),
      turned: fc.boolean(),
      snapshotEveryStep: fc.boolean(),
      parallelism: fc.constantFrom(1, 2),
    }),
    async ({ list, window, lower, upper, turned, ...way }) => {
      const [bids, windows] = ['t b', `${highest(WINDOWS[window])} w`];
      const query =
        `SELECT b.k, b.id, b.ts, w.e FROM ${turned ? windows : bids} JOIN ${turned ? bids : windows} ON b.n = w.m ` +
        `WHERE b.ts >= w.e ${seconds(lower)}${upper === null ? '' : ` AND b.ts <= w.e ${seconds(upper)}`}`;
      const run = (settings: Readonly<Record<string, string>>) =>
        runJob(
          { ...way, tables: { t: { schema: SCHEMA } }, query, settings, end: true },
          list.map((values, id) => on('t', element([...values, id]))),
        );
      const result = await run({});
      expect(changes(result)).toEqual(changes(await run({ 'table.exec.state.ttl': '1 d' })));
      // Windows are kept, one row of each end; of them, no more than one begins or ends with a row.
      const ends = window === 'TUMBLE' ? 5 : window === 'SESSION' ? list.length : 12;
      expect(result.leaks!.stateEntries).toBeLessThanOrEqual(ends);
    },
    40,
    1_000,
  ));
