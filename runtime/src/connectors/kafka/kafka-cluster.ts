// What source and sink ask of a cluster; a real one and the embedded log answer it alike.

/** A record as the cluster keeps it. */
export interface KafkaRecord {
  /** Its topic. */
  readonly topic: string;
  /** Number of its partition, from 0. */
  readonly partition: number;
  /** Its place in the partition. */
  readonly offset: number;
  /** Epoch ms, set by its producer or the broker. */
  readonly timestamp: number;
  /** What decides its partition, as bytes. */
  readonly key: Uint8Array | null;
  /** `null` is a tombstone. */
  readonly value: Uint8Array | null;
  /** Names and values, in order; a name may be there twice. */
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** A record on its way into a partition. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Names a partition as a split: `sensor-data-3`. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Whether records of transactions that are open or aborted are passed over. */
export type IsolationLevel = 'read_committed' | 'read_uncommitted';

/** Where in a partition: its ends, or the first record at or after a time (epoch ms). */
export type OffsetSpec = 'earliest' | 'latest' | number;

export interface FetchRequest extends TopicPartition {
  readonly offset: number;
}

/** What a fetch brought of a partition. */
export interface Fetched extends TopicPartition {
  /** Records to be seen, from the offset asked for; records of aborted transactions are not among them. */
  readonly records: readonly KafkaRecord[];
  /** Where to go on, behind everything that was passed over. */
  readonly nextOffset: number;
}

export interface FetchOptions {
  readonly isolationLevel: IsolationLevel;
  /** How long the cluster may wait for the first record, in ms. */
  readonly maxWait: number;
  /** Bytes of a partition in one answer; one batch of records may be larger. */
  readonly maxBytes: number;
}

/** Who writes in a transaction: by its id and epoch anybody can end what it has begun. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** A producer's stream of records; what it sends to a partition arrives in order and once, as long as it lives. */
export interface KafkaProducer {
  /** Resolves when all are in the log. @throws {TidemarkError} what a retry cannot mend */
  send(records: readonly OutgoingRecord[]): Promise<void>;
}

export interface KafkaCluster {
  /** Names it in errors. */
  readonly name: string;
  /** Tells it from other clusters, by whichever of its brokers it was asked. */
  id(): Promise<string>;
  /** Number of partitions of each topic that exists; of all topics without an argument. */
  partitions(topics?: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Offsets in the order of the partitions. A time behind the last record gives the end. */
  offsets(
    partitions: readonly TopicPartition[],
    spec: OffsetSpec,
    isolationLevel: IsolationLevel,
  ): Promise<number[]>;
  committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<(number | undefined)[]>;
  commitOffsets(groupId: string, offsets: readonly FetchRequest[]): Promise<void>;
  /**
   * One round of reading. Several rounds may be under way, each for partitions of its own.
   * @param requests partitions of one `fetchGroup`
   */
  fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly Fetched[]>;
  /** Partitions that can be fetched together, as those that one broker leads. */
  fetchGroup(partition: TopicPartition): Promise<string>;
  producer(): KafkaProducer;
  /** Fences earlier users of the id, aborts what they left open. */
  initTransactions(transactionalId: string, timeout: number): Promise<TransactionalProducer>;
  transactionalProducer(producer: TransactionalProducer): KafkaProducer;
  /**
   * Ends a transaction, by whomever it was begun.
   * @returns false if there is no such transaction any more: it was ended before
   * @throws {TidemarkError} `kafka-transaction-lost` if it was to be committed and the cluster has given it up
   */
  endTransaction(producer: TransactionalProducer, commit: boolean): Promise<boolean>;
  /** Transactional ids that begin with a prefix and have a transaction open. */
  openTransactions(prefix: string): Promise<readonly string[]>;
  createTopic(topic: string, partitions: number): Promise<boolean>;
  deleteTopic(topic: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Told what keeps requests from being answered, once, and when nothing does any more (`undefined`). */
export type OnRetry = (error: Error | undefined) => void;
