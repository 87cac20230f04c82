import type { KeySelector } from './key-selector.ts';

/** Chooses the subtask that a record goes to, from 0 to below `numPartitions`. */
export type PartitionFunction<K> = (key: K, numPartitions: number) => number;

/** The user chooses the subtask, by a key. */
export interface CustomPartitioner {
  readonly by: PartitionFunction<unknown>;
  readonly keySelector: KeySelector;
}

/** How a stream said that its records are spread over the subtasks of its readers. Flink's stream partitioners. */
export type StreamPartitioner =
  'forward' | 'rebalance' | 'rescale' | 'shuffle' | 'broadcast' | 'global' | CustomPartitioner;

/**
 * How a record finds its subtask: by the group of its key, or as the stream said; `undefined` if neither matters, which is
 * one to one where there are as many, else in turn.
 */
export type Partitioning = KeySelector | StreamPartitioner | undefined;
