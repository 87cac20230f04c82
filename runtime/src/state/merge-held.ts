import { unsupported } from '../errors.ts';
import type { AggregatingStateDescriptor } from './aggregating-state.ts';
import type { ListStateDescriptor } from './list-state.ts';
import type { ReducingStateDescriptor } from './reducing-state.ts';
import type { TtlEntry } from './ttl.ts';

/** Descriptors of state that two windows can bring into one. */
export type MergingStateDescriptor =
  | ListStateDescriptor<unknown>
  | ReducingStateDescriptor<unknown>
  | AggregatingStateDescriptor<unknown, unknown, unknown>;

/**
 * What two cells of a state hold, as one. What expires does so with the younger of both.
 * @throws {TidemarkError} `unsupported` if an aggregate has no `merge`
 */
export function mergeHeld(descriptor: MergingStateDescriptor, a: unknown, b: unknown): unknown {
  if (descriptor.kind === 'list') return (a as unknown[]).concat(b);
  if (descriptor.timeToLive === undefined) return merged(descriptor, a, b);
  const [first, second] = [a as TtlEntry, b as TtlEntry];
  return {
    value: merged(descriptor, first.value, second.value),
    at: Math.max(first.at, second.at),
    sweepAt: Math.max(first.sweepAt, second.sweepAt),
  } satisfies TtlEntry;
}

function merged(
  descriptor: Exclude<MergingStateDescriptor, { kind: 'list' }>,
  a: unknown,
  b: unknown,
): unknown {
  if (descriptor.kind === 'reducing') return descriptor.reduceFunction(a, b);
  const { aggregateFunction, name } = descriptor;
  if (aggregateFunction.merge !== undefined) return aggregateFunction.merge(a, b);
  throw unsupported(
    `Merging the state '${name}'`,
    'its aggregate function has no merge.',
    'Add merge: (a, b) => … to the aggregate function.',
  );
}
