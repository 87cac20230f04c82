import { expect, test } from 'vitest';
import { StreamExecutionEnvironment, Tumble, type Table } from 'tidemark';

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const orders = env.fromDataStream(env.fromData({ user: 'ann', amount: 3 }), {
  columns: { user: 'STRING', amount: 'INT' },
});

/** Holds if the compiler knows the rows to be just these. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
function rowsAre<Wanted>() {
  return <Given>(_table: Table<Given>, same: Same<Given, Wanted>): boolean => same;
}

test('a column that a table has not is an error of the compiler, and of the planner', () => {
  // @ts-expect-error: it is `user`
  expect(() => orders.select('usr')).toThrow("Perhaps 'user' is meant");
  // @ts-expect-error: it is `user`
  expect(() => orders.groupBy('usr').select('COUNT(*) AS n')).toThrow("Perhaps 'user' is meant");
  // @ts-expect-error: it is `user`, of groups too
  expect(() => orders.groupBy('user').select('usr', 'COUNT(*) AS n')).toThrow("Perhaps 'user' is meant");
  expect(orders.select('user', 'amount * 2 AS double').columns).toHaveLength(2);
});

test('so it is in conditions, orders, keys and joins', () => {
  // @ts-expect-error: it is `amount`
  expect(() => orders.where('amonut > 2 AND user IS NOT NULL')).toThrow("Perhaps 'amount' is meant");
  // @ts-expect-error: it is no condition
  expect(() => orders.filter('amount')).toThrow('WHERE cannot be done with INT');
  // @ts-expect-error: it is `amount`
  expect(() => orders.top(1, 'amonut DESC')).toThrow("Perhaps 'amount' is meant");
  // @ts-expect-error: it is `b.user`
  expect(() => orders.join(orders, 'a.user = b.usr')).toThrow("Perhaps 'user' is meant");
  // @ts-expect-error: of which table?
  expect(() => orders.leftOuterJoin(orders, 'user = b.user')).toThrow('several tables: a, b');
  const names = orders.select('user AS name', 'amount AS least');
  expect(orders.join(names, 'user = name AND amount > least').columns).toHaveLength(4);
});

test('texts that the compiler does not know are left to the planner, and so are rows', () => {
  const text: string = 'usr = 1';
  expect(() => orders.where(text)).toThrow("Perhaps 'user' is meant");
  const any: Table = orders;
  expect(() => any.where('usr = 1').select('usr')).toThrow("Perhaps 'user' is meant");
  const large = (table: Table) => table.where('amount > 2').groupBy('user').select('user', 'COUNT(*) AS n');
  expect(large(orders).columns).toHaveLength(2);
  expect(orders.where("user IN (SELECT name FROM (VALUES ('ann')) AS t(name))").columns).toHaveLength(2);
  const long = orders.select(
    'amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount+amount',
  );
  expect(long.columns).toHaveLength(1);
});

test('the rows of a join have the columns of both, those of the other table renamed where they are taken', () => {
  const paid = env.fromDataStream(env.fromData({ user: 'ann', paid: true }), {
    columns: { user: 'STRING', paid: 'BOOLEAN NOT NULL' },
  });
  const joined = orders.join(paid, 'a.user = b.user');
  interface Joined {
    user: string | null;
    amount: number | null;
    user0: string | null;
    paid: boolean;
  }
  expect(rowsAre<Joined>()(joined, true)).toBe(true);
  expect(joined.select('user0', 'amount').columns.map(({ name }) => name)).toEqual(['user0', 'amount']);
  const outer = orders.leftOuterJoin(paid, 'a.user = b.user').select('paid');
  expect(rowsAre<{ paid: boolean | null }>()(outer, true)).toBe(true);
});

test('the rows of what is selected are known', () => {
  expect(rowsAre<{ user: string | null }>()(orders.select('user'), true)).toBe(true);
  expect(
    rowsAre<{ user: string | null; a: number | null; b: number | null }>()(
      orders.select('user', 'amount AS a', 'amount + 1 AS b'),
      true,
    ),
  ).toBe(true);
  const texts: string[] = ['user'];
  expect(rowsAre<Record<string, unknown>>()(orders.select(...texts), true)).toBe(true);
  expect(rowsAre<Record<string, unknown>>()(env.sqlQuery('SELECT 1 AS one').select('one'), true)).toBe(true);
});

test('so are those of a schema in one text', () => {
  const trips = env.fromDataStream(
    env.fromData({ user: 'ann', ts: 0 }),
    `user STRING, \`my tags\` MAP<STRING, INT>, price DECIMAL(10, 2) NOT NULL, -- a comment, and
     late AS ts IS NULL OR 1 < 2, big bigint, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (user, big) NOT ENFORCED`,
  );
  interface Trip {
    user: string | null;
    'my tags': unknown;
    price: string | null;
    late: unknown;
    big: number | bigint | null;
    ts: number | null;
  }
  const row = rowsAre<Trip>();
  // @ts-expect-error: there is no such column
  expect(() => trips.select('usr')).toThrow("Perhaps 'user' is meant");
  expect(row(trips, true)).toBe(true);
});

test('so are those of groups: keys, and aggregates of a column', () => {
  const groups = orders
    .groupBy('user')
    .select(
      'user',
      'COUNT(*) AS n',
      'SUM(amount) AS total',
      'max(user) AS last',
      'MAX(amount) - MIN(amount) AS range',
    );
  expect(
    rowsAre<{
      user: string | null;
      n: number | bigint;
      total: number | null;
      last: string | null;
      range: number | null;
    }>()(groups, true),
  ).toBe(true);
  expect(
    rowsAre<Record<string, unknown>>()(env.sqlQuery('SELECT 1 AS a').groupBy('a').select('a'), true),
  ).toBe(true);
});

test('so are those of windows, which add columns of their own', () => {
  const timed = env.fromDataStream(env.fromData({ user: 'ann', ts: 0 }), {
    columns: { user: 'STRING', ts: 'TIMESTAMP(3)' },
    watermark: { ts: "ts - INTERVAL '1' SECOND" },
  });
  const windows = timed.window(Tumble.over('10 s').on('ts').as('w')).groupBy('w', 'user');
  const counts = windows.select('user', 'window_start', 'COUNT(*) AS n');
  expect(rowsAre<{ user: string | null; window_start: number; n: number | bigint }>()(counts, true)).toBe(
    true,
  );
  // @ts-expect-error: it is `user`
  expect(() => windows.select('usr', 'COUNT(*) AS n')).toThrow("Perhaps 'user' is meant");
  const named = windows.select('w.start', 'w.end AS until', 'MAX(ts)');
  expect(rowsAre<{ window_start: number; until: number; EXPR$2: number | null }>()(named, true)).toBe(true);
  expect(named.columns.map(({ name }) => name)).toEqual(['window_start', 'until', 'EXPR$2']);
  // @ts-expect-error: it is `w.start`
  expect(() => windows.select('w.strat')).toThrow();
  const window = Tumble.over('10 s').on('ts').as('w');
  // @ts-expect-error: the window is `w`
  expect(() => timed.window(window).groupBy('v').select('COUNT(*) AS n')).toThrow("There is no column 'v'");
  const misspelt = Tumble.over('10 s').on('tss').as('w');
  // @ts-expect-error: it is `ts`
  expect(() => timed.window(misspelt).groupBy('w').select('w.start')).toThrow("Perhaps 'ts' is meant");
  const ofText = Tumble.over('10 s').on('user').as('w');
  // @ts-expect-error: it is text
  expect(() => timed.window(ofText).groupBy('w').select('w.start')).toThrow('needs a time attribute');
});

test('so are the records of its stream', async () => {
  const names = await orders
    .where('amount > 2')
    .toDataStream()
    .map(({ user }) => user?.toUpperCase())
    .executeAndCollect();
  expect(names).toEqual(['ANN']);
  // @ts-expect-error: there is no such column
  expect(orders.toDataStream().map((row) => row.usr)).toBeDefined();
});

test('an error says where it is in the text that was given, and not in the query that is made of it', () => {
  const failure = (of: () => unknown): unknown => {
    try {
      return of();
    } catch (error) {
      return error;
    }
  };
  const text = (of: string): string => of;
  expect(failure(() => orders.select('user', text('amount +\n usr')))).toMatchObject({
    message: expect.stringContaining('(line 2, column 2 of "amount +\\n usr")'),
    details: { expression: 'amount +\n usr', line: 2, column: 2, endLine: 2, endColumn: 5 },
  });
  expect(failure(() => orders.groupBy(text('usr')).select('COUNT(*) AS n'))).toMatchObject({
    details: { expression: 'usr', line: 1, column: 1 },
  });
  expect(failure(() => orders.select(text('amount +'), 'user'))).toMatchObject({
    code: 'sql-syntax',
    message: 'The text ends too early (column 9 of "amount +").',
  });
  expect(failure(() => orders.unionAll(orders.select('user')))).toMatchObject({
    message: expect.not.stringContaining('column 1'),
  });
  expect(orders.select('amount -- of what', 'user').columns).toHaveLength(2);
});
