import { describe, expect, test } from 'vitest';
import { processingTime, snapshot, type TestStep } from 'tidemark/testing';
import {
  change,
  changes,
  materialized,
  row,
  runJob,
  upserted,
  WAYS,
  type QueryJob,
} from './changelog-job.ts';

const T = { schema: 'a INT, b BIGINT, c STRING' };
const BEFORE = [[1, 1, 'Hi'], [2, 2, 'Hello'], [2, 2, 'Hello World']] as const; // prettier-ignore
const AFTER = [[1, 1, 'Hi Again!'], [2, 2, 'Hello Again!'], [2, 2, 'Hello World Again!']] as const; // prettier-ignore
const GROUPED = 'SELECT b, COUNT(*), AVG(a) FILTER (WHERE a > 1), MIN(c) FROM T GROUP BY b';
const rowsOf = (table: string, rows: readonly (readonly unknown[])[]) =>
  rows.map((values) => row(table, ...values));

describe.each(WAYS)('groups, %s', (_way, way) => {
  test('an upsert stream has new versions only', async () => {
    const job: QueryJob = { tables: { T }, query: GROUPED, upsert: true, ...way };
    const result = await runJob(job, [...rowsOf('T', BEFORE), snapshot(), ...rowsOf('T', AFTER)]);
    expect(changes(result)).toEqual([
      '+I[1, 1, null, Hi]',
      '+I[2, 1, 2, Hello]',
      '+U[2, 2, 2, Hello]',
      '+U[1, 2, null, Hi]',
      '+U[2, 3, 2, Hello]',
      '+U[2, 4, 2, Hello]',
    ]);
  });

  test.each(['ONE_PHASE', 'TWO_PHASE'])(
    'mini-batches show many changes of a group at once, %s',
    async (phases) => {
      const settings = {
        'table.optimizer.agg-phase-strategy': phases,
        'table.exec.mini-batch.enabled': 'true',
        'table.exec.mini-batch.size': '5',
        'table.exec.mini-batch.allow-latency': '10 s',
      };
      const job: QueryJob = { tables: { T }, query: GROUPED, upsert: true, settings, ...way };
      const steps = [
        ...rowsOf('T', BEFORE),
        processingTime(10_000),
        snapshot(),
        ...rowsOf('T', AFTER),
        processingTime(20_000),
      ];
      expect(changes(await runJob(job, steps))).toEqual([
        '+I[1, 1, null, Hi]',
        '+I[2, 2, 2, Hello]',
        '+U[1, 2, null, Hi]',
        '+U[2, 4, 2, Hello]',
      ]);
    },
  );

  test('a whole changelog has the old version before the new one, and nothing that stays the same', async () => {
    const job: QueryJob = { tables: { T }, query: 'SELECT b, MAX(a) AS a FROM T GROUP BY b', ...way };
    const result = await runJob(job, rowsOf('T', [[1, 1, 'x'], [1, 1, 'y'], [3, 1, 'z']])); // prettier-ignore
    expect(changes(result)).toEqual(['+I[1, 1]', '-U[1, 1]', '+U[1, 3]']);
  });

  test('state with a time to live forgets groups that have not changed', async () => {
    const settings = { 'table.exec.state.ttl': '1 min' };
    const job: QueryJob = {
      tables: { T },
      query: 'SELECT b, COUNT(*) AS n FROM T GROUP BY b',
      settings,
      ...way,
    };
    const result = await runJob(job, [
      row('T', 1, 1, 'x'),
      processingTime(59_999),
      row('T', 1, 1, 'x'),
      processingTime(119_999),
      row('T', 1, 1, 'x'),
    ]);
    expect(changes(result)).toEqual(['+I[1, 1]', '-U[1, 1]', '+U[1, 2]', '+I[1, 1]']);
  });
});

const SHOPS = { schema: 'category STRING, shopId INT, num INT' };
const TOP = (order: string, places = 'rank_num <= 2') => `SELECT category, shopId, num, rank_num FROM
  (SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY num ${order}) AS rank_num FROM T) WHERE ${places}`;
const SALES = [['book', 1, 12], ['book', 2, 19], ['book', 4, 11], ['fruit', 4, 33], ['fruit', 3, 44], ['fruit', 5, 22]]; // prettier-ignore
const SUMS = `SELECT category, shopId, num, rank_num FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY num %) AS rank_num
  FROM (SELECT category, shopId, SUM(num) AS num FROM T GROUP BY category, shopId)) WHERE rank_num <= `;
const MANY = [
  [11, 100], [11, 200], [12, 400], [12, 500], [10, 600], [10, 700], [9, 800], [9, 900], [10, 500], [8, 110], [8, 120], [7, 1800],
  [9, 300], [6, 1900], [7, 50], [11, 1800], [7, 50], [8, 2000], [6, 700], [5, 800], [4, 910], [3, 1000], [2, 1100], [1, 1200],
].map(([shop, num]) => ['book', shop, num]); // prettier-ignore

const TOP_N: readonly (readonly [string, string, readonly (readonly unknown[])[], readonly string[]])[] = [
  ['the highest two', TOP('DESC'), SALES, ['book, 1, 12, 2', 'book, 2, 19, 1', 'fruit, 3, 44, 1', 'fruit, 4, 33, 2']],
  ['the lowest two', TOP('ASC'), SALES, ['book, 1, 12, 2', 'book, 4, 11, 1', 'fruit, 4, 33, 2', 'fruit, 5, 22, 1']],
  ['the first', TOP('DESC', 'rank_num = 1'), SALES, ['book, 2, 19, 1', 'fruit, 3, 44, 1']],
  ['the second', TOP('DESC', 'rank_num = 2'), SALES, ['book, 1, 12, 2', 'fruit, 4, 33, 2']],
  ['without its place', TOP('DESC').replace('num, rank_num FROM', 'num FROM'), SALES, ['book, 1, 12', 'book, 2, 19', 'fruit, 3, 44', 'fruit, 4, 33']],
  [
    'over sums that change',
    `${SUMS.replace('%', 'DESC')}2`,
    [['book', 1, 11], ['book', 2, 19], ['book', 4, 13], ['book', 1, 11], ['fruit', 4, 33], ['fruit', 5, 12], ['fruit', 3, 44], ['fruit', 5, 22]],
    ['book, 1, 22, 1', 'book, 2, 19, 2', 'fruit, 3, 44, 1', 'fruit, 5, 34, 2'],
  ],
  ['over sums that fall out as they grow', `${SUMS.replace('%', 'ASC')}3`, MANY, ['book, 12, 900, 2', 'book, 4, 910, 3', 'book, 5, 800, 1']],
  [
    'as many as a column says',
    TOP('DESC', 'rank_num <= shops').replace('SELECT *,', "SELECT *, CASE category WHEN 'book' THEN 1 ELSE 2 END AS shops,"),
    SALES,
    ['book, 2, 19, 1', 'fruit, 3, 44, 1', 'fruit, 4, 33, 2'],
  ],
  ['ORDER BY … LIMIT', 'SELECT shopId, num FROM T ORDER BY num DESC LIMIT 2', SALES, ['3, 44', '4, 33']],
  ['OFFSET', 'SELECT shopId, num FROM T ORDER BY num DESC LIMIT 2 OFFSET 1', SALES, ['4, 33', '5, 22']],
]; // prettier-ignore

describe.each(WAYS)('Top-N, %s', (_way, way) => {
  test.each(TOP_N)('%s', async (_title, query, rows, expected) => {
    const result = await runJob({ tables: { T: SHOPS }, query, ...way }, rowsOf('T', rows));
    expect(materialized(result)).toEqual([...expected].sort());
  });
});

const PURCHASES = { schema: 'id INT, name STRING, item STRING, t AS PROCTIME()' };
const BOUGHT = [
  [1, 'terry', 'pen'], [2, 'alice', 'pen'], [3, 'bob', 'pen'], [4, 'bob', 'apple'], [5, 'fish', 'apple'],
]; // prettier-ignore
const LATER = [[6, 'jerry', 'pen'], [7, 'larry', 'apple'], [8, 'bill', 'banana'], [9, 'carol', 'apple']]; // prettier-ignore
const DEDUP = (order: string) =>
  `SELECT id, name, item FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY t ${order}) AS n FROM T) WHERE n = 1`;

describe.each(WAYS)('de-duplication, %s', (_way, way) => {
  test.each([
    ['first', 'ASC', ['+I1', '+I4', '+I8']],
    ['last', 'DESC', ['+I1', '+U2', '+U3', '+I4', '+U5', '+U6', '+U7', '+I8', '+U9']],
  ])('keeps the %s row by the clock', async (_which, order, expected) => {
    const job: QueryJob = { tables: { T: PURCHASES }, query: DEDUP(order), upsert: true, ...way };
    const result = await runJob(job, [...rowsOf('T', BOUGHT), snapshot(), ...rowsOf('T', LATER)]);
    expect(result.records.map(({ value }) => `${value.kind}${String(value.row['id'])}`)).toEqual(expected);
  });
});

const USERS = {
  schema:
    'id STRING, name STRING, email STRING, balance DECIMAL(18, 2), balance2 AS balance * 2, PRIMARY KEY (id) NOT ENFORCED',
  changelog: true,
};
const tom = (email: string, balance: number) => ['user1', 'Tom', email, balance, balance * 2];
const bailey = (email: string) => ['user3', 'Bailey', email, 9.99];
const USER_CHANGES: readonly TestStep<unknown>[] = [
  change('U', '+I', ...tom('tom@gmail.com', 10.02)),
  change('U', '+I', 'user2', 'Jack', 'jack@hotmail.com', 71.2),
  change('U', '-U', ...tom('tom@gmail.com', 10.02)),
  change('U', '+U', ...tom('tom123@gmail.com', 8.1)),
  change('U', '+I', ...bailey('bailey@gmail.com')),
  change('U', '-D', 'user2', 'Jack', 'jack@hotmail.com', 71.2),
  change('U', '+I', 'user4', 'Tina', 'tina@gmail.com', 11.3),
  change('U', '-U', ...bailey('bailey@gmail.com')),
  change('U', '+U', ...bailey('bailey@qq.com')),
];

describe.each(WAYS)('a table of changes, %s', (_way, way) => {
  test('has the rows that are left, with computed columns', async () => {
    const result = await runJob({ tables: { U: USERS }, query: 'SELECT * FROM U', ...way }, USER_CHANGES);
    expect(materialized(result)).toEqual([
      'user1, Tom, tom123@gmail.com, 8.10, 16.20',
      'user3, Bailey, bailey@qq.com, 9.99, 19.98',
      'user4, Tina, tina@gmail.com, 11.30, 22.60',
    ]);
  });

  test('is summed up, MAX too', async () => {
    const query = 'SELECT COUNT(*), SUM(balance), MAX(email) FROM U';
    const result = await runJob({ tables: { U: USERS }, query, ...way }, USER_CHANGES);
    expect(materialized(result)).toEqual(['3, 29.39, tom123@gmail.com']);
  });

  test('a filter hands on what takes a row away', async () => {
    const query = 'SELECT id FROM U WHERE balance > 9';
    const result = await runJob({ tables: { U: USERS }, query, upsert: true, ...way }, USER_CHANGES);
    expect(upserted(result, 1)).toEqual(['user3', 'user4']);
  });

  test('is joined with orders as it was last', async () => {
    const tables = {
      orders: { schema: 'amount BIGINT, currency STRING' },
      rates: { schema: 'currency STRING, rate BIGINT, PRIMARY KEY (currency) NOT ENFORCED', changelog: true },
    };
    const query =
      'SELECT o.currency, o.amount, r.rate, o.amount * r.rate FROM orders AS o JOIN rates AS r ON o.currency = r.currency';
    const rates = [
      ['+I', 'USD', 102], ['+I', 'Euro', 114], ['+I', 'Yen', 1], ['-U', 'Euro', 114], ['+U', 'Euro', 116], ['-U', 'Euro', 116],
      ['+U', 'Euro', 119], ['-D', 'Yen', 1],
    ] as const; // prettier-ignore
    const orders = rowsOf('orders', [[2, 'Euro'], [1, 'USD'], [50, 'Yen'], [3, 'Euro'], [5, 'USD']]); // prettier-ignore
    const steps = [
      ...orders.slice(0, 3),
      ...rates.map(([kind, ...values]) => change('rates', kind, ...values)),
      ...orders.slice(3),
    ];
    const result = await runJob({ tables, query, ...way }, steps);
    expect(materialized(result)).toEqual([
      'Euro, 2, 119, 238',
      'Euro, 3, 119, 357',
      'USD, 1, 102, 102',
      'USD, 5, 102, 510',
    ]);
  });
});
