import { EmbeddedLog, isBusy } from './embedded-log.ts';
import type {
  Fetched,
  FetchOptions,
  FetchRequest,
  IsolationLevel,
  KafkaCluster,
  KafkaProducer,
  OnRetry,
  OffsetSpec,
  OutgoingRecord,
  TopicPartition,
  TransactionalProducer,
} from './kafka-cluster.ts';
import { kafkaLogBusy, kafkaOffsetGone, kafkaTopicGone } from './kafka-errors.ts';

/** Records of a partition in one answer. */
const FETCH_RECORDS = 2048;
/** How often it is looked whether another process has written, in ms. */
const LOOK_EVERY = 20;

/** Attempts that are made before anybody hears of it, half a second in all. */
const SAY_AFTER = 12;

interface SharedLog {
  readonly log: EmbeddedLog;
  readonly waiting: Set<() => void>;
  users: number;
}

/** One log a file and process: whoever waits for records hears of those that others here write. */
const shared = new Map<string, SharedLog>();

/** The embedded log, as a cluster of one broker that does not fail. */
export class EmbeddedCluster implements KafkaCluster {
  readonly name = 'embedded';
  readonly #shared: SharedLog;
  readonly #path: string;
  readonly #onRetry: OnRetry;
  #closed = false;
  readonly #waits = new Set<() => void>();

  constructor(path: string, onRetry: OnRetry) {
    this.#path = path;
    this.#onRetry = onRetry;
    let one = shared.get(path);
    if (!one) shared.set(path, (one = { log: new EmbeddedLog(path), waiting: new Set(), users: 0 }));
    one.users += 1;
    this.#shared = one;
  }

  id(): Promise<string> {
    return Promise.resolve(this.#path);
  }

  partitions(topics?: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#answer((log) => {
      const all = log.topics();
      return topics === undefined ? all : new Map([...all].filter(([name]) => topics.includes(name)));
    });
  }

  offsets(
    partitions: readonly TopicPartition[],
    spec: OffsetSpec,
    isolation: IsolationLevel,
  ): Promise<number[]> {
    return this.#answer((log) =>
      partitions.map((partition) => {
        const offset = log.offset(partition, spec, isolation);
        if (offset === undefined) throw kafkaTopicGone(this.name, partition.topic);
        return offset;
      }),
    );
  }

  committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<(number | undefined)[]> {
    return this.#answer((log) => partitions.map((partition) => log.committedOffset(group, partition)));
  }

  commitOffsets(group: string, offsets: readonly FetchRequest[]): Promise<void> {
    return this.#answer((log) => log.commitOffsets(group, offsets));
  }

  async fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly Fetched[]> {
    const until = performance.now() + options.maxWait;
    for (;;) {
      const { version } = this.#shared.log;
      const fetched = this.#read(requests, options.isolationLevel);
      if (fetched.some(({ nextOffset }, i) => nextOffset > requests[i]!.offset)) return fetched;
      if (this.#closed || performance.now() >= until) return fetched;
      await this.#written(version, until);
    }
  }

  fetchGroup(): Promise<string> {
    return Promise.resolve('log');
  }

  producer(): KafkaProducer {
    return { send: (records) => this.#append(records) };
  }

  initTransactions(transactionalId: string): Promise<TransactionalProducer> {
    return this.#answer((log) => log.initTransactions(transactionalId));
  }

  transactionalProducer(producer: TransactionalProducer): KafkaProducer {
    return { send: (records) => this.#append(records, producer) };
  }

  endTransaction(producer: TransactionalProducer, commit: boolean): Promise<boolean> {
    return this.#answer((log) => log.endTransaction(producer, commit)).finally(() => this.#wake());
  }

  openTransactions(prefix: string): Promise<readonly string[]> {
    return this.#answer((log) => log.openTransactions(prefix));
  }

  createTopic(topic: string, partitions: number): Promise<boolean> {
    return this.#answer((log) => log.createTopic(topic, partitions));
  }

  deleteTopic(topic: string): Promise<boolean> {
    return this.#answer((log) => log.deleteTopic(topic));
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const end of [...this.#waits]) end();
    this.#shared.users -= 1;
    if (this.#shared.users === 0) {
      shared.delete(this.#path);
      this.#shared.log.close();
    }
    return Promise.resolve();
  }

  #read(requests: readonly FetchRequest[], isolation: IsolationLevel): Fetched[] {
    if (this.#closed) return [];
    return requests.map((request) => {
      const { topic, partition, offset } = request;
      const found = this.#shared.log.read(request, isolation, FETCH_RECORDS);
      if (found === undefined) throw kafkaTopicGone(this.name, topic);
      const latest = this.#shared.log.offset(request, 'latest', 'read_uncommitted') ?? 0;
      if (offset > latest) throw kafkaOffsetGone(this.name, topic, partition, offset, 0, latest);
      return { topic, partition, records: found.records, nextOffset: found.nextOffset };
    });
  }

  async #append(records: readonly OutgoingRecord[], producer?: TransactionalProducer): Promise<void> {
    await this.#answer((log) => {
      const unknown = log.append(records, producer);
      if (unknown !== undefined) throw kafkaTopicGone(this.name, unknown);
    });
    this.#wake();
  }

  /** Resolves when somebody has written, here or in another process, or the time is up. */
  #written(version: number, until: number): Promise<void> {
    const { waiting, log } = this.#shared;
    return new Promise((settle) => {
      const end = (): void => {
        clearInterval(timer);
        waiting.delete(end);
        this.#waits.delete(end);
        settle();
      };
      const timer = setInterval(() => {
        if (this.#closed || log.version !== version || performance.now() >= until) end();
      }, LOOK_EVERY);
      waiting.add(end);
      this.#waits.add(end);
    });
  }

  #wake(): void {
    for (const end of [...this.#shared.waiting]) end();
  }

  /** Each answer comes in a later turn of the event loop, as from a broker: whoever asks in a loop starves nobody. */
  async #answer<R>(work: (log: EmbeddedLog) => R): Promise<R> {
    await new Promise(setImmediate);
    let waited = 0;
    for (;;) {
      try {
        const answer = work(this.#shared.log);
        if (waited >= SAY_AFTER) this.#onRetry(undefined);
        return answer;
      } catch (error) {
        if (!isBusy(error) || this.#closed) throw error;
        waited += 1;
        if (waited === SAY_AFTER) this.#onRetry(kafkaLogBusy(this.#path, error));
        await new Promise((settle) => setTimeout(settle, LOOK_EVERY));
      }
    }
  }
}
