import type { KafkaCluster, KafkaProducer, OutgoingRecord } from './kafka-cluster.ts';
import { kafkaTopicUnknown } from './kafka-errors.ts';
import { partitionOfKey } from './partitioner.ts';

/** A record without a partition yet. */
export interface EncodedRecord extends Omit<OutgoingRecord, 'partition'> {
  /** Chooses the partition, if the user wants to. */
  readonly choose?: (partitions: number) => number;
}

/** Records handed to a producer in one request, at most. */
const CHUNK_RECORDS = 8_192;

/** Records that go through one producer: of one transaction, or all of them. */
interface Segment {
  readonly producer: KafkaProducer;
  records: EncodedRecord[];
}

interface Flush {
  readonly through: number;
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Sends records in the order in which they were written, one request after the other: what is written while one is under
 * way goes with the next. Nothing of a transaction is sent before all of the one before is.
 */
export class RecordPump {
  readonly #cluster: KafkaCluster;
  readonly #onSent: () => void;
  readonly #onError: (error: Error) => void;
  readonly #segments: Segment[] = [];
  readonly #flushes: Flush[] = [];
  readonly #partitions = new Map<string, number>();
  /** Partition of the records without a key; another one after each request. */
  #turn = 0;
  #added = 0;
  #sent = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(cluster: KafkaCluster, onSent: () => void, onError: (error: Error) => void) {
    this.#cluster = cluster;
    this.#onSent = onSent;
    this.#onError = onError;
  }

  /** Records that were written and are not in the log yet. */
  get held(): number {
    return this.#added - this.#sent;
  }

  /** What is added from now on goes through this producer. */
  begin(producer: KafkaProducer): void {
    this.#segments.push({ producer, records: [] });
  }

  add(record: EncodedRecord): void {
    this.#segments.at(-1)!.records.push(record);
    this.#added += 1;
    // Later, so that records written in the same slice go together.
    if (!this.#stopped) this.#running ??= new Promise((turn) => setImmediate(turn)).then(() => this.#run());
  }

  /** Resolves when all that was added so far is in the log; rejects if it will never be. */
  flushed(): Promise<void> {
    if (this.held === 0) return Promise.resolve();
    return new Promise((settle, fail) => this.#flushes.push({ through: this.#added, settle, fail }));
  }

  /** Takes no more. Resolves when what somebody waits for is in the log; the rest is dropped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const dropped = this.#added - Math.max(this.#flushes.at(-1)?.through ?? 0, this.#sent);
    let left = Math.max(0, this.#segments.reduce((sum, { records }) => sum + records.length, 0) - dropped);
    for (const segment of this.#segments) {
      segment.records = segment.records.slice(0, left);
      left -= segment.records.length;
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        while (this.#segments[0]?.records.length === 0 && this.#segments.length > 1) this.#segments.shift();
        const segment = this.#segments[0];
        if (segment === undefined || segment.records.length === 0) break;
        const chunk = segment.records.slice(0, CHUNK_RECORDS);
        segment.records = segment.records.slice(CHUNK_RECORDS);
        await segment.producer.send(await this.#assigned(chunk));
        this.#sent += chunk.length;
        while (this.#flushes[0] && this.#flushes[0].through <= this.#sent) this.#flushes.shift()!.settle();
        this.#onSent();
      }
    } catch (error) {
      this.#giveUp(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#running = undefined;
    }
  }

  #giveUp(error: Error): void {
    this.#segments.length = 0;
    for (const { fail } of this.#flushes.splice(0)) fail(error);
    if (!this.#stopped) this.#onError(error);
    this.#stopped = true;
  }

  async #assigned(records: readonly EncodedRecord[]): Promise<OutgoingRecord[]> {
    for (const { topic } of records) if (!this.#partitions.has(topic)) await this.#learn(topic);
    this.#turn += 1;
    return records.map(({ choose, ...record }) => {
      const count = this.#partitions.get(record.topic)!;
      const partition =
        choose !== undefined
          ? choose(count)
          : record.key === null
            ? this.#turn % count
            : partitionOfKey(record.key, count);
      return { ...record, partition };
    });
  }

  async #learn(topic: string): Promise<void> {
    const count = (await this.#cluster.partitions([topic])).get(topic);
    if (count === undefined) {
      throw kafkaTopicUnknown(this.#cluster.name, topic, [...(await this.#cluster.partitions()).keys()]);
    }
    this.#partitions.set(topic, count);
  }
}
