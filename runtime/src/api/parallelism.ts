import { badArgument, unsupported } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { defaultMaxParallelism } from '../state/key-group.ts';

/** @throws {TidemarkError} `bad-argument`, `bad-parallelism`, or `unsupported` if one subtask of `node` must see all records. */
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
