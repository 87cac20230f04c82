import { expect, test } from 'vitest';
import {
  Cumulate,
  formatChange,
  Slide,
  Tumble,
  type ChangelogRow,
  type DataStream,
  type Table,
  type TableEnvironment,
} from 'tidemark';
import { element, testJob } from 'tidemark/testing';

interface Order {
  readonly user: string;
  readonly amount: number;
  readonly ts: number;
}

const SCHEMA = "user STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";
const ORDERS = [
  ['ann', 3, 1_000],
  ['bob', 5, 4_000],
  ['ann', 4, 8_000],
  ['bob', 2, 12_000],
].map(([user, amount, ts]) => element({ user, amount, ts } as Order));

async function run(build: (orders: Table, env: TableEnvironment) => Table): Promise<string[]> {
  const result = await testJob<Order, ChangelogRow>(
    ORDERS,
    (input: DataStream<Order>) => {
      const env = input.getExecutionEnvironment();
      return env.toChangelogStream(build(env.fromDataStream(input, SCHEMA) as Table, env));
    },
    { end: true },
  );
  return result.records.map(({ value }) => formatChange(value));
}

test('select and where', async () => {
  expect(await run((orders) => orders.where('amount > 3').select('user', 'amount * 2 AS twice'))).toEqual([
    '+I[bob, 10]',
    '+I[ann, 8]',
  ]);
});

test('groupBy', async () => {
  const changes = await run((orders) => orders.groupBy('user').select('user', 'SUM(amount) AS total'));
  expect(changes).toEqual([
    '+I[ann, 3]',
    '+I[bob, 5]',
    '-U[ann, 3]',
    '+U[ann, 7]',
    '-U[bob, 5]',
    '+U[bob, 7]',
  ]);
});

test.each([
  ['Tumble', Tumble.over('10 s').on('ts').as('w'), ['0, ann, 7', '0, bob, 5', '10000, bob, 2']],
  ['Slide', Slide.over('10 s').every('5 s').on('ts').as('w'), ['-5000, ann, 3', '-5000, bob, 5', '0, ann, 7', '0, bob, 5', '5000, ann, 4', '5000, bob, 2', '10000, bob, 2']],
  ['Cumulate', Cumulate.over('10 s').step('5 s').on('ts').as('w'), ['0, ann, 3', '0, bob, 5', '0, ann, 7', '0, bob, 5', '10000, bob, 2', '10000, bob, 2']],
] as const)('%s windows', async (_name, window, expected) => {
  const rows = await run((orders) => orders.window(window).groupBy('w', 'user').select('w.start AS s', 'user', 'SUM(amount) AS total'));
  expect(rows.sort()).toEqual(expected.map((row) => `+I[${row}]`).sort());
}); // prettier-ignore

test('join, unionAll, distinct and top', async () => {
  const joined = await run((orders) =>
    orders.select('user').distinct().join(orders.where('amount = 5'), 'a.user = b.user'),
  );
  expect(joined).toEqual(['+I[bob, bob, 5, 4000]']);
  expect(
    await run((orders) => orders.where('amount = 5').unionAll(orders.where('amount = 2')).select('amount')),
  ).toEqual(['+I[5]', '+I[2]']);
  expect((await run((orders) => orders.top(1, 'amount DESC').select('user'))).at(-1)).toBe('+U[bob]');
});

test('a table in a view, and SQL on it, are one plan', async () => {
  const changes = await run((orders, env) => {
    env.createTemporaryView('large', orders.where('amount > 3'));
    return env.sqlQuery('SELECT user FROM large');
  });
  expect(changes).toEqual(['+I[bob]', '+I[ann]']);
});
