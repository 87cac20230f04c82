import type { Connection } from '@platformatic/kafka';
import { kafkaProtocol } from './kafka-protocol.ts';
import { BrokerConnections } from './broker-connections.ts';
import { BrokerFetch } from './broker-fetch.ts';
import { BrokerProducer } from './broker-producer.ts';
import type {
  Fetched,
  FetchOptions,
  FetchRequest,
  IsolationLevel,
  KafkaCluster,
  KafkaProducer,
  OffsetSpec,
  OnRetry,
  TopicPartition,
  TransactionalProducer,
} from './kafka-cluster.ts';
import { kafkaTopicGone, kafkaTransactionLost, reasonsIn } from './kafka-errors.ts';
import type { KafkaSecurity } from './kafka-security.ts';

const TOPIC_TIMEOUT = 10_000;
/** Answers that say: a transaction of this producer and epoch is no longer there to be ended. */
const ENDED_BEFORE: readonly string[] = [
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTIONAL_ID_NOT_FOUND',
];

/** A cluster of real brokers, by the requests of Kafka's protocol (3.1 and newer). */
export class BrokerCluster implements KafkaCluster {
  readonly name: string;
  readonly #connections: BrokerConnections;
  readonly #fetch: BrokerFetch;

  constructor(brokers: readonly string[], security: KafkaSecurity, onRetry: OnRetry) {
    this.#connections = new BrokerConnections(brokers, security, onRetry);
    this.#fetch = new BrokerFetch(this.#connections);
    this.name = this.#connections.name;
  }

  id(): Promise<string> {
    return this.#connections.retrying('say which cluster it is', async () => {
      await this.#connections.refresh([]);
      return this.#connections.clusterId ?? this.name;
    });
  }

  async partitions(topics?: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#connections.retrying('name its topics', async () => {
      const names = await this.#connections.refresh(topics);
      const found = await this.#connections.topics(names);
      return new Map([...found].map(([name, { leaders }]) => [name, leaders.length]));
    });
  }

  async offsets(
    partitions: readonly TopicPartition[],
    spec: OffsetSpec,
    isolationLevel: IsolationLevel,
  ): Promise<number[]> {
    const timestamp = spec === 'earliest' ? -2n : spec === 'latest' ? -1n : BigInt(spec);
    const isolation = isolationLevel === 'read_committed' ? 1 : 0;
    const find = (partition: TopicPartition, at: bigint): Promise<number> =>
      this.#connections.retrying(`tell the offsets of ${partition.topic}`, async () => {
        const connection = await this.#leader(partition);
        const response = await kafkaProtocol().listOffsetsV6.api.async(connection, -1, isolation, [
          {
            name: partition.topic,
            partitions: [{ partitionIndex: partition.partition, currentLeaderEpoch: -1, timestamp: at }],
          },
        ]);
        return Number(response.topics[0]!.partitions[0]!.offset);
      });
    return Promise.all(
      partitions.map(async (partition) => {
        const offset = await find(partition, timestamp);
        return offset >= 0 ? offset : find(partition, -1n);
      }),
    );
  }

  async committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<(number | undefined)[]> {
    return this.#connections.retrying(`tell what group ${groupId} has read`, async () => {
      const connection = await this.#connections.coordinator('group', groupId);
      const topics = byTopic(partitions).map(([name, ofTopic]) => ({
        name,
        partitionIndexes: ofTopic.map(({ partition }) => partition),
      }));
      const request = [{ groupId, memberId: null, memberEpoch: -1, topics }];
      const response = await kafkaProtocol().offsetFetchV8.api.async(connection, request, true);
      const found = response.groups[0]!.topics;
      return partitions.map(({ topic, partition }) => {
        const ofTopic = found.find(({ name }) => name === topic)?.partitions;
        const offset = Number(
          ofTopic?.find(({ partitionIndex }) => partitionIndex === partition)?.committedOffset ?? -1,
        );
        return offset < 0 ? undefined : offset;
      });
    });
  }

  async commitOffsets(groupId: string, offsets: readonly FetchRequest[]): Promise<void> {
    await this.#connections.retrying(`commit offsets of group ${groupId}`, async () => {
      const connection = await this.#connections.coordinator('group', groupId);
      const topics = byTopic(offsets).map(([name, ofTopic]) => ({
        name,
        partitions: ofTopic.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: -1,
          committedMetadata: '',
        })),
      }));
      // Generation −1 without a member: offsets of a group that nobody has joined.
      await kafkaProtocol().offsetCommitV8.api.async(connection, groupId, -1, '', null, topics);
    });
  }

  fetch(requests: readonly FetchRequest[], options: FetchOptions): Promise<readonly Fetched[]> {
    return this.#fetch.round(requests, options, this);
  }

  async fetchGroup({ topic, partition }: TopicPartition): Promise<string> {
    return this.#connections.retrying(`name the leader of ${topic}`, async () => {
      const leaders = (await this.#connections.topics([topic])).get(topic)?.leaders;
      return String(leaders?.[partition]?.nodeId ?? -1);
    });
  }

  producer(): KafkaProducer {
    return new BrokerProducer(this.#connections, async () => {
      const connection = await this.#connections.any();
      const { producerId, producerEpoch } = await kafkaProtocol().initProducerIdV4.api.async(
        connection,
        null,
        0,
      );
      return { producerId, producerEpoch };
    });
  }

  async initTransactions(transactionalId: string, timeout: number): Promise<TransactionalProducer> {
    return this.#connections.retrying(`begin transactions of ${transactionalId}`, async () => {
      const connection = await this.#connections.coordinator('transaction', transactionalId);
      const { producerId, producerEpoch } = await kafkaProtocol().initProducerIdV4.api.async(
        connection,
        transactionalId,
        timeout,
      );
      return { transactionalId, producerId: Number(producerId), producerEpoch };
    });
  }

  transactionalProducer({
    transactionalId,
    producerId,
    producerEpoch,
  }: TransactionalProducer): KafkaProducer {
    const id = BigInt(producerId);
    return new BrokerProducer(this.#connections, () => Promise.resolve({ producerId: id, producerEpoch }), {
      transactionalId,
      addPartitions: async (partitions) => {
        const connection = await this.#connections.coordinator('transaction', transactionalId);
        const topics = byTopic(partitions).map(([name, ofTopic]) => ({
          name,
          partitions: ofTopic.map(({ partition }) => partition),
        }));
        await kafkaProtocol().addPartitionsToTxnV3.api.async(connection, [
          { transactionalId, producerId: id, producerEpoch, verifyOnly: false, topics },
        ]);
      },
    });
  }

  async endTransaction(producer: TransactionalProducer, commit: boolean): Promise<boolean> {
    const { transactionalId, producerId, producerEpoch } = producer;
    return this.#connections.retrying(`end the transaction ${transactionalId}`, async () => {
      const connection = await this.#connections.coordinator('transaction', transactionalId);
      try {
        await kafkaProtocol().endTxnV3.api.async(
          connection,
          transactionalId,
          BigInt(producerId),
          producerEpoch,
          commit,
        );
        await this.#untilMarked(connection, transactionalId);
        return true;
      } catch (error) {
        if (!reasonsIn(error).some((reason) => ENDED_BEFORE.includes(reason))) throw error;
        if (commit && (await this.#isTimedOut(connection, producer))) {
          throw kafkaTransactionLost(this.name, transactionalId);
        }
        return false;
      }
    });
  }

  async openTransactions(prefix: string): Promise<readonly string[]> {
    return this.#connections.retrying('list transactions', async () => {
      const found: string[] = [];
      for (const connection of await this.#connections.all()) {
        const { transactionStates } = await kafkaProtocol().listTransactionsV0.api.async(
          connection,
          ['Ongoing'],
          [],
          -1n,
          null,
        );
        for (const { transactionalId } of transactionStates) {
          if (transactionalId.startsWith(prefix)) found.push(transactionalId);
        }
      }
      return found;
    });
  }

  async createTopic(topic: string, partitions: number): Promise<boolean> {
    const created = await this.#connections.retrying(`create topic ${topic}`, async () => {
      const request = {
        name: topic,
        numPartitions: partitions,
        replicationFactor: -1,
        assignments: [],
        configs: [],
      };
      try {
        await kafkaProtocol().createTopicsV7.api.async(
          await this.#connections.any(),
          [request],
          TOPIC_TIMEOUT,
          false,
        );
        return true;
      } catch (error) {
        if (reasonsIn(error).includes('TOPIC_ALREADY_EXISTS')) return false;
        throw error;
      }
    });
    await this.#untilTopic(topic, true);
    return created;
  }

  async deleteTopic(topic: string): Promise<boolean> {
    const deleted = await this.#connections.retrying(`delete topic ${topic}`, async () => {
      try {
        await kafkaProtocol().deleteTopicsV6.api.async(
          await this.#connections.any(),
          [{ name: topic, topicId: null }],
          TOPIC_TIMEOUT,
        );
        return true;
      } catch (error) {
        if (reasonsIn(error).includes('UNKNOWN_TOPIC_OR_PARTITION')) return false;
        throw error;
      }
    });
    await this.#untilTopic(topic, false);
    return deleted;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** True if nobody has had the id since, and yet it was aborted: by the broker, which waits for so long only. */
  async #isTimedOut(
    connection: Connection,
    { transactionalId, producerEpoch }: TransactionalProducer,
  ): Promise<boolean> {
    const { transactionStates } = await kafkaProtocol().describeTransactionsV0.api.async(connection, [
      transactionalId,
    ]);
    const state = transactionStates[0];
    return state?.transactionState.endsWith('Abort') === true && state.producerEpoch === producerEpoch + 1;
  }

  /** The answer comes when the decision is safe; readers see it when the partitions have their markers. */
  async #untilMarked(connection: Connection, transactionalId: string): Promise<void> {
    for (let wait = 1; ; wait *= 2) {
      const { transactionStates } = await kafkaProtocol().describeTransactionsV0.api.async(connection, [
        transactionalId,
      ]);
      if (!transactionStates.some(({ transactionState }) => transactionState.startsWith('Prepare'))) return;
      await this.#connections.pause(wait);
    }
  }

  /** Brokers learn of a topic one after the other. */
  async #untilTopic(topic: string, exists: boolean): Promise<void> {
    while ((await this.partitions([topic])).has(topic) !== exists) await this.#connections.pause(20);
  }

  async #leader({ topic, partition }: TopicPartition) {
    const leader = (await this.#connections.topics([topic])).get(topic)?.leaders[partition];
    if (leader === undefined) throw kafkaTopicGone(this.name, topic);
    return this.#connections.to(leader.nodeId);
  }
}

export function byTopic<P extends TopicPartition>(partitions: readonly P[]): [string, P[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}
