import type { PollResult, SourceReader, SourceReaderContext } from '../source.ts';
import {
  partitionName,
  type FetchOptions,
  type IsolationLevel,
  type KafkaCluster,
  type TopicPartition,
} from './kafka-cluster.ts';
import { kafkaTopicUnknown } from './kafka-errors.ts';
import { advanced, kafkaPosition, type KafkaPosition, type PartitionPosition } from './kafka-position.ts';
import { openCluster, type Brokers } from './open-cluster.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { RecordDecoder } from './record-decoder.ts';
import { patiently, type RegistryPatience } from './registry-patience.ts';
import { resolveOffsets, type KafkaOffsets } from './start-offsets.ts';

/** How long a broker may wait for the first record, in ms; as long may a partition that was paused have to wait. */
const MAX_WAIT = 100;
const MAX_PARTITION_BYTES = 1024 * 1024;

/** What a source was asked for, checked. */
export interface KafkaReaderSettings<T> {
  readonly brokers: Brokers;
  readonly security: KafkaSecurity;
  /** Names, or a pattern that names match. */
  readonly topics: readonly string[] | RegExp;
  readonly groupId: string | undefined;
  readonly startFrom: KafkaOffsets;
  readonly until: KafkaOffsets | undefined;
  readonly isolationLevel: IsolationLevel;
  /** How often new partitions are looked for, in ms. */
  readonly discoveryInterval: number;
  readonly decoder: RecordDecoder<T>;
}

/** Reads the partitions of topics as splits: fetches ahead in the background, a bounded number of records each. */
export class KafkaReader<T> implements SourceReader<T> {
  readonly #settings: KafkaReaderSettings<T>;
  readonly #cluster: KafkaCluster;
  readonly #onReady: () => void;
  readonly #fetchOptions: FetchOptions;
  readonly #patience: RegistryPatience = {
    trouble: (error) => (this.#trouble = error),
    closed: () => this.#closed,
  };
  #position: KafkaPosition;
  readonly #queues = new Map<string, PartitionQueue>();
  /** Its turn comes next; partitions take turns, so that none holds back the others. */
  #turn = 0;
  readonly #busyGroups = new Set<string>();
  #discovery: NodeJS.Timeout | undefined;
  #discovering: Promise<void> | undefined;
  #opened = false;
  #closed = false;
  #failure: Error | undefined;
  #trouble: Error | undefined;
  #committing: Promise<void> | undefined;
  #toCommit: KafkaPosition | undefined;

  constructor(settings: KafkaReaderSettings<T>, context: SourceReaderContext) {
    this.#settings = settings;
    this.#onReady = context.onReady;
    this.#position = kafkaPosition(context.position);
    this.#fetchOptions = {
      isolationLevel: settings.isolationLevel,
      maxWait: MAX_WAIT,
      maxBytes: MAX_PARTITION_BYTES,
    };
    this.#cluster = openCluster(settings.brokers, settings.security, (error) => {
      this.#trouble = error;
    });
    for (const [name, position] of Object.entries(this.#position)) {
      const queue = new PartitionQueue(name, position, false);
      // Recorded ranges are read again of the splits that are asked for; `poll` says which.
      queue.wanted = context.paced;
      queue.ended = context.paced && queue.atEnd;
      this.#queues.set(name, queue);
    }
    if (context.paced || context.position === undefined) this.#discover();
    else this.#opened = true;
    this.#pump();
  }

  poll(max: number, _now: number, split?: string): PollResult<T> {
    if (this.#failure !== undefined) throw this.#failure;
    if (split !== undefined) return this.#pollSplit(max, split);
    const queues = [...this.#queues.values()];
    for (let i = 0; i < queues.length; i++) {
      const queue = queues[(this.#turn + i) % queues.length]!;
      const batch = queue.ready ? this.#take(queue, max) : undefined;
      if (batch === undefined) continue;
      this.#turn = (this.#turn + i + 1) % queues.length;
      this.#pump();
      return batch;
    }
    if (this.#opened && this.#settings.until !== undefined && queues.every(({ ended }) => ended))
      return 'end';
    this.#pump();
    return 'wait';
  }

  onDurable(position: unknown): void {
    if (this.#settings.groupId === undefined) return;
    this.#toCommit = kafkaPosition(position);
    this.#committing ??= this.#commit().finally(() => (this.#committing = undefined));
  }

  trouble(): Error | undefined {
    return this.#trouble;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#discovery);
    // What was durable before is told to the group, if its broker answers at once.
    void (this.#committing ?? Promise.resolve()).finally(() => this.#cluster.close());
  }

  #pollSplit(max: number, split: string): PollResult<T> {
    const queue = this.#queues.get(split);
    if (queue === undefined) return 'end';
    queue.wanted = true;
    const batch = queue.ready ? this.#take(queue, max) : undefined;
    this.#pump();
    return batch ?? 'wait';
  }

  /** A batch of one partition; `undefined` if all that was fetched of it was to be passed over. */
  #take(queue: PartitionQueue, max: number): PollResult<T> | undefined {
    if (queue.unannounced) return this.#announce(queue);
    const values: T[] = [];
    const timestamps: number[] = [];
    try {
      queue.take(max, (record) => {
        const value = this.#settings.decoder.decode(record);
        if (value === undefined) return false;
        // The side output takes dead letters out again.
        values.push(value as T);
        timestamps.push(record.timestamp);
        return true;
      });
    } catch (error) {
      if (values.length === 0) throw error;
      // Records before the bad one come first; it is met again.
    }
    const ends = queue.atEnd;
    if (values.length === 0 && !ends) return undefined;
    queue.ended = ends;
    this.#position = advanced(this.#position, queue.position);
    return {
      values,
      timestamps,
      position: this.#position,
      split: queue.name,
      ...(ends ? { endsSplit: true } : {}),
    };
  }

  /** A batch without records, so that where reading begins is recorded before anything is read. */
  #announce(queue: PartitionQueue): PollResult<T> {
    queue.unannounced = false;
    this.#position = advanced(this.#position, queue.position);
    return { values: [], position: this.#position, split: queue.name };
  }

  /** Fetches for every group of partitions that has room and is not being fetched for. */
  #pump(): void {
    if (this.#closed || this.#failure !== undefined) return;
    for (const queue of this.#queues.values()) {
      if (queue.fetching || !queue.mayFetch || this.#busyGroups.has(queue.group)) continue;
      queue.fetching = true;
      void this.#enter(queue);
    }
  }

  async #enter(first: PartitionQueue): Promise<void> {
    try {
      const group = await this.#cluster.fetchGroup(first);
      first.fetching = false;
      first.group = group;
      if (this.#busyGroups.has(group) || this.#closed) return;
      this.#busyGroups.add(group);
      try {
        await this.#fetchGroup(group);
      } finally {
        this.#busyGroups.delete(group);
        // Room may have been made after it was looked for.
        this.#pump();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Goes on as long as some partition of the group has room. */
  async #fetchGroup(group: string): Promise<void> {
    while (!this.#closed) {
      const queues: PartitionQueue[] = [];
      for (const queue of this.#queues.values()) {
        if (queue.mayFetch && (await this.#cluster.fetchGroup(queue)) === group) queues.push(queue);
      }
      if (queues.length === 0) return;
      const requests = queues.map(({ topic, partition, fetchOffset }) => ({
        topic,
        partition,
        offset: fetchOffset,
      }));
      const fetched = await this.#cluster.fetch(requests, this.#fetchOptions);
      if (this.#closed) return;
      let news = false;
      for (const answer of fetched) {
        const queue = this.#queues.get(partitionName(answer));
        if (queue === undefined || answer.nextOffset <= queue.fetchOffset) continue;
        const { decoder } = this.#settings;
        if (decoder.prepares) await patiently(() => decoder.prepare(answer.records), this.#patience);
        queue.add(answer);
        news = true;
      }
      if (news) this.#onReady();
    }
  }

  /** Looks for partitions now, and again after a while. */
  #discover(): void {
    this.#discovering ??= this.#findPartitions()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#discovering = undefined;
        if (this.#closed || this.#failure !== undefined || this.#settings.until !== undefined) return;
        this.#discovery = setTimeout(() => this.#discover(), this.#settings.discoveryInterval);
        this.#discovery.unref();
      });
  }

  async #findPartitions(): Promise<void> {
    const first = !this.#opened && Object.keys(this.#position).length === 0;
    // What a bounded source reads was settled when it began.
    const added = first || this.#settings.until === undefined ? await this.#unknownPartitions(first) : [];
    if (added.length > 0) await this.#add(added, first);
    this.#opened = true;
    if (this.#closed) return;
    this.#onReady();
    this.#pump();
  }

  async #unknownPartitions(first: boolean): Promise<TopicPartition[]> {
    const { topics } = this.#settings;
    const named = topics instanceof RegExp ? undefined : topics;
    const found = await this.#cluster.partitions(named);
    if (first && named !== undefined) {
      const missing = named.find((topic) => !found.has(topic));
      if (missing !== undefined)
        throw kafkaTopicUnknown(this.#cluster.name, missing, [...(await this.#cluster.partitions()).keys()]);
    }
    return [...found]
      .filter(([topic]) => named !== undefined || (topics as RegExp).test(topic))
      .flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })))
      .filter((partition) => !this.#queues.has(partitionName(partition)));
  }

  async #add(partitions: readonly TopicPartition[], first: boolean): Promise<void> {
    const { startFrom, until, groupId, isolationLevel } = this.#settings;
    // Partitions that appear later were empty when reading began: all of them is new.
    const start = first ? startFrom : 'earliest';
    const starts = await resolveOffsets(this.#cluster, partitions, start, groupId, isolationLevel);
    const ends = until && (await resolveOffsets(this.#cluster, partitions, until, groupId, isolationLevel));
    for (const [i, request] of starts.entries()) {
      const end = ends?.[i]?.offset;
      const position: PartitionPosition = end === undefined ? request : { ...request, until: end };
      this.#queues.set(partitionName(request), new PartitionQueue(partitionName(request), position, true));
      // All that is there when reading begins is known from the first batch on; what is not came later.
      if (first) this.#position = advanced(this.#position, position);
    }
  }

  async #commit(): Promise<void> {
    const { groupId } = this.#settings;
    while (this.#toCommit !== undefined && !this.#closed) {
      const offsets = Object.values(this.#toCommit);
      this.#toCommit = undefined;
      // Exactly-once does not hang on it: a cut knows where to go on, the group is told for those who watch it.
      await this.#cluster.commitOffsets(groupId!, offsets).catch(() => undefined);
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#onReady();
  }
}
