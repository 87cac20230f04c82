import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { TaggedUnion } from './tagged-union.ts';

/** The records of two streams, apart. */
export type BothSides = readonly [first: readonly unknown[], second: readonly unknown[]];

type Tagged = TaggedUnion<unknown, unknown>;
type Groups = readonly [first: unknown[], second: unknown[]];

/** Keeps the records of two streams apart from the start, so that nothing is to be sorted when a window fires. */
export const coGroupAggregate: AggregateFunction<Tagged, Groups, BothSides> = {
  createAccumulator: () => [[], []],
  add: ({ isOne, value }, groups) => {
    groups[isOne ? 0 : 1].push(value);
    return groups;
  },
  // Copies: a window that fires again has more records by then, and the function may have kept what it was given.
  getResult: ([first, second]) => [first.slice(), second.slice()],
  merge: ([first, second], [moreFirst, moreSecond]) => [first.concat(moreFirst), second.concat(moreSecond)],
};
