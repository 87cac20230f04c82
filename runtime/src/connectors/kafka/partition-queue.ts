import type { Fetched, KafkaRecord } from './kafka-cluster.ts';
import type { PartitionPosition } from './kafka-position.ts';

/** Above so many records a partition is not asked for more: it is paused until they are taken. */
const PAUSE_ABOVE = 8_192;

interface Chunk {
  readonly records: readonly KafkaRecord[];
  readonly nextOffset: number;
}

/** What was fetched of a partition and not handed over yet. */
export class PartitionQueue {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly until: number | undefined;
  /** Where fetching goes on. */
  fetchOffset: number;
  /** Where handing over goes on. */
  #offset: number;
  #chunks: Chunk[] = [];
  #taken = 0;
  #held = 0;
  /** True until it has been made known to the engine. */
  unannounced: boolean;
  ended = false;
  /** True if it is to be fetched at all: a recorded range is read again of the splits that are asked for. */
  wanted = true;
  /** True while it is found out with which others it is fetched. */
  fetching = false;
  /** With whom it was fetched last. */
  group = '';

  constructor(name: string, { topic, partition, offset, until }: PartitionPosition, unannounced: boolean) {
    this.name = name;
    this.topic = topic;
    this.partition = partition;
    this.until = until;
    this.fetchOffset = offset;
    this.#offset = offset;
    this.unannounced = unannounced;
  }

  get position(): PartitionPosition {
    const { topic, partition, until } = this;
    return { topic, partition, offset: this.#offset, ...(until === undefined ? {} : { until }) };
  }

  /** True if more may be fetched. */
  get mayFetch(): boolean {
    const { until } = this;
    return (
      this.wanted &&
      !this.ended &&
      this.#held < PAUSE_ABOVE &&
      (until === undefined || this.fetchOffset < until)
    );
  }

  /** True if there is something to hand over. */
  get ready(): boolean {
    return !this.ended && (this.unannounced || this.#chunks.length > 0 || this.atEnd);
  }

  /** True if all up to where it ends has been handed over. */
  get atEnd(): boolean {
    return this.until !== undefined && this.#offset >= this.until;
  }

  add({ records, nextOffset }: Pick<Fetched, 'records' | 'nextOffset'>): void {
    this.fetchOffset = nextOffset;
    const { until } = this;
    const within = until === undefined ? records : records.filter(({ offset }) => offset < until);
    this.#chunks.push({
      records: within,
      nextOffset: until === undefined ? nextOffset : Math.min(nextOffset, until),
    });
    this.#held += within.length;
  }

  /** Hands over at most `max` records that `take` keeps; records that it leaves out do not count. */
  take(max: number, take: (record: KafkaRecord) => boolean): void {
    let kept = 0;
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return;
      while (this.#taken < chunk.records.length) {
        if (kept === max) return;
        const record = chunk.records[this.#taken]!;
        if (take(record)) kept += 1;
        this.#taken += 1;
        this.#held -= 1;
        this.#offset = record.offset + 1;
      }
      this.#offset = Math.max(this.#offset, chunk.nextOffset);
      this.#chunks.shift();
      this.#taken = 0;
    }
  }
}
