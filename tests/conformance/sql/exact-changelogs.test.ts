// Row kinds, their order, and what is not sent, as Flink's operators have them.
import { describe, expect, test } from 'vitest';
import { snapshot } from 'tidemark/testing';
import { change, changes, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const rowsOf = (table: string, rows: readonly (readonly unknown[])[]) =>
  rows.map((values) => row(table, ...values));
const sent = async (job: QueryJob, steps: Parameters<typeof runJob>[1]) => changes(await runJob(job, steps));

const L = { schema: 'a INT, b STRING', changelog: true };
const R = { schema: 'a INT, c STRING', changelog: true };
const joined = (type: string) => `SELECT L.a, b, c FROM L ${type} JOIN R ON L.a = R.a`;
const RIGHT_CHANGES = [
  change('L', '+I', 1, 'x'),
  change('R', '+I', 1, 'p'),
  change('R', '-U', 1, 'p'),
  change('R', '+U', 1, 'q'),
  change('R', '+I', 1, 'r'),
  change('L', '-U', 1, 'x'),
  change('L', '+U', 1, 'y'),
  change('L', '-D', 1, 'y'),
];

const JOINS: readonly (readonly [type: string, expected: readonly string[]])[] = [
  ['', [
    '+I[1, x, p]', '-U[1, x, p]', '+U[1, x, q]', '+I[1, x, r]', '-U[1, x, q]', '-U[1, x, r]', '+U[1, y, q]', '+U[1, y, r]',
    '-D[1, y, q]', '-D[1, y, r]',
  ]],
  ['LEFT', [
    '+I[1, x, null]', '-D[1, x, null]', '+I[1, x, p]', '-U[1, x, p]', '+I[1, x, null]', '-D[1, x, null]', '+I[1, x, q]', '+I[1, x, r]',
    '-D[1, x, q]', '-D[1, x, r]', '+I[1, y, q]', '+I[1, y, r]', '-D[1, y, q]', '-D[1, y, r]',
  ]],
  ['RIGHT', [
    '+I[1, x, p]', '-D[1, x, p]', '+I[1, x, q]', '+I[1, x, r]', '-U[1, x, q]', '-U[1, x, r]', '+I[null, null, q]', '+I[null, null, r]',
    '-D[null, null, q]', '-D[null, null, r]', '+I[1, y, q]', '+I[1, y, r]', '-D[1, y, q]', '-D[1, y, r]', '+I[null, null, q]',
    '+I[null, null, r]',
  ]],
]; // prettier-ignore

describe.each(WAYS)('joins, %s', (_way, way) => {
  test.each(JOINS)('%s JOIN', async (type, expected) => {
    expect(await sent({ tables: { L, R }, query: joined(type), ...way }, RIGHT_CHANGES)).toEqual(expected);
  });

  test('a semi join lets a row through as what lets it through comes and goes', async () => {
    const query = 'SELECT * FROM L WHERE a IN (SELECT a FROM R)';
    const expected = ['+I[1, x]', '-U[1, x]', '+U[1, x]', '-U[1, x]', '+U[1, y]', '-D[1, y]'];
    expect(await sent({ tables: { L, R }, query, ...way }, RIGHT_CHANGES)).toEqual(expected);
  });

  test('an anti join adds and deletes where the other side changes, and hands on its own changes', async () => {
    const query = 'SELECT * FROM L WHERE NOT EXISTS (SELECT 1 FROM R WHERE R.a = L.a)';
    const steps = [
      ...RIGHT_CHANGES.slice(0, 4),
      change('R', '-D', 1, 'q'),
      change('L', '-U', 1, 'x'),
      change('L', '+U', 1, 'y'),
    ];
    const expected = ['+I[1, x]', '-D[1, x]', '+I[1, x]', '-D[1, x]', '+I[1, x]', '-U[1, x]', '+U[1, y]'];
    expect(await sent({ tables: { L, R }, query, ...way }, steps)).toEqual(expected);
  });

  test('with keys that hold the columns of the join, an upsert stream needs no old versions', async () => {
    const keyed = {
      L: { schema: 'a INT, b STRING, PRIMARY KEY (a) NOT ENFORCED', changelog: true },
      R: { schema: 'a INT, c STRING, PRIMARY KEY (a) NOT ENFORCED', changelog: true },
    };
    const job: QueryJob = { tables: keyed, query: joined('LEFT'), upsert: true, ...way };
    expect(await sent(job, RIGHT_CHANGES.filter((_, at) => at !== 4))).toEqual([
      '+I[1, x, null]', '-D[1, x, null]', '+I[1, x, p]', '+I[1, x, q]', '+I[1, y, q]', '-D[1, y, q]',
    ]); // prettier-ignore
  });
});

const S = { schema: 'category STRING, shop INT, num INT' };
const top = (from: string, order: string, condition: string, columns = 'category, shop, num, n') =>
  `SELECT ${columns} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY ${order}) AS n FROM ${from}) WHERE ${condition}`;
const SALES = [['book', 1, 12], ['book', 2, 19], ['book', 4, 11], ['book', 5, 20]]; // prettier-ignore
const COUNTS = '(SELECT category, shop, COUNT(*) AS num FROM S GROUP BY category, shop)';
const SUMS = '(SELECT category, shop, SUM(num) AS num FROM S GROUP BY category, shop)';

describe.each(WAYS)('Top-N, %s', (_way, way) => {
  const shown = (query: string, rows = SALES, upsert = false) =>
    sent({ tables: { S }, query, upsert, ...way }, [...rowsOf('S', rows.slice(0, 2)), snapshot(), ...rowsOf('S', rows.slice(2))]); // prettier-ignore

  test('of rows that are only added, with places: each place that another row has is updated', async () => {
    expect(await shown(top('S', 'num DESC', 'n <= 2'))).toEqual([
      '+I[book, 1, 12, 1]', '-U[book, 1, 12, 1]', '+U[book, 2, 19, 1]', '+I[book, 1, 12, 2]', '-U[book, 2, 19, 1]',
      '+U[book, 5, 20, 1]', '-U[book, 1, 12, 2]', '+U[book, 2, 19, 2]',
    ]); // prettier-ignore
  });

  test('without places: a row goes and one comes', async () => {
    expect(await shown(top('S', 'num DESC', 'n <= 2', 'category, shop'))).toEqual([
      '+I[book, 1]', '+I[book, 2]', '-D[book, 1]', '+I[book, 5]',
    ]); // prettier-ignore
  });

  test('the first place alone is updated', async () => {
    const expected = ['+I[book, 1]', '-U[book, 1]', '+U[book, 2]', '-U[book, 2]', '+U[book, 5]'];
    expect(await shown(top('S', 'num DESC', 'n = 1', 'category, shop'))).toEqual(expected);
    const kept = expected.filter((text) => !text.startsWith('-U'));
    expect(await shown(top('S', 'num DESC', 'n = 1', 'category, shop'), SALES, true)).toEqual(kept);
  });

  test('LIMIT 1 is the first place too', async () => {
    expect(await shown('SELECT shop FROM S ORDER BY num DESC LIMIT 1')).toEqual([
      '+I[1]', '-U[1]', '+U[2]', '-U[2]', '+U[5]',
    ]); // prettier-ignore
  });

  test('behind others that are left out, places are updated though they are not shown', async () => {
    expect(await shown(top('S', 'num DESC', 'n = 2', 'category, shop'))).toEqual([
      '+I[book, 1]', '-U[book, 1]', '+U[book, 2]',
    ]); // prettier-ignore
    expect(await shown('SELECT shop FROM S ORDER BY num DESC LIMIT 1 OFFSET 1')).toEqual([
      '+I[1]', '-U[1]', '+U[2]',
    ]); // prettier-ignore
  });

  test('the first to come by the clock never change', async () => {
    const tables = { S: { schema: 'category STRING, shop INT, num INT, t AS PROCTIME()' } };
    const query = top('S', 't', 'n <= 2', 'category, shop, n');
    expect(await sent({ tables, query, ...way }, rowsOf('S', SALES))).toEqual([
      '+I[book, 1, 1]',
      '+I[book, 2, 2]',
    ]);
  });

  const VISITS = [['book', 1, 1], ['book', 2, 1], ['book', 2, 1], ['book', 3, 1], ['book', 3, 1], ['book', 3, 1]]; // prettier-ignore

  test('over counts, which only rise: a row moves in one change', async () => {
    expect(await shown(top(COUNTS, 'num DESC', 'n <= 2'), VISITS)).toEqual([
      '+I[book, 1, 1, 1]', '+I[book, 2, 1, 2]', '-U[book, 1, 1, 1]', '-U[book, 2, 1, 2]', '+U[book, 2, 2, 1]', '+U[book, 1, 1, 2]',
      '-U[book, 1, 1, 2]', '+U[book, 3, 2, 2]', '-U[book, 2, 2, 1]', '-U[book, 3, 2, 2]', '+U[book, 3, 3, 1]', '+U[book, 2, 2, 2]',
    ]); // prettier-ignore
    expect(await shown(top(COUNTS, 'num DESC', 'n <= 2', 'category, shop, num'), VISITS)).toEqual([
      '+I[book, 1, 1]', '+I[book, 2, 1]', '-U[book, 2, 1]', '+U[book, 2, 2]', '-D[book, 1, 1]', '+I[book, 3, 2]', '-U[book, 3, 2]',
      '+U[book, 3, 3]',
    ]); // prettier-ignore
  });

  test('over sums, which may fall: the old version goes first, and all behind it rise', async () => {
    const rows = [['book', 1, 10], ['book', 2, 20], ['book', 1, 15]]; // prettier-ignore
    expect(await shown(top(SUMS, 'num DESC', 'n <= 2'), rows)).toEqual([
      '+I[book, 1, 10, 1]', '-U[book, 1, 10, 1]', '+U[book, 2, 20, 1]', '+I[book, 1, 10, 2]', '-D[book, 1, 10, 2]', '-U[book, 2, 20, 1]',
      '+U[book, 1, 25, 1]', '+I[book, 2, 20, 2]',
    ]); // prettier-ignore
    expect(await shown(top(SUMS, 'num DESC', 'n <= 1', 'shop, num'), rows)).toEqual([
      '+I[1, 10]', '-D[1, 10]', '+I[2, 20]', '-D[2, 20]', '+I[1, 25]',
    ]); // prettier-ignore
  });

  test('sums of what is never negative only rise', async () => {
    const rows = [['book', 1, 10], ['book', 2, 20], ['book', 1, 15], ['book', 1, -5]]; // prettier-ignore
    const positive = SUMS.replace('FROM S', 'FROM S WHERE num >= 0');
    const expected = [
      '+I[book, 1, 10, 1]', '-U[book, 1, 10, 1]', '+U[book, 2, 20, 1]', '+I[book, 1, 10, 2]', '-U[book, 2, 20, 1]', '-U[book, 1, 10, 2]',
      '+U[book, 1, 25, 1]', '+U[book, 2, 20, 2]',
    ]; // prettier-ignore
    expect(await shown(top(positive, 'num DESC', 'n <= 2'), rows)).toEqual(expected);
    const filtered = SUMS.replace('SUM(num)', 'SUM(num) FILTER (WHERE num > 0)');
    expect(await shown(top(filtered, 'num DESC', 'n <= 2'), rows)).toEqual(expected);
  });

  test('of a table of changes a row that goes makes room for the next', async () => {
    const tables = { S: { ...S, changelog: true } };
    const steps = [
      ...[12, 19, 11].map((num, at) => change('S', '+I', 'book', at + 1, num)),
      change('S', '-D', 'book', 2, 19),
      change('S', '-U', 'book', 1, 12),
      change('S', '+U', 'book', 1, 5),
    ];
    const query = top('S', 'num DESC', 'n <= 2');
    expect(await sent({ tables, query, ...way }, steps)).toEqual([
      '+I[book, 1, 12, 1]', '-U[book, 1, 12, 1]', '+U[book, 2, 19, 1]', '+I[book, 1, 12, 2]', '-U[book, 2, 19, 1]', '+U[book, 1, 12, 1]',
      '-U[book, 1, 12, 2]', '+U[book, 3, 11, 2]', '-U[book, 1, 12, 1]', '+U[book, 3, 11, 1]', '-D[book, 3, 11, 2]', '+I[book, 1, 5, 2]',
    ]); // prettier-ignore
  });
});

describe.each(WAYS)('set operations, %s', (_way, way) => {
  const tables = { A: { schema: 'x INT' }, B: { schema: 'x INT' } };
  const steps = [row('A', 1), row('A', 1), row('B', 1), row('B', 2), row('A', 2)];
  test.each([
    ['INTERSECT', ['+I[1]', '+I[2]']],
    ['EXCEPT', ['+I[1]', '-D[1]']],
    ['INTERSECT ALL', ['+U[1]', '+U[2]']],
    ['EXCEPT ALL', ['+I[1]', '-U[1]', '+U[1]', '+U[1]', '-U[1]', '-U[1]', '+U[1]']],
  ])('%s', async (operation, expected) => {
    const query = `SELECT x FROM A ${operation} SELECT x FROM B`;
    expect(await sent({ tables, query, ...way }, steps)).toEqual(expected);
  });

  test('with a time to live a value that comes again is sent again, so that what is behind keeps it', async () => {
    const settings = { 'table.exec.state.ttl': '1 min' };
    const job: QueryJob = { tables, query: 'SELECT DISTINCT x FROM A', settings, ...way };
    expect(await sent(job, [row('A', 1), row('A', 1)])).toEqual(['+I[1]', '-U[1]', '+U[1]']);
  });
});
