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
