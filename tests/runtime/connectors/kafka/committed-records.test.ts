import { expect, test } from 'vitest';
import {
  committedRecords,
  type AbortedTransaction,
  type RecordBatch,
} from '../../../../runtime/src/connectors/kafka/committed-records.ts';

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

function batch(firstOffset: number, values: readonly string[], producerId = -1): RecordBatch {
  return {
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: values.length - 1,
    firstTimestamp: 1000n,
    maxTimestamp: 1000n + BigInt(values.length),
    attributes: producerId < 0 ? 0 : TRANSACTIONAL,
    producerId: BigInt(producerId),
    records: values.map((value, i) => ({
      offsetDelta: i,
      timestampDelta: BigInt(i),
      key: null,
      value: Buffer.from(value),
      headers: [],
    })),
  };
}

function marker(offset: number, producerId: number, kind: 'abort' | 'commit'): RecordBatch {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const record = { offsetDelta: 0, timestampDelta: 0n, key, value: Buffer.alloc(6), headers: [] };
  return {
    ...batch(offset, ['']),
    attributes: TRANSACTIONAL | CONTROL,
    producerId: BigInt(producerId),
    records: [record],
  };
}

const aborted = (producerId: number, firstOffset: number): AbortedTransaction => ({
  producerId: BigInt(producerId),
  firstOffset: BigInt(firstOffset),
});

function read(
  batches: readonly RecordBatch[],
  abortedTransactions: readonly AbortedTransaction[],
  from = 0,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
) {
  const { records, nextOffset } = committedRecords('t', 0, from, batches, abortedTransactions, isolation);
  return {
    values: records.map(({ offset, value }) => `${offset}:${Buffer.from(value!).toString()}`),
    nextOffset,
  };
}

test('two aborts of one producer in one fetch: none of their records is passed on, and what it commits after is', () => {
  const batches = [
    batch(0, ['a'], 7),
    marker(1, 7, 'abort'),
    batch(2, ['b', 'c'], 7),
    marker(4, 7, 'abort'),
    batch(5, ['d'], 7),
    marker(6, 7, 'commit'),
  ];
  expect(read(batches, [aborted(7, 2), aborted(7, 0)])).toEqual({ values: ['5:d'], nextOffset: 7 });
});

test('an abort marker in a later fetch: the records before it are not passed on', () => {
  expect(read([batch(0, ['a', 'b'], 7), batch(2, ['x'])], [aborted(7, 0)])).toEqual({
    values: ['2:x'],
    nextOffset: 3,
  });
  // The next answer begins in the middle of the transaction, and names it again.
  expect(read([batch(3, ['c'], 7), marker(4, 7, 'abort'), batch(5, ['d'], 7)], [aborted(7, 0)], 3)).toEqual({
    values: ['5:d'],
    nextOffset: 6,
  });
});

test('producers are told apart, and records without a transaction are always passed on', () => {
  const batches = [
    batch(0, ['a'], 1),
    batch(1, ['b'], 2),
    batch(2, ['c']),
    marker(3, 1, 'abort'),
    marker(4, 2, 'commit'),
  ];
  expect(read(batches, [aborted(1, 0)]).values).toEqual(['1:b', '2:c']);
  expect(read(batches, [aborted(1, 0)], 0, 'read_uncommitted').values).toEqual(['0:a', '1:b', '2:c']);
});

test('a batch that begins before the offset asked for gives the records from there on', () => {
  expect(read([batch(10, ['a', 'b', 'c'])], [], 11)).toEqual({ values: ['11:b', '12:c'], nextOffset: 13 });
});

test('an answer of markers alone moves on', () => {
  expect(read([marker(8, 3, 'commit')], [], 8)).toEqual({ values: [], nextOffset: 9 });
});
