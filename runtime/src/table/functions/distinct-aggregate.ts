import { identityOf } from '../types/value-identity.ts';
import type { Aggregator, AggregatorCode } from './aggregate-function.ts';

interface Distinct {
  seen: Map<unknown, [args: readonly unknown[], count: number]>;
  inner: unknown;
}

/**
 * Tells an aggregate of each value once, however often it comes, and takes it back with the last of them.
 * @param args how many arguments it has
 */
export function distinctAggregate(inner: Aggregator, args: number, retracts: boolean): Aggregator {
  return retracts ? countedDistinct(inner) : distinctOnce(inner, args === 1);
}

/** What has come, by identity: the argument if there is one, else all of them. */
interface DistinctOnce {
  readonly seen: Map<unknown, unknown>;
  inner: unknown;
}

/** Where nothing is taken back, how often a value has come is nobody's concern. */
function distinctOnce(inner: Aggregator, single: boolean): Aggregator {
  const tell = (state: DistinctOnce, identity: unknown, kept: unknown): void => {
    if (state.seen.has(identity)) return;
    state.seen.set(identity, kept);
    state.inner = single ? inner.add(state.inner, kept) : inner.add(state.inner, ...(kept as unknown[]));
  };
  const merge = (a: unknown, b: unknown): unknown => {
    for (const [identity, kept] of (b as DistinctOnce).seen) tell(a as DistinctOnce, identity, kept);
    return a;
  };
  return {
    ignoresNull: inner.ignoresNull,
    code: single ? codeOf(inner.code, merge) : undefined,
    create: (): DistinctOnce => ({ seen: new Map(), inner: inner.create() }),
    add(held, ...args) {
      const kept = single ? args[0] : args;
      tell(held as DistinctOnce, identityOf(kept), kept);
      return held;
    },
    retract() {
      throw new TypeError('a value is taken back from an aggregate that was made for none to be');
    },
    merge,
    result: (held) => inner.result((held as DistinctOnce).inner),
  };
}

function codeOf(
  inner: AggregatorCode | undefined,
  merge: (a: unknown, b: unknown) => unknown,
): AggregatorCode | undefined {
  if (inner === undefined) return undefined;
  return {
    create: `{ seen: new Map(), inner: ${inner.create} }`,
    // Numbers are their own identity, but for NaN.
    add: (place, value, bind) => `{ const distinct = ${place};
const identity = typeof ${value} === 'number' && ${value} === ${value} ? ${value} : ${bind(identityOf)}(${value});
if (!distinct.seen.has(identity)) {
distinct.seen.set(identity, ${value});
${inner.add('distinct.inner', value, bind)}
} }`,
    merge: (place, other, bind) => `${bind(merge)}(${place}, ${other});`,
    copy: (accumulator) =>
      `{ seen: new Map(${accumulator}.seen), inner: ${inner.copy(`${accumulator}.inner`)} }`,
  };
}

function countedDistinct(inner: Aggregator): Aggregator {
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
