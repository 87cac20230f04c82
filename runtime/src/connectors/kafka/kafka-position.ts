import { positionInvalid } from '../connector-errors.ts';
import { partitionName, type TopicPartition } from './kafka-cluster.ts';

/** Where a reader stands in a partition. */
export interface PartitionPosition extends TopicPartition {
  /** The next record. */
  readonly offset: number;
  /** Where reading ends, of a bounded source. */
  readonly until?: number;
}

/**
 * Where a source stands in all its partitions, by the names of their splits. Where reading began is in it from the first
 * batch on: `'latest'` would be another place when it is read again.
 */
export type KafkaPosition = Readonly<Record<string, PartitionPosition>>;

/** @throws {TidemarkError} `position-invalid` */
export function kafkaPosition(position: unknown): KafkaPosition {
  if (position === undefined) return {};
  if (typeof position !== 'object' || position === null) throw positionInvalid('kafka', position);
  for (const value of Object.values(position)) {
    if (typeof (value as { offset?: unknown } | null)?.offset !== 'number')
      throw positionInvalid('kafka', position);
  }
  return position as KafkaPosition;
}

export function advanced(position: KafkaPosition, to: PartitionPosition): KafkaPosition {
  return { ...position, [partitionName(to)]: to };
}
