// Sub-queries that name columns of the query around: they become joins with groups of what is compared.
import { describe, expect, test } from 'vitest';
import { change, materialized, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const TABLES: QueryJob['tables'] = {
  a: { schema: 'id INT, k STRING' },
  b: { schema: 'k STRING, x INT, ts TIMESTAMP(3)', changelog: true },
};
const STEPS = [
  row('a', 1, 'p'),
  change('b', '+I', 'p', 5, 1_000),
  change('b', '+I', 'p', 7, 3_000),
  change('b', '+I', 'q', 9, 2_000),
  row('a', 2, 'q'),
  row('a', 3, 'r'),
  row('a', 4, null),
  change('b', '+I', 'r', 1, 1_000),
  change('b', '-D', 'r', 1, 1_000),
  change('b', '-D', 'q', 9, 2_000),
  change('b', '+I', 'q', 4, 4_000),
  change('b', '+I', null, 8, 5_000),
];

const CASES: readonly (readonly [title: string, query: string, rows: readonly string[]])[] = [
  [
    'an aggregate of what belongs to a row, NULL where nothing does',
    'SELECT id, (SELECT MAX(x) FROM b WHERE b.k = a.k) AS m FROM a',
    ['1, 7', '2, 4', '3, null', '4, null'],
  ],
  [
    'what is counted is 0 where nothing is there, and may be computed with',
    'SELECT id, (SELECT COUNT(*) * 10 + COALESCE(SUM(x), -1) FROM b WHERE b.k = a.k AND x < 9) AS n FROM a',
    ['1, 32', '2, 14', '3, -1', '4, -1'],
  ],
  [
    'a value that HAVING takes away is NULL; where nothing is there HAVING is asked too',
    'SELECT id, (SELECT COUNT(*) FROM b WHERE b.k = a.k HAVING COUNT(*) <> 1) AS n FROM a',
    ['1, 2', '2, null', '3, 0', '4, 0'],
  ],
  [
    'a column of the query around is computed with behind the aggregate',
    'SELECT id, (SELECT MAX(x) + a.id FROM b WHERE b.k = a.k) AS m FROM a',
    ['1, 8', '2, 6', '3, null', '4, null'],
  ],
  [
    'a comparison in WHERE',
    'SELECT id FROM a WHERE id < (SELECT COUNT(*) FROM b WHERE b.k = a.k)',
    ['1'],
  ],
  [
    'the last row of each',
    'SELECT id, (SELECT x FROM b WHERE b.k = a.k ORDER BY ts DESC LIMIT 1) AS x FROM a',
    ['1, 7', '2, 4', '3, null', '4, null'],
  ],
  [
    'the second row of each',
    'SELECT id, (SELECT x FROM b WHERE b.k = a.k ORDER BY ts DESC LIMIT 1 OFFSET 1) AS x FROM a',
    ['1, 5', '2, null', '3, null', '4, null'],
  ],
  [
    'one row without a LIMIT',
    'SELECT id, (SELECT x FROM b WHERE b.k = a.k AND x < 6) AS x FROM a',
    ['1, 5', '2, 4', '3, null', '4, null'],
  ],
  [
    'EXISTS with groups',
    'SELECT id FROM a WHERE EXISTS (SELECT ts FROM b WHERE b.k = a.k GROUP BY ts, k HAVING SUM(x) > 6)',
    ['1'],
  ],
  [
    'NOT EXISTS of an aggregate without groups asks HAVING alone',
    'SELECT id FROM a WHERE NOT EXISTS (SELECT COUNT(*) FROM b WHERE b.k = a.k HAVING COUNT(*) > 0)',
    ['3', '4'],
  ],
  ['EXISTS of an aggregate without groups is always so', 'SELECT id FROM a WHERE EXISTS (SELECT COUNT(*) FROM b WHERE b.k = a.k)', ['1', '2', '3', '4']],
  ['EXISTS with LIMIT', 'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k ORDER BY ts LIMIT 1)', ['1', '2']],
  ['IN of an aggregate', 'SELECT id FROM a WHERE id + 6 IN (SELECT MAX(x) FROM b WHERE b.k = a.k)', ['1']],
  [
    'NOT IN of an aggregate: a row stays only if the comparison is false',
    'SELECT id FROM a WHERE id + 6 NOT IN (SELECT MAX(x) FROM b WHERE b.k = a.k)',
    ['2'],
  ],
  [
    'IN of the first rows of each',
    'SELECT id FROM a WHERE id + 3 IN (SELECT x - 1 FROM b WHERE b.k = a.k ORDER BY x LIMIT 1)',
    ['1'],
  ],
]; // prettier-ignore

describe.each(WAYS)('%s', (_way, way) => {
  test.each(CASES)('%s', async (_title, query, rows) => {
    const end = await runJob({ tables: TABLES, query, ...way }, STEPS);
    expect(materialized(end)).toEqual(rows);
  });
});

test('two rows where one is to be are an error', async () => {
  const query = 'SELECT id, (SELECT x FROM b WHERE b.k = a.k) AS x FROM a';
  await expect(runJob({ tables: TABLES, query }, STEPS)).rejects.toThrow(/several rows/);
});

test.each([
  ['(SELECT MAX(x) FROM b WHERE b.x > a.id)', 'An aggregate that is compared with the query around it by something else than ='],
  ['(SELECT x FROM b WHERE b.x > a.id ORDER BY x LIMIT 1)', 'A LIMIT that is compared'],
  ['(SELECT x FROM b WHERE b.x > a.id)', 'A value that is compared'],
  ['(SELECT SUM(x * a.id) FROM b WHERE b.k = a.k)', 'An aggregate of a column of the query around'],
  ['(SELECT x + a.id FROM b WHERE b.k = a.k)', 'A column of the query around elsewhere than in WHERE'],
  ['(SELECT MAX(x) FROM b WHERE b.k = a.k LIMIT 0)', 'A LIMIT or OFFSET that leaves no row'],
])('%s is refused, with what to write', async (value, says) => {
  const query = `SELECT id,\n  ${value} AS v FROM a`;
  const failure = await runJob({ tables: TABLES, query }, []).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'sql-unsupported', details: { line: 2 } });
  expect((failure as Error).message).toContain(says);
}); // prettier-ignore
