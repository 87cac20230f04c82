// Equal sub-plans run once; the relation is the one that it is when they run apart.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { element, on } from 'tidemark/testing';
import { holds } from '../../runtime/property.ts';
import { materialized, runJob, WAYS } from './changelog-job.ts';

const T = { schema: "k STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND" };
const COUNTS = 'SELECT k, COUNT(*) AS c, SUM(n) AS s FROM t GROUP BY k';
const WINDOWS = `SELECT k, window_start AS b, window_end AS e, COUNT(*) AS c
  FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end`;

const QUERIES: Readonly<Record<string, string>> = {
  'a table joined with itself': `SELECT x.k, y.c FROM (${COUNTS}) x JOIN (${COUNTS}) y ON x.k = y.k`,
  'a table beside itself': `${COUNTS} UNION ALL ${COUNTS}`,
  'a table with the highest of its values': `SELECT x.k FROM (${COUNTS}) x JOIN (SELECT MAX(c) AS m FROM (${COUNTS})) y ON x.c = y.m`,
  'rows that a table has': `SELECT k, s FROM (${COUNTS}) x WHERE c IN (SELECT s FROM (${COUNTS}))`,
  'windows with the highest of their values': `SELECT x.k, x.b, x.c FROM (${WINDOWS}) x
    JOIN (SELECT MAX(c) AS m, b, e FROM (${WINDOWS}) GROUP BY b, e) y ON x.b = y.b AND x.e = y.e AND x.c >= y.m`,
};

const rows = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 3 }), fc.nat(9_000)),
  { minLength: 1, maxLength: 12 },
);

describe.each(WAYS)('equal sub-plans, %s', (_way, way) => {
  test.each(Object.keys(QUERIES))('%s', (name) =>
    holds(
      rows,
      async (list) => {
        const run = (enabled: string) => {
          const settings = { 'table.optimizer.reuse-sub-plan-enabled': enabled };
          const steps = list.map((values) => on('t', element(values)));
          return runJob({ ...way, tables: { t: T }, query: QUERIES[name]!, settings, end: true }, steps);
        };
        expect(materialized(await run('true'))).toEqual(materialized(await run('false')));
      },
      6,
      300,
    ),
  );
});
