import type { fetchV13 } from '@platformatic/kafka';
import { kafkaProtocol } from './kafka-protocol.ts';
import type { BrokerConnections } from './broker-connections.ts';
import { committedRecords } from './committed-records.ts';
import { type Fetched, type FetchOptions, type FetchRequest, type KafkaCluster } from './kafka-cluster.ts';
import { kafkaOffsetGone, kafkaTopicGone, reasonsIn } from './kafka-errors.ts';

const RESPONSE_BYTES = 16 * 1024 * 1024;
/** A broker that has just started may not know its topics yet: so often a topic is missing before it counts as deleted. */
const MISSING_LIMIT = 20;
const MISSING_PAUSE = 100;
const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN: readonly number[] = [3, 100, 103];

/** Reads partitions by Kafka's own request, and filters by itself what was aborted. */
export class BrokerFetch {
  readonly #connections: BrokerConnections;
  readonly #missing = new Map<string, number>();

  constructor(connections: BrokerConnections) {
    this.#connections = connections;
  }

  round(requests: readonly FetchRequest[], options: FetchOptions, cluster: KafkaCluster): Promise<Fetched[]> {
    return this.#connections.retrying('hand over records', async () => {
      const names = new Map<string, string>();
      const topics = await this.#connections.topics([...new Set(requests.map(({ topic }) => topic))]);
      const groups = new Map<number, FetchRequest[]>();
      let missing: FetchRequest | undefined;
      for (const request of requests) {
        const metadata = topics.get(request.topic);
        const leader = metadata?.leaders[request.partition];
        if (metadata === undefined || leader === undefined) {
          missing = request;
          continue;
        }
        names.set(metadata.id, request.topic);
        if (groups.size > 0 && !groups.has(leader.nodeId)) continue;
        groups.set(leader.nodeId, [...(groups.get(leader.nodeId) ?? []), request]);
      }
      if (missing !== undefined) await this.#onMissing(missing.topic);
      const fetched: Fetched[] = [];
      for (const [nodeId, ofLeader] of groups) {
        const connection = await this.#connections.to(nodeId, 'fetches');
        const answer = await this.#ask(connection, ofLeader, options, topics);
        for (const { topicId, partitions } of answer.responses) {
          const topic = names.get(topicId);
          if (topic === undefined) continue;
          for (const { partitionIndex, errorCode, records, abortedTransactions } of partitions) {
            const request = ofLeader.find((one) => one.topic === topic && one.partition === partitionIndex);
            if (request === undefined) continue;
            if (errorCode === OFFSET_OUT_OF_RANGE) await this.#onOutOfRange(request, cluster);
            if (UNKNOWN.includes(errorCode)) await this.#onMissing(topic);
            if (errorCode !== 0) {
              this.#connections.forget();
              continue;
            }
            this.#missing.delete(topic);
            const { isolationLevel } = options;
            const seen = committedRecords(
              topic,
              partitionIndex,
              request.offset,
              records ?? [],
              abortedTransactions ?? [],
              isolationLevel,
            );
            fetched.push({ topic, partition: partitionIndex, ...seen });
          }
        }
      }
      return fetched;
    });
  }

  async #ask(
    connection: Awaited<ReturnType<BrokerConnections['any']>>,
    requests: readonly FetchRequest[],
    { maxWait, maxBytes, isolationLevel }: FetchOptions,
    metadata: Awaited<ReturnType<BrokerConnections['topics']>>,
  ): Promise<fetchV13.FetchResponse> {
    const topics = [...Map.groupBy(requests, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topicId: metadata.get(topic)!.id,
      partitions: ofTopic.map(({ partition, offset }) => ({
        partition,
        currentLeaderEpoch: metadata.get(topic)!.leaders[partition]!.epoch,
        fetchOffset: BigInt(offset),
        lastFetchedEpoch: -1,
        partitionMaxBytes: maxBytes,
      })),
    }));
    const isolation = isolationLevel === 'read_committed' ? 1 : 0;
    try {
      return await kafkaProtocol().fetchV13.api.async(
        connection,
        maxWait,
        1,
        RESPONSE_BYTES,
        isolation,
        0,
        -1,
        topics,
        [],
        '',
      );
    } catch (error) {
      // One partition's error is no reason to lose the records of others.
      const response = (error as { response?: fetchV13.FetchResponse }).response;
      if (response !== undefined && response.errorCode === 0 && reasonsIn(error)[0] === 'PLT_KFK_RESPONSE')
        return response;
      throw error;
    }
  }

  async #onMissing(topic: string): Promise<void> {
    const times = (this.#missing.get(topic) ?? 0) + 1;
    this.#missing.set(topic, times);
    if (times >= MISSING_LIMIT) throw kafkaTopicGone(this.#connections.name, topic);
    this.#connections.forget();
    await this.#connections.pause(MISSING_PAUSE);
  }

  async #onOutOfRange(request: FetchRequest, cluster: KafkaCluster): Promise<never> {
    const [earliest] = await cluster.offsets([request], 'earliest', 'read_uncommitted');
    const [latest] = await cluster.offsets([request], 'latest', 'read_uncommitted');
    const { topic, partition, offset } = request;
    throw kafkaOffsetGone(this.#connections.name, topic, partition, offset, earliest ?? 0, latest ?? 0);
  }
}
