import { compareValues } from '../types/compare.ts';
import { identityOf } from '../types/value-identity.ts';
import { isInteger, STRING, type LogicalType } from '../types/logical-type.ts';
import type { AggregateFunctionDefinition, Aggregator, AggregatorCode } from './aggregate-function.ts';

/** Values with how often each is there, by identity. */
type Bag = Map<unknown, [value: unknown, count: number]>;
/** The extreme, and all values if some may be taken back. */
interface Extreme {
  best: unknown;
  bag: Bag | null;
}

function changeBag(bag: Bag, value: unknown, by: number): void {
  const identity = identityOf(value);
  const entry = bag.get(identity);
  if (entry === undefined) bag.set(identity, [value, by]);
  else if ((entry[1] += by) === 0) bag.delete(identity);
}

/** True for types whose values JavaScript compares as SQL does. */
function comparesPlainly(type: LogicalType): boolean {
  return isInteger(type) || ['TIMESTAMP', 'TIMESTAMP_LTZ', 'DATE', 'TIME', 'STRING'].includes(type.name);
}

function extremeCode(operator: '<' | '>'): AggregatorCode {
  return {
    create: '{ best: null, bag: null }',
    add: (place, value) =>
      `{ const held = ${place}; if (held.best === null || ${value} ${operator} held.best) held.best = ${value}; }`,
    merge: (place, other) =>
      `{ const held = ${place}, best = ${other}.best; if (best !== null && (held.best === null || best ${operator} held.best)) held.best = best; }`,
    copy: (accumulator) => `{ best: ${accumulator}.best, bag: null }`,
    result: (accumulator) => `${accumulator}.best`,
  };
}

function extreme(type: LogicalType, sign: number, retracts: boolean): Aggregator {
  const compare = compareValues(type);
  const better = (a: unknown, b: unknown) => b === null || (a !== null && compare(a, b) * sign > 0);
  const best = (bag: Bag) => {
    let found: unknown = null;
    for (const [value, count] of bag.values()) if (count > 0 && better(value, found)) found = value;
    return found;
  };
  return {
    ignoresNull: true,
    code: retracts || !comparesPlainly(type) ? undefined : extremeCode(sign > 0 ? '>' : '<'),
    create: (): Extreme => ({ best: null, bag: retracts ? new Map() : null }),
    add(held, value) {
      const state = held as Extreme;
      if (better(value, state.best)) state.best = value;
      if (state.bag !== null) changeBag(state.bag, value, 1);
      return state;
    },
    retract(held, value) {
      const state = held as Extreme;
      // What is taken back is never the extreme: its row comes again with a value beyond it.
      if (state.bag === null) return state;
      changeBag(state.bag, value, -1);
      if (state.best !== null && compare(value, state.best) === 0) state.best = best(state.bag!);
      return state;
    },
    merge(a, b) {
      const state = a as Extreme;
      const other = b as Extreme;
      if (other.best !== null && better(other.best, state.best)) state.best = other.best;
      if (state.bag !== null)
        for (const [value, count] of other.bag!.values()) changeBag(state.bag, value, count);
      return state;
    },
    result: (held) => (held as Extreme).best,
  };
}

/** Values in the order in which they came; what is taken back is the first of its equals. */
export function listed(ignoresNull: boolean, finish: (values: readonly unknown[]) => unknown): Aggregator {
  return {
    ignoresNull,
    create: (): unknown[] => [],
    add(held, ...args) {
      (held as unknown[]).push(args.length <= 1 ? args[0] : args);
      return held;
    },
    retract(held, ...args) {
      const values = held as unknown[];
      const identity = identityOf(args.length <= 1 ? args[0] : args);
      const at = values.findIndex((value) => identityOf(value) === identity);
      if (at >= 0) values.splice(at, 1);
      return values;
    },
    merge(a, b) {
      (a as unknown[]).push(...(b as unknown[]));
      return a;
    },
    result: (held) => finish(held as unknown[]),
  };
}

/** The first or last value without keeping the others. */
function single(last: boolean): Aggregator {
  return {
    ignoresNull: true,
    create: (): unknown[] => [],
    add(held, value) {
      const state = held as unknown[];
      if (last || state.length === 0) state[0] = value;
      return state;
    },
    retract: (held) => held,
    merge: (a, b) => ((last && (b as unknown[]).length > 0) || (a as unknown[]).length === 0 ? b : a),
    result: (held) => (held as unknown[])[0] ?? null,
  };
}

function collected(): Aggregator {
  return {
    ignoresNull: true,
    create: (): Bag => new Map(),
    add(held, value) {
      changeBag(held as Bag, value, 1);
      return held;
    },
    retract(held, value) {
      changeBag(held as Bag, value, -1);
      return held;
    },
    merge(a, b) {
      for (const [value, count] of (b as Bag).values()) changeBag(a as Bag, value, count);
      return a;
    },
    result: (held) =>
      [...(held as Bag).values()].flatMap(([value, count]) => Array<unknown>(Math.max(0, count)).fill(value)),
  };
}

const comparable = (type: LogicalType) =>
  !['ARRAY', 'MAP', 'ROW', 'MULTISET', 'ANY', 'SYMBOL'].includes(type.name);

/** Aggregates that choose or keep values. */
export const valueAggregates: readonly AggregateFunctionDefinition[] = [
  ...(['MIN', 'MAX'] as const).map(
    (name): AggregateFunctionDefinition => ({
      name,
      signature: `${name}(value)`,
      bind: ([type, ...more]) =>
        type !== undefined && more.length === 0 && comparable(type)
          ? {
              args: [type],
              type,
              indifferentToDuplicates: true,
              create: ({ retracts }) => extreme(type, name === 'MAX' ? 1 : -1, retracts),
            }
          : undefined,
    }),
  ),
  ...(['FIRST_VALUE', 'LAST_VALUE'] as const).map(
    (name): AggregateFunctionDefinition => ({
      name,
      signature: `${name}(value)`,
      bind: ([type, ...more]) =>
        type !== undefined && more.length === 0
          ? {
              args: [type],
              type,
              create: ({ retracts }) =>
                retracts
                  ? listed(true, (values) => (name === 'FIRST_VALUE' ? values[0] : values.at(-1)) ?? null)
                  : single(name === 'LAST_VALUE'),
            }
          : undefined,
    }),
  ),
  {
    name: 'LISTAGG',
    signature: 'LISTAGG(text, separator)',
    bind: (types) =>
      types.length >= 1 && types.length <= 2 && types.every(({ name }) => name === 'STRING')
        ? {
            args: types.map(() => STRING),
            type: STRING,
            create: () =>
              listed(true, (values) => {
                if (values.length === 0) return null;
                if (types.length === 1) return values.join(',');
                return values.map((pair) => (pair as readonly string[])[0]).join((values[0] as readonly string[])[1]);
              }),
          }
        : undefined,
  },
  {
    name: 'ARRAY_AGG',
    signature: 'ARRAY_AGG(value)',
    bind: ([type, ...more]) =>
      type !== undefined && more.length === 0
        ? {
            args: [type],
            type: { name: 'ARRAY', element: type },
            create: () => listed(false, (values) => (values.length === 0 ? null : [...values])),
          }
        : undefined,
  },
  {
    name: 'COLLECT',
    signature: 'COLLECT(value)',
    bind: ([type, ...more]) =>
      type !== undefined && more.length === 0
        ? { args: [type], type: { name: 'MULTISET', element: type }, create: collected }
        : undefined,
  },
  {
    name: 'SINGLE_VALUE',
    signature: 'SINGLE_VALUE(value)',
    bind: ([type]) => ({
      args: [type!],
      type: type!,
      create: () => listed(false, (values) => {
        if (values.length > 1) throw new RangeError('A sub-query that stands for one value has returned several rows.');
        return values[0] ?? null;
      }),
    }),
  },
]; // prettier-ignore
