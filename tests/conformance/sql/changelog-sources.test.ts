// Tables of changes that are not a whole changelog: old versions are left out, changes come twice, or there are additions and deletions only.
import { describe, expect, test } from 'vitest';
import type { RowKind } from 'tidemark';
import { on, element, type TestStep } from 'tidemark/testing';
import { change, changes, materialized, runJob, upserted, WAYS, type TableOfTest } from './changelog-job.ts';

const SCHEMA = 'id STRING, name STRING, email STRING, balance DECIMAL(18, 2), balance2 AS balance * 2';
const KEYED = `${SCHEMA}, PRIMARY KEY (id) NOT ENFORCED`;
const TOM = (email: string, balance: number) => ['user1', 'Tom', email, balance];
const BAILEY = (email: string) => ['user3', 'Bailey', email, 9.99];
const JACK = ['user2', 'Jack', 'jack@hotmail.com', 71.2];
const TINA = ['user4', 'Tina', 'tina@gmail.com', 11.3];
const of = (...list: readonly (readonly [RowKind, readonly unknown[]])[]): TestStep<unknown>[] =>
  list.map(([kind, values]) => change('U', kind, ...values));

const WHOLE = [
  ['+I', TOM('tom@gmail.com', 10.02)], ['+I', JACK], ['-U', TOM('tom@gmail.com', 10.02)], ['+U', TOM('tom123@gmail.com', 8.1)],
  ['+I', BAILEY('bailey@gmail.com')], ['-D', JACK], ['+I', TINA], ['-U', BAILEY('bailey@gmail.com')], ['+U', BAILEY('bailey@qq.com')],
] as const; // prettier-ignore
const UPSERTS = [
  ['+U', TOM('tom@gmail.com', 10.02)], ['+U', JACK], ['+U', TOM('tom123@gmail.com', 8.1)], ['+U', BAILEY('bailey@gmail.com')],
  ['-D', ['user2', null, null, null]], ['+U', TINA], ['+U', BAILEY('bailey@qq.com')],
] as const; // prettier-ignore
const ADDED_AND_DELETED = WHOLE.map(
  ([kind, values]) => [kind === '-U' ? '-D' : kind === '+U' ? '+I' : kind, values] as const,
);
const TWICE = WHOLE.flatMap((each) => [each, each]);
const DUPLICATES = { 'table.exec.source.cdc-events-duplicate': 'true' };

interface Variant {
  readonly table: TableOfTest;
  readonly steps: TestStep<unknown>[];
  readonly settings?: Readonly<Record<string, string>>;
}
const VARIANTS: readonly (readonly [string, Variant])[] = [
  ['a whole changelog', { table: { schema: SCHEMA, changelog: true }, steps: of(...WHOLE) }],
  ['upserts by key', { table: { schema: KEYED, changelog: true, kinds: ['+U', '-D'] }, steps: of(...UPSERTS) }],
  [
    'additions, new versions and deletions by key',
    {
      table: { schema: KEYED, changelog: true, kinds: ['+I', '+U', '-D'] },
      steps: of(...WHOLE.filter(([kind]) => kind !== '-U')),
    },
  ],
  ['changes that come twice', { table: { schema: KEYED, changelog: true }, steps: of(...TWICE), settings: DUPLICATES }],
  [
    'additions and deletions',
    { table: { schema: SCHEMA, changelog: true, kinds: ['+I', '-D'] }, steps: of(...ADDED_AND_DELETED) },
  ],
]; // prettier-ignore

describe.each(VARIANTS)('%s', (_title, { table, steps, settings }) => {
  describe.each(WAYS)('%s', (_way, way) => {
    const run = (query: string, upsert = false) =>
      runJob({ tables: { U: table }, query, upsert, settings, ...way }, steps);

    test('is the table of its rows', async () => {
      expect(materialized(await run('SELECT * FROM U'))).toEqual([
        'user1, Tom, tom123@gmail.com, 8.10, 16.20',
        'user3, Bailey, bailey@qq.com, 9.99, 19.98',
        'user4, Tina, tina@gmail.com, 11.30, 22.60',
      ]);
    });

    test('is summed up', async () => {
      const result = await run('SELECT COUNT(*), SUM(balance), MAX(email) FROM U');
      expect(materialized(result)).toEqual(['3, 29.39, tom123@gmail.com']);
    });

    test('a filter takes rows away', async () => {
      expect(upserted(await run('SELECT id, email FROM U WHERE balance > 9', true), 1)).toEqual([
        'user3, bailey@qq.com',
        'user4, tina@gmail.com',
      ]);
    });
  });
});

describe.each(WAYS)('rates by currency, %s', (_way, way) => {
  test('are joined with orders as they were last', async () => {
    const tables = {
      orders: { schema: 'amount BIGINT, currency STRING' },
      rates: {
        schema: 'currency STRING, rate BIGINT, PRIMARY KEY (currency) NOT ENFORCED',
        changelog: true,
        kinds: ['+I', '+U', '-D'] as const,
      },
    };
    const query =
      'SELECT o.currency, o.amount, r.rate, o.amount * r.rate FROM orders AS o JOIN rates AS r ON o.currency = r.currency';
    const order = (amount: number, currency: string) => on('orders', element([amount, currency]));
    const steps = [
      order(2, 'Euro'), order(1, 'USD'), order(50, 'Yen'),
      change('rates', '+U', 'USD', 102), change('rates', '+U', 'Euro', 114), change('rates', '+I', 'Yen', 1),
      change('rates', '+U', 'Euro', 116), change('rates', '+U', 'Euro', 119), change('rates', '-D', 'Yen', null),
      order(3, 'Euro'), order(5, 'USD'),
    ]; // prettier-ignore
    expect(materialized(await runJob({ tables, query, ...way }, steps))).toEqual([
      'Euro, 2, 119, 238',
      'Euro, 3, 119, 357',
      'USD, 1, 102, 102',
      'USD, 5, 102, 510',
    ]);
  });

  test('old versions are put in, and what is said again is not', async () => {
    const schema = 'id INT, n INT, PRIMARY KEY (id) NOT ENFORCED';
    const result = await runJob(
      { tables: { U: { schema, changelog: true, kinds: ['+U', '-D'] } }, query: 'SELECT * FROM U', ...way },
      of(
        ['+U', [1, 1]],
        ['+U', [1, 1]],
        ['+U', [1, 2]],
        ['-D', [1, null]],
        ['-D', [1, null]],
        ['+U', [1, 3]],
      ),
    );
    expect(changes(result)).toEqual(['+I[1, 1]', '-U[1, 1]', '+U[1, 2]', '-D[1, 2]', '+I[1, 3]']);
  });
});

describe('what cannot be told apart', () => {
  const run = (table: TableOfTest, settings?: Readonly<Record<string, string>>) =>
    runJob({ tables: { U: table }, query: 'SELECT id FROM U', settings }, of(...WHOLE));

  test('upserts without a key are refused', async () => {
    await expect(run({ schema: SCHEMA, changelog: true, kinds: ['+I', '+U', '-D'] })).rejects.toThrow(
      /changed rows \(\+U\) without their old versions.*PRIMARY KEY/,
    );
  });

  test('changes that may come twice, without a key', async () => {
    await expect(run({ schema: SCHEMA, changelog: true }, DUPLICATES)).rejects.toThrow(
      /may have a change twice/,
    );
  });

  test('a kind that the table was not said to have', async () => {
    await expect(run({ schema: KEYED, changelog: true, kinds: ['+I', '-D'] })).rejects.toThrow(
      /"-U" as its kind of change, and the table has \+I, -D/,
    );
  });
});
