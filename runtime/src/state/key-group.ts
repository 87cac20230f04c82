import { TidemarkError } from '../errors.ts';
import { keyIdentity } from './key.ts';

/** Upper limit of all: a key group's number fits 15 bits. */
const UPPER_LIMIT = 32_768;
const LOWER_LIMIT = 128;

/** Key groups of one subtask, both ends included. */
export interface KeyGroupRange {
  readonly start: number;
  readonly end: number;
}

/** The number of key groups that an operator has if nothing else is said: room for half as many subtasks again. */
export function defaultMaxParallelism(parallelism: number): number {
  const roomy = 2 ** Math.ceil(Math.log2(parallelism + Math.floor(parallelism / 2)));
  return checkMaxParallelism(parallelism, Math.min(Math.max(roomy, LOWER_LIMIT), UPPER_LIMIT));
}

/** @throws {TidemarkError} `bad-parallelism` if there are more subtasks than key groups. */
export function checkMaxParallelism(parallelism: number, maxParallelism: number): number {
  if (parallelism <= maxParallelism) return maxParallelism;
  throw new TidemarkError(
    'bad-parallelism',
    `A parallelism of ${parallelism} is more than the ${maxParallelism} key groups there are, so that some subtasks would get ` +
      'no keys. Take a lower parallelism.',
    { details: { parallelism, maxParallelism } },
  );
}

/**
 * The group of a key, whatever the parallelism.
 * @throws {TidemarkError} `bad-key` for what cannot be compared by value.
 */
export function keyGroupOf(key: unknown, maxParallelism: number): number {
  return mixed(hashOf(key)) % maxParallelism;
}

/** The subtask that has a key group. */
export function subtaskOf(keyGroup: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The key groups that a subtask has. */
export function keyGroupRange(subtask: number, maxParallelism: number, parallelism: number): KeyGroupRange {
  return {
    start: Math.ceil((subtask * maxParallelism) / parallelism),
    end: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  };
}

/** 32 bits of a key: equal for equal keys, and the same in every process, as savepoints are laid out by it. */
function hashOf(key: unknown): number {
  const identity = keyIdentity(key);
  if (typeof identity === 'number' && (identity | 0) === identity) return identity;
  const text = typeof identity === 'string' ? identity : `${typeof identity}:${identity}`;
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Spreads neighbouring hashes over all groups (the last steps of MurmurHash3); ≥ 0. */
function mixed(hash: number): number {
  let h = Math.imul(hash, 0xcc9e2d51);
  h = Math.imul((h << 15) | (h >>> 17), 0x1b873593);
  h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  h ^= 4;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
