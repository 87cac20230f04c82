import { afterEach, beforeEach, expect, test } from 'vitest';
import { EmbeddedLog, Fenced } from '../../../../runtime/src/connectors/kafka/embedded-log.ts';
import type { OutgoingRecord } from '../../../../runtime/src/connectors/kafka/kafka-cluster.ts';
import { temporaryFolder } from '../../engine/notebook.ts';

const folder = temporaryFolder();
let log: EmbeddedLog;
let files = 0;

beforeEach(() => {
  log = new EmbeddedLog(folder.path(`${files++}.sqlite`));
  log.createTopic('t', 2);
});
afterEach(() => log.close());

function record(value: string, partition = 0, timestamp = 0): OutgoingRecord {
  return {
    topic: 't',
    partition,
    timestamp,
    key: null,
    value: Buffer.from(value),
    headers: [['h', Buffer.from('1')]],
  };
}

function values(
  offset = 0,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
  partition = 0,
) {
  const { records, nextOffset } = log.read({ topic: 't', partition, offset }, isolation, 100)!;
  return [...records.map(({ offset, value }) => `${offset}:${Buffer.from(value!).toString()}`), nextOffset];
}

test('partitions number their records each from 0, with timestamps and headers', () => {
  log.append([record('a'), record('b', 1), record('c', 0, 7)]);
  expect(values()).toEqual(['0:a', '1:c', 2]);
  expect(values(0, 'read_committed', 1)).toEqual(['0:b', 1]);
  const [first] = log.read({ topic: 't', partition: 0, offset: 1 }, 'read_committed', 1)!.records;
  expect(first).toMatchObject({ timestamp: 7, headers: [['h', Buffer.from('1')]] });
  expect(log.offset({ topic: 't', partition: 0 }, 5, 'read_committed')).toBe(1);
});

test('committed readers stop before an open transaction, see all of it when it commits and pass over it when it aborts', () => {
  const producer = log.initTransactions('x');
  log.append([record('before')]);
  log.append([record('in')], producer);
  log.append([record('behind')]);
  expect(values()).toEqual(['0:before', 1]);
  expect(values(0, 'read_uncommitted')).toEqual(['0:before', '1:in', '2:behind', 3]);
  expect(log.offset({ topic: 't', partition: 0 }, 'latest', 'read_committed')).toBe(1);
  expect(log.endTransaction(producer, true)).toBe(true);
  expect(values(1)).toEqual(['1:in', '2:behind', 3]);
  log.append([record('out')], producer);
  log.endTransaction(producer, false);
  expect(values(2)).toEqual(['2:behind', 4]);
});

test('a transaction is ended by id and epoch after the process that began it is gone, once', () => {
  const producer = log.initTransactions('x');
  log.append([record('a')], producer);
  const { path } = log;
  log.close();
  log = new EmbeddedLog(path);
  expect(log.openTransactions('x')).toEqual(['x']);
  expect(log.endTransaction(producer, true)).toBe(true);
  expect(log.endTransaction(producer, true)).toBe(false);
  expect(values()).toEqual(['0:a', 1]);
});

test('whoever initialises the id aborts what is open and fences who had it', () => {
  const old = log.initTransactions('x');
  log.append([record('a')], old);
  const now = log.initTransactions('x');
  expect(now.producerEpoch).toBe(old.producerEpoch + 1);
  expect(values()).toEqual([1]);
  expect(() => log.append([record('b')], old)).toThrow(Fenced);
  expect(log.endTransaction(old, true)).toBe(false);
  expect(values(0, 'read_uncommitted')).toEqual(['0:a', 1]);
});

test('an append to a topic that is not there appends nothing', () => {
  expect(log.append([record('a'), { ...record('b'), topic: 'nowhere' }])).toBe('nowhere');
  expect(values()).toEqual([0]);
});

test('offsets of a group are kept, and are gone with the topic', () => {
  log.commitOffsets('g', [{ topic: 't', partition: 1, offset: 5 }]);
  expect(log.committedOffset('g', { topic: 't', partition: 1 })).toBe(5);
  expect(log.committedOffset('g', { topic: 't', partition: 0 })).toBeUndefined();
  log.deleteTopic('t');
  log.createTopic('t', 2);
  expect(log.committedOffset('g', { topic: 't', partition: 1 })).toBeUndefined();
});
