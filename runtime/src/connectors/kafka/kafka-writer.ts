import type { MessageFormat } from '../../formats/format.ts';
import type { PreparedCommit, SinkContext, SinkWriter, SinkWriterContext } from '../../operators/sink.ts';
import type { KafkaCluster, TransactionalProducer } from './kafka-cluster.ts';
import { Fenced } from './embedded-log.ts';
import {
  kafkaFenced,
  kafkaPrefixInUse,
  kafkaPrefixTaken,
  kafkaRecordTooLarge,
  kafkaValueNotWritten,
  reasonsIn,
} from './kafka-errors.ts';
import {
  headerPairs,
  keyBytes,
  type HeadersLike,
  type KafkaPartitioner,
  type KeyLike,
} from './partitioner.ts';
import { patiently } from './registry-patience.ts';
import { RecordPump, type EncodedRecord } from './record-pump.ts';
import type { TransactionIds } from './transaction-ids.ts';

/** What a crash may do to what a sink has written: lose it, repeat it, or nothing. */
export type DeliveryGuarantee = 'none' | 'at-least-once' | 'exactly-once';

/** What a sink was asked for, checked. */
export interface KafkaWriterSettings<T> {
  readonly topic: string | ((value: T) => string);
  readonly formatName: string;
  readonly messages: MessageFormat<T>;
  readonly key: ((value: T) => KeyLike) | undefined;
  readonly partitioner: KafkaPartitioner<T> | undefined;
  readonly headers: ((value: T) => HeadersLike) | undefined;
  readonly timestamp: ((value: T) => number) | undefined;
  readonly guarantee: DeliveryGuarantee;
  readonly prefix: string;
  /** Ms after which a broker aborts a transaction that nobody ends. */
  readonly transactionTimeout: number;
  /** Bytes of the largest record. */
  readonly maxRequestSize: number;
}

/** More records than that wait for the broker: then the job has to wait too. */
const HELD_RECORDS = 20_000;

/** Codes of Kafka that say: somebody else has ended this transaction. */
const FENCED: readonly string[] = [
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
];

/** A record that was written while there was no transaction for it. */
interface EarlyRecord<T> {
  readonly value: T;
  readonly timestamp: number | undefined;
}

/** Writes records to topics; exactly once, in one transaction from cut to cut. */
export class KafkaWriter<T> implements SinkWriter<T> {
  readonly #settings: KafkaWriterSettings<T>;
  readonly #cluster: KafkaCluster;
  readonly #ids: TransactionIds | undefined;
  readonly #context: SinkWriterContext;
  readonly #pump: RecordPump;
  /** Part of its state until they can be written. */
  readonly #early: EarlyRecord<T>[];
  /** True while what is written has somewhere to go. */
  #open = false;
  #transaction: TransactionalProducer | undefined;
  /** Records of the open transaction. */
  #written = 0;
  /** One that is ready for the next cut. */
  #next: TransactionalProducer | undefined;
  #preparing = false;
  #closed = false;
  #failure: Error | undefined;

  /** @param ids where transactional ids are from; `undefined` to write without transactions */
  constructor(
    settings: KafkaWriterSettings<T>,
    cluster: KafkaCluster,
    ids: TransactionIds | undefined,
    context: SinkWriterContext,
  ) {
    this.#settings = settings;
    this.#cluster = cluster;
    this.#context = context;
    this.#pump = new RecordPump(
      cluster,
      () => {
        if (!this.blocked) context.announceReady();
      },
      (error) => this.#fail(error),
    );
    this.#early = [...((context.restored as readonly EarlyRecord<T>[] | undefined) ?? [])];
    if (ids?.enter(context.subtask) === false) {
      this.#closed = true;
      this.#fail(kafkaPrefixTaken(cluster.name, settings.prefix));
      return;
    }
    this.#ids = ids;
    this.#begin().catch((error: unknown) => this.#fail(error));
  }

  get blocked(): boolean {
    return !this.#open || this.#pump.held > HELD_RECORDS;
  }

  write(value: T, { timestamp }: SinkContext): void {
    if (!this.#open) {
      this.#early.push({ value, timestamp });
      return;
    }
    this.#pump.add(this.#encode(value, timestamp));
    this.#written += 1;
  }

  snapshot(): unknown {
    return this.#early.length === 0 ? undefined : [...this.#early];
  }

  prepareCommit(endOfInput: boolean): PreparedCommit | undefined {
    if (this.#settings.guarantee === 'none' && !endOfInput) return undefined;
    if (this.#failure !== undefined) return { committable: undefined, ready: Promise.reject(this.#failure) };
    if (this.#ids === undefined) return { committable: undefined, ready: this.#pump.flushed() };
    const committable = this.#transaction;
    // An empty transaction goes on: there is nothing in it that anybody waits for.
    if (committable === undefined || this.#written === 0) return undefined;
    this.#transaction = undefined;
    this.#open = false;
    this.#ids.prepared(committable.transactionalId);
    const ready = this.#pump.flushed();
    if (!endOfInput) this.#openNext();
    return { committable, ready };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#open = false;
    this.#ids?.leave(this.#context.subtask);
    // A cut that is under way still waits for what was prepared for it.
    await this.#pump.stop();
    await this.#abort([this.#transaction, this.#next]);
  }

  /** Begins to write when all that earlier runs have left is settled. */
  async #begin(): Promise<void> {
    const { topic, messages } = this.#settings;
    if (typeof topic === 'string' && messages.beforeEncode !== undefined) {
      const { trouble } = this.#context;
      await patiently(() => messages.beforeEncode?.(topic), { trouble, closed: () => this.#closed });
    }
    await this.#context.recovered;
    if (this.#closed) return;
    if (this.#ids === undefined) {
      this.#pump.begin(this.#cluster.producer());
      this.#start();
      return;
    }
    const cluster = await this.#cluster.id();
    if (this.#closed) return;
    const owner = this.#ids.lock(cluster);
    if (owner !== undefined) throw kafkaPrefixInUse(this.#cluster.name, this.#settings.prefix, owner);
    await this.#abortLingering(this.#ids);
    this.#openNext();
  }

  /** Transactions of an earlier process that no snapshot knows of: they would hold back every reader. */
  async #abortLingering(ids: TransactionIds): Promise<void> {
    for (const id of await this.#cluster.openTransactions(ids.prefixOf(this.#context.subtask))) {
      // Its new epoch aborts what the one before has left open.
      if (!ids.isUsed(id)) await this.#cluster.initTransactions(id, this.#settings.transactionTimeout);
    }
  }

  /** Goes on with the transaction that is ready, or as soon as one is; and gets the one after it ready. */
  #openNext(): void {
    if (this.#next !== undefined && !this.#closed) {
      this.#transaction = this.#next;
      this.#next = undefined;
      this.#pump.begin(this.#cluster.transactionalProducer(this.#transaction));
      this.#start();
    }
    if (this.#next === undefined && !this.#preparing && !this.#closed) {
      this.#prepareNext(this.#ids!).catch((error: unknown) => this.#fail(error));
    }
  }

  async #prepareNext(ids: TransactionIds): Promise<void> {
    this.#preparing = true;
    const id = ids.take(this.#context.subtask);
    const producer = await this.#cluster.initTransactions(id, this.#settings.transactionTimeout);
    this.#preparing = false;
    // Nothing is in its transaction yet.
    if (this.#closed) return ids.aborted(id);
    this.#next = producer;
    if (!this.#open) this.#openNext();
  }

  #start(): void {
    const early = this.#early.splice(0);
    this.#open = true;
    for (const { value, timestamp } of early) this.#pump.add(this.#encode(value, timestamp));
    this.#written = early.length;
    this.#context.announceReady();
  }

  async #abort(producers: readonly (TransactionalProducer | undefined)[]): Promise<void> {
    try {
      for (const producer of producers) {
        if (producer === undefined) continue;
        await this.#cluster.endTransaction(producer, false);
        this.#ids!.aborted(producer.transactionalId);
      }
    } catch {
      // Its broker aborts them in time, or whoever comes next does.
    } finally {
      await this.#cluster.close();
    }
  }

  #encode(value: T, eventTime: number | undefined): EncodedRecord {
    const {
      topic: topicOf,
      messages,
      formatName,
      key,
      partitioner,
      headers,
      timestamp,
      maxRequestSize,
    } = this.#settings;
    const topic = typeof topicOf === 'function' ? topicOf(value) : topicOf;
    let bytes: Uint8Array | null;
    try {
      bytes = value === null ? null : messages.encode(value);
    } catch (error) {
      throw kafkaValueNotWritten(
        topic,
        formatName,
        error instanceof Error ? error.message : String(error),
        error,
      );
    }
    const keyed = key === undefined ? null : keyBytes(key(value));
    const size = (bytes?.length ?? 0) + (keyed?.length ?? 0);
    if (size > maxRequestSize) throw kafkaRecordTooLarge(topic, size, maxRequestSize);
    return {
      topic,
      timestamp: timestamp?.(value) ?? eventTime ?? Date.now(),
      key: keyed,
      value: bytes,
      headers: headerPairs(headers?.(value)),
      ...(partitioner === undefined ? {} : { choose: (partitions) => partitioner(value, keyed, partitions) }),
    };
  }

  #fail(error: unknown): void {
    if (this.#closed && this.#failure !== undefined) return;
    const reasons = reasonsIn(error);
    const fenced =
      this.#ids !== undefined &&
      (error instanceof Fenced || reasons.some((reason) => FENCED.includes(reason)));
    const failure = fenced
      ? kafkaFenced(
          this.#cluster.name,
          this.#transaction?.transactionalId ?? '',
          this.#settings.prefix,
          error,
        )
      : error instanceof Error
        ? error
        : new Error(String(error));
    this.#failure = failure;
    this.#context.fail(failure);
  }
}
