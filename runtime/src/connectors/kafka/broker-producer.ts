import { kafkaProtocol } from './kafka-protocol.ts';
import type { BrokerConnections } from './broker-connections.ts';
import {
  partitionName,
  type KafkaProducer,
  type OutgoingRecord,
  type TopicPartition,
} from './kafka-cluster.ts';
import { kafkaRecordTooLarge, kafkaTopicGone, reasonsIn } from './kafka-errors.ts';

interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

interface OpenTransaction {
  readonly transactionalId: string;
  /** Partitions must be told to the coordinator before they are written to. */
  addPartitions(partitions: readonly TopicPartition[]): Promise<void>;
}

const ALL_REPLICAS = -1;
const PRODUCE_TIMEOUT = 15_000;
/** Kafka's own limit of a batch is 1 MiB by default. */
const BATCH_BYTES = 900_000;
const RECORD_OVERHEAD = 32;
const FORGOTTEN: readonly string[] = [
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
];
/** A broker that has just started may not know its topics yet: with the pauses between attempts, two seconds long. */
const MISSING_LIMIT = 8;
const MISSING_PAUSE = 100;

/** Writes with Kafka's sequence numbers: a request that is sent again because no answer came is not written twice. */
export class BrokerProducer implements KafkaProducer {
  readonly #connections: BrokerConnections;
  readonly #identify: () => Promise<ProducerIdentity>;
  readonly #transaction: OpenTransaction | undefined;
  #identity: ProducerIdentity | undefined;
  readonly #added = new Set<string>();
  readonly #sequences = new (kafkaProtocol().NumericMap)();
  #last: Promise<void> = Promise.resolve();

  constructor(
    connections: BrokerConnections,
    identify: () => Promise<ProducerIdentity>,
    transaction?: OpenTransaction,
  ) {
    this.#connections = connections;
    this.#identify = identify;
    this.#transaction = transaction;
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    // In turn: order within a partition depends on it.
    const sent = this.#last.then(() => this.#send(records));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    this.#identity ??= await this.#connections.retrying('name a producer', this.#identify);
    const queues = Map.groupBy(records, partitionName);
    await this.#add([...queues.values()].map((queue) => queue[0]!));
    await Promise.all([...queues.values()].map((queue) => this.#sendPartition(queue)));
  }

  async #add(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#transaction === undefined) return;
    const added = partitions.filter((partition) => !this.#added.has(partitionName(partition)));
    if (added.length === 0) return;
    await this.#connections.retrying('take partitions into a transaction', () =>
      this.#transaction!.addPartitions(added),
    );
    for (const partition of added) this.#added.add(partitionName(partition));
  }

  async #sendPartition(queue: readonly OutgoingRecord[]): Promise<void> {
    for (let from = 0; from < queue.length;) {
      let bytes = 0;
      let to = from;
      while (to < queue.length) {
        const size = sizeOf(queue[to]!);
        if (to > from && bytes + size > BATCH_BYTES) break;
        bytes += size;
        to++;
      }
      await this.#sendBatch(queue.slice(from, to), bytes);
      from = to;
    }
  }

  async #sendBatch(batch: readonly OutgoingRecord[], bytes: number): Promise<void> {
    const { topic, partition } = batch[0]!;
    const key = `${topic}:${partition}`;
    const messages = batch.map(({ key, value, timestamp, headers }) => ({
      topic,
      partition,
      timestamp: BigInt(timestamp),
      ...(key === null ? {} : { key: key as Buffer }),
      value: value as Buffer,
      ...(headers.length === 0
        ? {}
        : { headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), bytes as Buffer])) }),
    }));
    let missing = 0;
    await this.#connections.retrying(`take records of topic ${topic}`, async () => {
      const leader = (await this.#connections.topics([topic])).get(topic)?.leaders[partition];
      if (leader === undefined) {
        if (++missing >= MISSING_LIMIT) throw kafkaTopicGone(this.#connections.name, topic);
        await this.#connections.pause(MISSING_PAUSE);
        throw passing();
      }
      const connection = await this.#connections.to(leader.nodeId);
      try {
        await kafkaProtocol().produceV11.api.async(connection, ALL_REPLICAS, PRODUCE_TIMEOUT, messages, {
          ...this.#identity!,
          sequences: this.#sequences,
          compression: 'none',
          partitionLeaderEpoch: 0,
          ...(this.#transaction ? { transactionalId: this.#transaction.transactionalId } : {}),
        });
      } catch (error) {
        const reasons = reasonsIn(error);
        // It had come through the first time.
        if (reasons.includes('DUPLICATE_SEQUENCE_NUMBER')) return;
        if (reasons.includes('MESSAGE_TOO_LARGE') || reasons.includes('RECORD_LIST_TOO_LARGE')) {
          if (batch.length === 1) throw kafkaRecordTooLarge(topic, bytes, undefined);
        }
        if (this.#transaction === undefined && reasons.some((reason) => FORGOTTEN.includes(reason))) {
          // The broker no longer knows this producer; as a new one it may write twice what it wrote last.
          this.#identity = await this.#identify();
          this.#sequences.clear();
          throw passing();
        }
        if (reasons.includes('UNKNOWN_TOPIC_OR_PARTITION') && ++missing < MISSING_LIMIT) {
          await this.#connections.pause(MISSING_PAUSE);
          throw passing();
        }
        if (reasons.includes('UNKNOWN_TOPIC_OR_PARTITION'))
          throw kafkaTopicGone(this.#connections.name, topic);
        throw error;
      }
    });
    this.#sequences.set(key, (this.#sequences.get(key) ?? 0) + batch.length);
  }
}

function passing(): Error {
  return Object.assign(new Error('the topic is not known yet'), { code: 'LEADER_NOT_AVAILABLE' });
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, bytes] of headers) size += name.length + bytes.length + 4;
  return size;
}
