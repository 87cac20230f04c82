// Tables of streams without a schema: columns that are known from the records, and what is said where they are not.
import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment, type DataStream } from 'tidemark';
import { element, testJob } from 'tidemark/testing';

const env = () => StreamExecutionEnvironment.getExecutionEnvironment();
const typesOf = (...records: unknown[]) => {
  const made = env();
  return Object.fromEntries(
    made.fromDataStream(made.fromData(...records)).columns.map(({ name, type }) => [name, type]),
  );
};

describe('columns of records', () => {
  test('have the types of their values', () => {
    expect(
      typesOf({ s: 'a', i: 1, b: true, big: 1n, d: 1.5, t: new Date(0), list: [1], row: { x: 1, y: 'a' } }),
    ).toEqual({
      s: 'STRING',
      i: 'BIGINT',
      b: 'BOOLEAN',
      big: 'BIGINT',
      d: 'DOUBLE',
      t: 'TIMESTAMP_LTZ(3)',
      list: 'ARRAY<BIGINT>',
      row: 'ROW<x BIGINT, y STRING>',
    });
  });

  test('fit all records: fields that come later, NULLs and numbers of both sorts', () => {
    expect(
      typesOf({ n: 1, k: null }, { n: 1.5, k: 'a' }, { later: true, at: { x: 1 } }, { at: { x: 0.5 } }),
    ).toEqual({
      n: 'DOUBLE',
      k: 'STRING',
      later: 'BOOLEAN',
      at: 'ROW<x DOUBLE>',
    });
  });

  test('of tuples and plain values have the names of places', () => {
    expect(typesOf([1, 'a'], [2, 'b'])).toEqual({ f0: 'BIGINT', f1: 'STRING' });
    expect(typesOf('a', 'b')).toEqual({ f0: 'STRING' });
  });

  test('are found behind filters and timestamps too, and queried', async () => {
    const made = env();
    const orders = made.fromData(
      { user: 'ann', amount: 3 },
      { user: 'bob', amount: 5 },
      { user: 'ann', amount: 4 },
    );
    made.createTemporaryView(
      'orders',
      orders.filter(({ amount }) => amount > 3),
    );
    const totals = made.sqlQuery('SELECT `user`, SUM(amount) AS total FROM orders GROUP BY `user`');
    expect((await made.toChangelogStream(totals).executeAndCollect()).map(({ row }) => row)).toEqual([
      { user: 'bob', total: 5 },
      { user: 'ann', total: 4 },
    ]);
  });

  test('of changes are those of their rows', async () => {
    const made = env();
    const changes = made.fromData(
      { kind: '+I', row: { name: 'ann', n: 1 } },
      { kind: '-D', row: { name: 'ann', n: 1 } },
    );
    const table = made.fromChangelogStream(changes);
    expect(table.columns).toEqual([
      { name: 'name', type: 'STRING' },
      { name: 'n', type: 'BIGINT' },
    ]);
    expect((await made.toChangelogStream(table).executeAndCollect()).map(({ kind }) => kind)).toEqual([
      '+I',
      '-D',
    ]);
  });
});

describe('where columns are not known, the error says which are to be written', () => {
  const EXAMPLE = /'user STRING, amount INT'/;

  test.each([
    ['no records', [], /no record with fields/],
    ['NULL only', [{ a: 1, b: null }], /'b' is NULL wherever/],
    [
      'types with nothing in common',
      [{ a: 1 }, { a: 'x' }],
      /'a' is BIGINT in one record and STRING in another/,
    ],
    ['a Map', [{ a: new Map() }], /'a' holds what no column holds/],
  ])('%s', (_title, records: readonly unknown[], why) => {
    expect(() => typesOf(...records)).toThrow(why);
    expect(() => typesOf(...records)).toThrow(EXAMPLE);
  });

  test.each([
    [
      'fromDataStream',
      (stream: DataStream<unknown>) => stream.getExecutionEnvironment().fromDataStream(stream),
    ],
    [
      'createTemporaryView',
      (stream: DataStream<unknown>) => stream.getExecutionEnvironment().createTemporaryView('t', stream),
    ],
    [
      'fromChangelogStream',
      (stream: DataStream<unknown>) => stream.getExecutionEnvironment().fromChangelogStream(stream as never),
    ],
  ])('%s of a stream that is not of a collection', async (method, make) => {
    const job = testJob<unknown, unknown>([element(1)], (stream: DataStream<unknown>) => {
      make(stream);
      return stream;
    });
    await expect(job).rejects.toThrow(method);
    await expect(job).rejects.toThrow(/known only when it runs.*'user STRING, amount INT'/);
  });

  test('after a map', () => {
    const made = env();
    expect(() => made.fromDataStream(made.fromData(1).map((n) => ({ n })))).toThrow(
      /known only when it runs/,
    );
  });
});
