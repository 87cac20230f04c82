import { identityOf } from '../types/value-identity.ts';
import type { Aggregator } from './aggregate-function.ts';

interface Distinct {
  seen: Map<unknown, [args: readonly unknown[], count: number]>;
  inner: unknown;
}

/** Tells an aggregate of each value once, however often it comes, and takes it back with the last of them. */
export function distinctAggregate(inner: Aggregator): Aggregator {
  const identity = (args: readonly unknown[]) => identityOf(args.length === 1 ? args[0] : args);
  return {
    ignoresNull: inner.ignoresNull,
    create: (): Distinct => ({ seen: new Map(), inner: inner.create() }),
    add(held, ...args) {
      const state = held as Distinct;
      const entry = state.seen.get(identity(args));
      if (entry === undefined) {
        state.seen.set(identity(args), [args, 1]);
        state.inner = inner.add(state.inner, ...args);
      } else entry[1]++;
      return state;
    },
    retract(held, ...args) {
      const state = held as Distinct;
      const entry = state.seen.get(identity(args));
      if (entry === undefined || --entry[1] > 0) return state;
      state.seen.delete(identity(args));
      state.inner = inner.retract(state.inner, ...args);
      return state;
    },
    merge(a, b) {
      const state = a as Distinct;
      for (const [key, [args, count]] of (b as Distinct).seen) {
        const entry = state.seen.get(key);
        if (entry !== undefined) entry[1] += count;
        else {
          state.seen.set(key, [args, count]);
          state.inner = inner.add(state.inner, ...args);
        }
      }
      return state;
    },
    result: (held) => inner.result((held as Distinct).inner),
  };
}
