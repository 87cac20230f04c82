import { badArgument, unsupported } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { defaultMaxParallelism } from '../state/key-group.ts';

/**
 * @throws {TidemarkError} `bad-argument`, `bad-parallelism`, or `unsupported` if `node` has one subtask that must see all
 * records, or none of its own
 */
export function checkParallelism(parallelism: number, node?: StreamNode): number {
  if (!Number.isSafeInteger(parallelism) || parallelism < 1) {
    throw badArgument(
      'parallelism',
      parallelism,
      'It must be a whole number ≥ 1.',
      'Give the number of subtasks, such as 4.',
    );
  }
  defaultMaxParallelism(parallelism);
  if (node?.partitioner !== undefined) {
    throw unsupported(
      'A parallelism of a stream that is only spread',
      'no operator of its own runs there.',
      'Set it on the operator before or after.',
    );
  }
  if (parallelism > 1 && node?.createOperator?.().isParallel === false) {
    throw unsupported(
      `A parallelism of ${parallelism} for ${node.name}`,
      'windows over a whole stream need all its records in one place.',
      'Leave it at 1, or group the stream by key before: keyBy(…).window(…).',
    );
  }
  return parallelism;
}

/** @throws {TidemarkError} `bad-argument` */
export function checkKeyGroups(maxParallelism: number): number {
  if (Number.isSafeInteger(maxParallelism) && maxParallelism >= 1 && maxParallelism <= 32_768)
    return maxParallelism;
  throw badArgument(
    'maxParallelism',
    maxParallelism,
    'It must be a whole number from 1 to 32768.',
    'Give the most subtasks that there will ever be, such as 128.',
  );
}
