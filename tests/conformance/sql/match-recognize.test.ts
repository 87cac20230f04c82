import { describe, expect, test } from 'vitest';
import type { ChangelogRow, DataStream } from 'tidemark';
import { element, snapshot, testJob, watermark, type TestStep } from 'tidemark/testing';

type Values = Readonly<Record<string, unknown>> & { readonly rt: number };

/** The query on the table `t` of these columns and the time `rt`, as a job. */
function query(sql: string, columns: string): (input: DataStream<Values>) => DataStream<ChangelogRow> {
  return (input) => {
    const env = input.getExecutionEnvironment();
    env.createTemporaryView(
      't',
      input,
      `${columns}, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()`,
    );
    return env.toChangelogStream(env.sqlQuery(sql));
  };
}

const WAYS = [{}, { snapshotEveryStep: true }, { parallelism: 3, snapshotEveryStep: true }];

async function expectRows(
  sql: string,
  columns: string,
  steps: readonly TestStep<Values>[],
  expected: readonly unknown[],
): Promise<void> {
  for (const way of WAYS) {
    const { records } = await testJob([...steps, watermark(1e9)], query(sql, columns), way);
    expect(records.map(({ value }) => Object.values(value.row))).toEqual(expected);
  }
}

/** A row whose columns have these names, its time last. */
const rows =
  (...names: readonly string[]) =>
  (...values: readonly unknown[]): TestStep<Values> => {
    const named = Object.fromEntries([...names, 'rt'].map((name, at) => [name, values[at]])) as Values;
    return element(named, named.rt);
  };

const second = 1000;
const NAMED = 'id INT, name STRING';
/** Rows of one letter each, one a second. */
const named = (text: string, from = 1) =>
  [...text].map((name, i) => rows('id', 'name')(from + i, name, (from + i) * second));

describe('MATCH_RECOGNIZE', () => {
  const ABC = `SELECT * FROM t MATCH_RECOGNIZE (
    ORDER BY rt MEASURES A.id AS aid, B.id AS bid, C.id AS cid
    PATTERN (A B C) DEFINE A AS A.name = 'a', B AS B.name = 'b', C AS C.name = 'c')`;
  test('finds a strict sequence', () => expectRows(ABC, NAMED, named('azbcdabch'), [[6, 7, 8]]));
  test('also over a snapshot', () =>
    expectRows(
      ABC,
      NAMED,
      [...named('azbcdabcab'), watermark(10 * second), snapshot(), ...named('c', 11)],
      [
        [6, 7, 8],
        [9, 10, 11],
      ],
    ));

  test('orders by time, then by what else is said', () => {
    const columns = 's INT, t INT, name STRING, id INT';
    const row = rows('s', 't', 'name', 'id');
    const at = (time: number, s: number, t: number, name: string, id: number) => row(s, t, name, id, time);
    const steps = [
      at(2, 12, 1, 'a', 1), at(1, 11, 2, 'b', 2), at(3, 10, 3, 'c', 3), watermark(3),
      at(4, 8, 4, 'a', 4), at(4, 9, 5, 'b', 5), at(5, 7, 6, 'c', 6), watermark(5),
      at(6, 6, 8, 'a', 7), at(6, 6, 7, 'b', 8), at(8, 4, 9, 'c', 9), watermark(8),
      at(9, 3, 10, 'a', 10), at(10, 2, 11, 'b', 11), at(11, 1, 12, 'c', 12), watermark(11),
    ]; // prettier-ignore
    const sql = ABC.replace('ORDER BY rt', 'ORDER BY rt, s DESC, t ASC');
    return expectRows(sql, columns, steps, [[10, 11, 12]]);
  });

  test('aggregates rows of a variable, or all; NULL does not count', () =>
    expectRows(
      `SELECT * FROM t MATCH_RECOGNIZE (
        ORDER BY rt
        MEASURES SUM(A.price) AS s, COUNT(A.id) AS ids, COUNT(A.price) AS prices, COUNT(*) AS rows_, COUNT(price) AS any_price,
          LAST(id) AS last_id, COUNT(A.*) AS of_a
        PATTERN (A+ C) DEFINE A AS SUM(A.price) < 30, C AS C.name = 'c')`,
      'id INT, name STRING, price INT',
      [
        [1, 'a', 10], [2, 'z', 10], [3, 'b', null], [4, 'c', null], [5, 'd', 3], [6, 'c', 3], [7, 'c', 3], [8, 'c', 3], [9, 'c', 2],
      ].map((values) => rows('id', 'name', 'price')(...values, (values[0] as number) * second)), // prettier-ignore
      [[29, 7, 5, 8, 6, 8, 7]],
    ));
});

const TICKER = 'symbol STRING, price INT';
const ticks = (text: string) =>
  text.split(' ').map((tick) => {
    const [, symbol, price, time] = /^(\w+):(\d+)@(\d+)$/.exec(tick)!;
    return rows('symbol', 'price')(symbol, Number(price), Number(time) * second);
  });

describe('MATCH_RECOGNIZE and windows', () => {
  test('behind a window aggregation', () =>
    expectRows(
      `SELECT * FROM (
         SELECT symbol, TUMBLE_START(rt, INTERVAL '3' SECOND) AS ws, TUMBLE_ROWTIME(rt, INTERVAL '3' SECOND) AS rt, SUM(price) AS price
         FROM t GROUP BY symbol, TUMBLE(rt, INTERVAL '3' SECOND)
       ) MATCH_RECOGNIZE (
         PARTITION BY symbol ORDER BY rt MEASURES B.price AS price, B.ws AS started
         PATTERN (A B) DEFINE B AS B.price < A.price)`,
      TICKER,
      ticks('ACME:1@1 ACME:2@2 ACME:1@4 ACME:1@5 ACME:2@7 ACME:2@8'),
      [['ACME', 2, 3 * second]],
    ));

  test('in front of one: the time of a match is a time attribute', () =>
    expectRows(
      `SELECT symbol, SUM(price), TUMBLE_ROWTIME(mt, INTERVAL '3' SECOND) FROM (
         SELECT * FROM t MATCH_RECOGNIZE (
           PARTITION BY symbol ORDER BY rt MEASURES A.price AS price, MATCH_ROWTIME(rt) AS mt
           PATTERN (A) DEFINE A AS A.price > 0)
       ) GROUP BY symbol, TUMBLE(mt, INTERVAL '3' SECOND)`,
      TICKER,
      ticks('ACME:1@1 ACME:2@2 ACME:1@4 ACME:1@5'),
      [
        ['ACME', 3, 2999],
        ['ACME', 2, 5999],
      ],
    ));
});

describe('MATCH_RECOGNIZE and window functions', () => {
  const TVF = (table: string, time: string) =>
    `TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), INTERVAL '3' SECOND))`;
  test('behind one', () =>
    expectRows(
      `SELECT * FROM (
         SELECT symbol, window_start AS ws, window_time AS rt, SUM(price) AS price
         FROM ${TVF('t', 'rt')} GROUP BY symbol, window_start, window_end, window_time
       ) MATCH_RECOGNIZE (
         PARTITION BY symbol ORDER BY rt MEASURES B.price AS price, B.ws AS started
         PATTERN (A B) DEFINE B AS B.price < A.price)`,
      TICKER,
      ticks('ACME:1@1 ACME:2@2 ACME:1@4 ACME:1@5 ACME:2@7 ACME:2@8'),
      [['ACME', 2, 3 * second]],
    ));

  test('values from far back, and what is computed of them', () =>
    expectRows(
      `SELECT * FROM t MATCH_RECOGNIZE (
         PARTITION BY symbol ORDER BY rt
         MEASURES FIRST(DOWN.rt) AS begins, LAST(DOWN.rt) AS bottom, UP.rt AS ends,
           FIRST(DOWN.price + DOWN.tax + 1) AS total, UP.price + UP.tax AS end_total, FIRST(price, 1) AS second_price
         AFTER MATCH SKIP PAST LAST ROW PATTERN (DOWN{2,} UP)
         DEFINE DOWN AS price < LAST(DOWN.price, 1) OR LAST(DOWN.price, 1) IS NULL, UP AS price < FIRST(DOWN.price))`,
      'symbol STRING, price INT, tax INT',
      [19, 17, 13, 20, 20, 26, 20, 25].map((price, at) =>
        rows('symbol', 'price', 'tax')('ACME', price, at + 1, (at + 1) * second),
      ),
      [['ACME', 6000, 7000, 8000, 33, 33, 20]],
    ));
});

describe('the examples of the documentation of Flink', () => {
  const values = (text: string) =>
    text.split(' ').map((price, at) => rows('symbol', 'price')('XYZ', Number(price), (at + 1) * second));
  const sums = (after: string) => `SELECT * FROM t MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY rt MEASURES SUM(A.price) AS s, FIRST(rt) AS f, LAST(rt) AS l ONE ROW PER MATCH ${after}
    PATTERN (A+ C) DEFINE A AS SUM(A.price) < 30)`;
  const PRICES = values('7 9 10 5 10 7 14');
  const match = (sum: number, from: number, to: number) => ['XYZ', sum, from * second, to * second];
  const TO_NEXT = [match(26, 1, 4), match(24, 2, 5), match(25, 3, 6), match(22, 4, 7), match(17, 5, 7)];
  test.each([
    ['AFTER MATCH SKIP PAST LAST ROW', [match(26, 1, 4), match(17, 5, 7)]],
    ['AFTER MATCH SKIP TO NEXT ROW', TO_NEXT],
    ['AFTER MATCH SKIP TO LAST A', [match(26, 1, 4), match(25, 3, 6), match(17, 5, 7)]],
  ])('%s', (after, expected) => expectRows(sums(after), TICKER, PRICES, expected));
  test('SKIP TO FIRST A would go round in circles', () =>
    expect(
      testJob([...PRICES, watermark(1e9)], query(sums('AFTER MATCH SKIP TO FIRST A'), TICKER)),
    ).rejects.toThrow());

  test('rows for as long as their mean is small', () =>
    expectRows(
      `SELECT * FROM t MATCH_RECOGNIZE (
        PARTITION BY symbol ORDER BY rt MEASURES FIRST(A.rt) AS f, LAST(A.rt) AS l, AVG(A.price) AS mean
        AFTER MATCH SKIP PAST LAST ROW PATTERN (A+ B) DEFINE A AS AVG(A.price) < 15)`,
      'symbol STRING, price DOUBLE',
      values('12 17 13 16 25 2 4 10 15 25 25 30'),
      [
        ['XYZ', 1000, 4000, 14.5],
        ['XYZ', 6000, 11_000, 13.5],
      ],
    ));
});

describe('partitions', () => {
  const DIPS = `SELECT * FROM t MATCH_RECOGNIZE (
    PARTITION BY symbol ORDER BY rt MEASURES FIRST(D.price) AS top, LAST(D.price) AS bottom, LAST(D.price, 5) AS before
    AFTER MATCH SKIP PAST LAST ROW PATTERN (D{2,} U)
    DEFINE D AS LAST(D.price, 1) IS NULL OR D.price < LAST(D.price, 1), U AS U.price > LAST(D.price))`;
  test('have matches of their own; what FIRST and LAST do not reach is NULL', async () => {
    const before = ticks('ACME:19@1 BETA:18@2 ACME:17@3 ACME:13@4 BETA:16@5 ACME:20@6');
    const steps = [
      ...before,
      watermark(6 * second),
      snapshot(),
      ...ticks('BETA:22@7'),
      watermark(100 * second),
    ];
    const result = await testJob(steps, query(DIPS, TICKER));
    expect(result.records.map(({ value, timestamp }) => [...Object.values(value.row), timestamp])).toEqual([
      ['ACME', 19, 13, null, 6000],
      ['BETA', 18, 16, null, 7000],
    ]);
  });
});

describe('where matching goes on', () => {
  const columns = 'temp INT';
  const temperatures =
    (...all: number[]) =>
    (from: number) =>
      all.map((temp, i) => rows('temp')(temp, (from + i) * second));
  const steps = [
    ...temperatures(100, 102, 104, 106, 105, 107, 101, 100)(1),
    watermark(8 * second),
    snapshot(),
    ...temperatures(110, 111, 99)(9),
  ];
  const RISES = (skip: string) => `SELECT * FROM t MATCH_RECOGNIZE (
    ORDER BY rt MEASURES FIRST(A.temp) AS low, LAST(A.temp) AS high ONE ROW PER MATCH ${skip}
    PATTERN (A+ B) DEFINE A AS LAST(A.temp, 1) IS NULL OR A.temp > LAST(A.temp, 1), B AS B.temp < LAST(A.temp))`;
  const PAST_LAST = [[100, 106], [107, 107], [100, 111]]; // prettier-ignore
  const TO_B = [[100, 106], [105, 107], [101, 101], [100, 111]]; // prettier-ignore
  const TO_NEXT = [
    [100, 106], [102, 106], [104, 106], [106, 106], [105, 107], [107, 107], [101, 101], [100, 111], [110, 111], [111, 111],
  ]; // prettier-ignore
  test.each([
    ['', TO_NEXT],
    ['AFTER MATCH SKIP PAST LAST ROW', PAST_LAST],
    ['AFTER MATCH SKIP TO NEXT ROW', TO_NEXT],
    ['AFTER MATCH SKIP TO FIRST B', TO_B],
    ['AFTER MATCH SKIP TO LAST B', TO_B],
    ['AFTER MATCH SKIP TO B', TO_B],
  ])('%s', (skip, expected) => expectRows(RISES(skip), columns, steps, expected));
});

describe('quantifiers', () => {
  const find = (pattern: string, text: string, expected: readonly string[], within = '') =>
    expectRows(
      `SELECT * FROM t MATCH_RECOGNIZE (
        ORDER BY rt MEASURES FIRST(id) AS first_id, LAST(id) AS last_id AFTER MATCH SKIP PAST LAST ROW PATTERN (${pattern}) ${within}
        DEFINE A AS A.name = 'a', B AS B.name = 'b', C AS C.name = 'c')`.replace(
        /, [ABC] AS [ABC]\.name = '[abc]'/g,
        (define) => (pattern.includes(define[2]!) ? define : ''),
      ),
      NAMED,
      named(text),
      expected.map((match) => match.split('-').map(Number)),
    );
  test('none or more, greedy', () => find('A B* C', 'abbcac', ['1-4', '5-6']));
  test('one or none', () => find('A B? C', 'abcacabbc', ['1-3', '4-5']));
  test('so many', () => find('A B{2} C', 'abcabbcabbbc', ['4-7']));
  test('from so many to so many', () => find('A B{1,2} C', 'abcabbcabbbc', ['1-3', '4-7']));
  test('reluctant, at the end', () => find('A B+?', 'abbab', ['1-2', '4-5']));
  test('in parentheses', () => find('A (B C)', 'aabc', ['2-4']));
  test('within a time', () => find('A B+ C', 'abbcabc', ['5-7'], "WITHIN INTERVAL '3' SECOND"));
});

describe('what is wrong is said with its place', () => {
  const define = "DEFINE A AS A.name = 'a'";
  test.each([
    ['order by no time', 'ORDER BY id MEASURES A.id AS x PATTERN (A) DEFINE A AS TRUE', 'missing-watermark'],
    ['no order', 'MEASURES A.id AS x PATTERN (A) DEFINE A AS TRUE', 'bad-pattern'],
    ['descending order', `ORDER BY rt DESC MEASURES A.id AS x PATTERN (A) ${define}`, 'sql-unsupported'],
    ['greedy at the end', `ORDER BY rt MEASURES A.id AS x PATTERN (B A+) ${define}`, 'bad-pattern'],
    ['a reluctant option', `ORDER BY rt MEASURES A.id AS x PATTERN (A?? B) ${define}`, 'sql-unsupported'],
    ['alternatives', `ORDER BY rt MEASURES A.id AS x PATTERN (A | B) ${define}`, 'sql-unsupported'],
    [
      'a group that repeats',
      `ORDER BY rt MEASURES A.id AS x PATTERN ((A B)+ C) ${define}`,
      'sql-unsupported',
    ],
    [
      'an order that is left open',
      `ORDER BY rt MEASURES A.id AS x PATTERN (PERMUTE(A, B)) ${define}`,
      'sql-unsupported',
    ],
    ['an exclusion', `ORDER BY rt MEASURES A.id AS x PATTERN (A {- B -} C) ${define}`, 'sql-unsupported'],
    [
      'all rows of a match',
      `ORDER BY rt MEASURES A.id AS x ALL ROWS PER MATCH PATTERN (A) ${define}`,
      'sql-unsupported',
    ],
    ['a pattern of no row', `ORDER BY rt MEASURES A.id AS x PATTERN (B? A?) ${define}`, 'bad-pattern'],
    [
      'a time of months',
      `ORDER BY rt MEASURES A.id AS x PATTERN (A) WITHIN INTERVAL '2-10' YEAR TO MONTH ${define}`,
      'type-mismatch',
    ],
    [
      'the time of no attribute',
      `ORDER BY rt MEASURES MATCH_ROWTIME(id) AS x PATTERN (A) ${define}`,
      'type-mismatch',
    ],
    [
      'the time of an expression',
      `ORDER BY rt MEASURES MATCH_ROWTIME(rt + INTERVAL '1' SECOND) AS x PATTERN (A) ${define}`,
      'type-mismatch',
    ],
    [
      'the time of two',
      `ORDER BY rt MEASURES MATCH_ROWTIME(rt, id) AS x PATTERN (A) ${define}`,
      'type-mismatch',
    ],
    ['CLASSIFIER', `ORDER BY rt MEASURES CLASSIFIER() AS x PATTERN (A) ${define}`, 'sql-unsupported'],
    ['a variable twice', `ORDER BY rt MEASURES A.id AS x PATTERN (A B A) ${define}`, 'sql-unsupported'],
    [
      'a condition of no variable',
      `ORDER BY rt MEASURES A.id AS x PATTERN (A) ${define}, X AS TRUE`,
      'bad-pattern',
    ],
    [
      'a skip to no variable',
      `ORDER BY rt MEASURES A.id AS x AFTER MATCH SKIP TO LAST X PATTERN (A) ${define}`,
      'bad-pattern',
    ],
    ['PREV', `ORDER BY rt MEASURES PREV(A.id) AS x PATTERN (A) ${define}`, 'sql-unsupported'],
    [
      'two variables in one aggregate',
      `ORDER BY rt MEASURES SUM(A.id + B.id) AS x PATTERN (A B) ${define}`,
      'sql-unsupported',
    ],
    ['an unknown column', `ORDER BY rt MEASURES A.nam AS x PATTERN (A) ${define}`, 'unknown-column'],
    [
      'a condition that is none',
      'ORDER BY rt MEASURES A.id AS x PATTERN (A) DEFINE A AS A.id',
      'type-mismatch',
    ],
    [
      'no time at all',
      `ORDER BY rt MEASURES A.id AS x PATTERN (A) WITHIN INTERVAL '0' SECOND ${define}`,
      'bad-pattern',
    ],
  ])('%s', async (_title, match, code) => {
    const run = testJob([], query(`SELECT * FROM t MATCH_RECOGNIZE (${match})`, NAMED));
    await expect(run).rejects.toMatchObject({ code, details: { line: 1 } });
  });
});
