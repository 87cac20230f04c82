import type { IsolationLevel, KafkaRecord } from './kafka-cluster.ts';

const IS_TRANSACTIONAL = 1 << 4;
const IS_CONTROL = 1 << 5;
const ABORT_MARKER = 0;

/** A record as it stands in a batch. */
export interface BatchRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [Uint8Array | null, Uint8Array | null])[];
}

/** Records that a producer wrote together, or the marker that ends a transaction. */
export interface RecordBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly records: readonly BatchRecord[];
}

/** A transaction that was aborted: its producer, and its first record in the partition. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

const EMPTY = new Uint8Array(0);
const LOG_APPEND_TIME = 1 << 3;
const text = new TextDecoder();

/**
 * The records of one answer to a fetch, without markers and without those of aborted transactions. An answer names
 * every aborted transaction that reaches into it, whichever answer the marker comes in, so each is filtered by itself.
 * @returns where to go on: behind the last batch, though none of its records may be passed on
 */
export function committedRecords(
  topic: string,
  partition: number,
  fromOffset: number,
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
  isolationLevel: IsolationLevel,
): { records: KafkaRecord[]; nextOffset: number } {
  const pending = [...aborted].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const records: KafkaRecord[] = [];
  let nextOffset = fromOffset;
  let next = 0;
  for (const batch of batches) {
    const base = Number(batch.firstOffset);
    const last = base + batch.lastOffsetDelta;
    nextOffset = Math.max(nextOffset, last + 1);
    for (; next < pending.length && Number(pending[next]!.firstOffset) <= last; next++) {
      aborting.add(pending[next]!.producerId);
    }
    if ((batch.attributes & IS_CONTROL) !== 0) {
      if (isAbortMarker(batch)) aborting.delete(batch.producerId);
      continue;
    }
    const transactional = (batch.attributes & IS_TRANSACTIONAL) !== 0;
    if (isolationLevel === 'read_committed' && transactional && aborting.has(batch.producerId)) continue;
    const first = Number(batch.firstTimestamp);
    const appended = (batch.attributes & LOG_APPEND_TIME) !== 0 ? Number(batch.maxTimestamp) : undefined;
    for (const record of batch.records) {
      const offset = base + record.offsetDelta;
      // A batch is the least a broker hands out: it may begin before what was asked for.
      if (offset < fromOffset) continue;
      const { key, value, headers } = record;
      records.push({
        topic,
        partition,
        offset,
        timestamp: appended ?? first + Number(record.timestampDelta),
        key,
        value,
        headers:
          headers.length === 0
            ? NO_HEADERS
            : headers.map(([name, bytes]) => [text.decode(name ?? EMPTY), bytes ?? EMPTY]),
      });
    }
  }
  return { records, nextOffset };
}

const NO_HEADERS: KafkaRecord['headers'] = [];

/** A marker's key is its version and its kind, 16 bits each. */
function isAbortMarker({ records }: RecordBatch): boolean {
  const key = records[0]?.key;
  return key !== null && key !== undefined && ((key[2] ?? 0) << 8) + (key[3] ?? 0) === ABORT_MARKER;
}
