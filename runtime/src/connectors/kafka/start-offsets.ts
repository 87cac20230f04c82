import type { FetchRequest, IsolationLevel, KafkaCluster, TopicPartition } from './kafka-cluster.ts';

/**
 * Where reading begins or ends: the ends of the partitions, what the group has committed, the first record at or after a
 * time (epoch ms), or offsets by topic and partition.
 */
export type KafkaOffsets =
  | 'earliest'
  | 'latest'
  | 'committed'
  | { readonly timestamp: number }
  | { readonly offsets: Readonly<Record<string, Readonly<Record<number, number>>>> };

/**
 * The offset that a choice means for each partition. What a group has not read yet begins at the earliest record, and so
 * does a partition that the offsets do not name.
 */
export async function resolveOffsets(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
  choice: KafkaOffsets,
  groupId: string | undefined,
  isolationLevel: IsolationLevel,
): Promise<FetchRequest[]> {
  const at = await offsetsOf(cluster, partitions, choice, groupId, isolationLevel);
  return partitions.map(({ topic, partition }, i) => ({ topic, partition, offset: at[i]! }));
}

async function offsetsOf(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
  choice: KafkaOffsets,
  groupId: string | undefined,
  isolationLevel: IsolationLevel,
): Promise<number[]> {
  if (choice === 'earliest' || choice === 'latest')
    return cluster.offsets(partitions, choice, isolationLevel);
  if (typeof choice === 'object' && 'timestamp' in choice) {
    return cluster.offsets(partitions, choice.timestamp, isolationLevel);
  }
  const named =
    choice === 'committed'
      ? await cluster.committedOffsets(groupId ?? '', partitions)
      : partitions.map(({ topic, partition }) => choice.offsets[topic]?.[partition]);
  if (!named.includes(undefined)) return named as number[];
  const earliest = await cluster.offsets(partitions, 'earliest', isolationLevel);
  return named.map((offset, i) => offset ?? earliest[i]!);
}
