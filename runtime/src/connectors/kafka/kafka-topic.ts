import { TidemarkError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import {
  partitionName,
  type IsolationLevel,
  type KafkaCluster,
  type TopicPartition,
} from './kafka-cluster.ts';
import {
  formatHasNoMessages,
  kafkaOptionInvalid,
  kafkaTopicUnknown,
  kafkaUnreachable,
} from './kafka-errors.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { checkBrokers, openCluster, type Brokers } from './open-cluster.ts';
import { headerPairs, keyBytes, partitionOfKey, type HeadersLike, type KeyLike } from './partitioner.ts';
import { withMetadata, type RecordWithMetadata } from './record-decoder.ts';

/** Which topic, and what is in it. */
export interface KafkaTopicOptions<T> extends KafkaSecurity {
  /** `'host:port'`, several of them, or `'embedded'`. */
  readonly brokers: Brokers;
  /** Its name. */
  readonly topic: string;
  /** How values are written and read. */
  readonly format: Format<T>;
}

/** A record to be sent. */
export interface TopicRecord<T> {
  /** What it is about; decides the partition. */
  readonly key?: KeyLike;
  /** Its value; `null` for a tombstone. */
  readonly value: T | null;
  /** By the key when left out, in turn without one. */
  readonly partition?: number;
  /** Epoch ms; now when left out. */
  readonly timestamp?: number;
  /** Texts or bytes by name. */
  readonly headers?: HeadersLike;
}

const FETCH_BYTES = 1024 * 1024;
const FETCH_WAIT = 100;

/**
 * One topic, to be made, filled and looked at by hand: for notebooks, tests and tools. Jobs use `kafkaSource` and
 * `kafkaSink`.
 */
export class KafkaTopic<T> {
  readonly #options: KafkaTopicOptions<T>;
  #turn = 0;

  constructor(options: KafkaTopicOptions<T>) {
    this.#options = options;
  }

  /** Its name at the cluster. */
  get name(): string {
    return this.#options.topic;
  }

  /**
   * Makes the topic, if it is not there.
   * @param options `partitions`: 1 when left out; `replace`: deletes it first, with all its records
   * @returns true if it was made
   */
  create(options: { readonly partitions?: number; readonly replace?: boolean } = {}): Promise<boolean> {
    return this.#with(async (cluster) => {
      if (options.replace) await cluster.deleteTopic(this.name);
      return cluster.createTopic(this.name, options.partitions ?? 1);
    });
  }

  /** Deletes it with all its records. False if it was not there. */
  delete(): Promise<boolean> {
    return this.#with((cluster) => cluster.deleteTopic(this.name));
  }

  /**
   * Appends records and waits until they are in the log.
   * @throws {TidemarkError} `kafka-topic-unknown`
   */
  send(records: readonly TopicRecord<T>[]): Promise<void> {
    return this.#with(async (cluster) => {
      const partitions = await this.#partitionsOf(cluster);
      const { messages, name } = this.#options.format;
      if (messages === undefined) throw formatHasNoMessages(name, 'write');
      await messages.beforeEncode?.(this.name);
      const now = Date.now();
      await cluster.producer().send(
        records.map(({ key, value, partition, timestamp, headers }) => {
          const bytes = keyBytes(key);
          return {
            topic: this.name,
            partition:
              partition ?? (bytes === null ? this.#turn++ % partitions : partitionOfKey(bytes, partitions)),
            timestamp: timestamp ?? now,
            key: bytes,
            value: value === null ? null : messages.encode(value),
            headers: headerPairs(headers),
          };
        }),
      );
    });
  }

  /**
   * All records that it holds now, partition by partition.
   * @param isolationLevel `'read_committed'` when left out
   * @throws {TidemarkError} `kafka-topic-unknown`
   */
  records(isolationLevel: IsolationLevel = 'read_committed'): Promise<RecordWithMetadata<T>[]> {
    return this.#with(async (cluster) => {
      const count = await this.#partitionsOf(cluster);
      const partitions = Array.from({ length: count }, (_, partition) => ({ topic: this.name, partition }));
      const starts = await cluster.offsets(partitions, 'earliest', isolationLevel);
      const ends = await cluster.offsets(partitions, 'latest', isolationLevel);
      const found: RecordWithMetadata<T>[] = [];
      for (const [i, partition] of partitions.entries()) {
        for await (const record of this.#read(cluster, partition, starts[i]!, ends[i]!, isolationLevel))
          found.push(record);
      }
      return found;
    });
  }

  async *#read(
    cluster: KafkaCluster,
    partition: TopicPartition,
    start: number,
    end: number,
    isolationLevel: IsolationLevel,
  ): AsyncGenerator<RecordWithMetadata<T>> {
    const { deserialize, messages } = withMetadata(this.#options.format);
    for (let offset = start; offset < end;) {
      const options = { isolationLevel, maxWait: FETCH_WAIT, maxBytes: FETCH_BYTES };
      const answers = await cluster.fetch([{ ...partition, offset }], options);
      for (const answer of answers) {
        if (partitionName(answer) !== partitionName(partition)) continue;
        await messages?.beforeDecode?.(answer.records.map(({ value }) => value));
        for (const record of answer.records) if (record.offset < end) yield deserialize(record)!;
        offset = answer.nextOffset;
      }
    }
  }

  async #partitionsOf(cluster: KafkaCluster): Promise<number> {
    const count = (await cluster.partitions([this.name])).get(this.name);
    if (count === undefined)
      throw kafkaTopicUnknown(cluster.name, this.name, [...(await cluster.partitions()).keys()]);
    return count;
  }

  async #with<R>(work: (cluster: KafkaCluster) => Promise<R>): Promise<R> {
    const { brokers, tls, sasl } = this.#options;
    const security = { ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) };
    // Whoever waits here sees nothing else of it: a broker that is gone is an error at once.
    let giveUp: (error: Error) => void = () => undefined;
    const gone = new Promise<never>((_, reject) => (giveUp = reject));
    const cluster = openCluster(brokers, security, (error) => {
      if (error instanceof TidemarkError && error.code === 'kafka-unreachable')
        giveUp(kafkaUnreachable(cluster.name, error.cause, false));
    });
    try {
      return await Promise.race([work(cluster), gone]);
    } finally {
      await cluster.close();
    }
  }
}

/**
 * A topic by name, to be made, filled and looked at by hand.
 * @throws {TidemarkError} `kafka-option-invalid`; its methods `kafka-topic-unknown` and `kafka-unreachable`
 * @example
 * const alarms = kafkaTopic<{ level: number }>({ brokers: 'embedded', topic: 'alarms', format: json() });
 * await alarms.create({ partitions: 2 });
 * await alarms.send([{ key: 'pump', value: { level: 3 } }]);
 * (await alarms.records()).map(({ key, value }) => [key, value?.level]); // → [['pump', 3]]
 */
export function kafkaTopic<T>(options: KafkaTopicOptions<T>): KafkaTopic<T> {
  checkBrokers('kafkaTopic', options.brokers);
  if (typeof options.topic !== 'string' || options.topic === '') {
    throw kafkaOptionInvalid('kafkaTopic', 'topic', options.topic, 'names a topic');
  }
  return new KafkaTopic(options);
}
