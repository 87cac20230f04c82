import { badArgument } from '../errors.ts';

/** @throws {TidemarkError} `bad-argument` unless it is a whole number ≥ 1. */
export function checkParallelism(parallelism: number): number {
  if (!Number.isSafeInteger(parallelism) || parallelism < 1) {
    throw badArgument(
      'parallelism',
      parallelism,
      'It must be a whole number ≥ 1.',
      'Give the number of subtasks, such as 4.',
    );
  }
  return parallelism;
}
