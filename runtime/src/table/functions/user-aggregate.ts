import { TidemarkError } from '../../errors.ts';
import type { AggregateFunctionDefinition, Aggregator } from './aggregate-function.ts';
import { acceptedBy, showSignature, signatureOf } from './function-signature.ts';

/**
 * An aggregate of TypeScript for SQL, Flink's `AggregateFunction` of the Table API. Its accumulator is plain data, since it is part of
 * snapshots; methods change it, or return another in its place.
 * @example
 * const weighted: UserDefinedAggregate<[sum: number, weight: number], number | null> = {
 *   createAccumulator: () => [0, 0],
 *   accumulate: ([sum, weight], value: number, times: number) => [sum + value * times, weight + times],
 *   retract: ([sum, weight], value: number, times: number) => [sum - value * times, weight - times],
 *   merge: ([sum, weight], others) => {
 *     for (const other of others) [sum, weight] = [sum + other[0], weight + other[1]];
 *     return [sum, weight];
 *   },
 *   getValue: ([sum, weight]) => (weight === 0 ? null : sum / weight),
 * };
 * env.createFunction('weighted', weighted, '(DOUBLE, BIGINT) => DOUBLE');
 * const query = 'SELECT weighted(v, w) AS mean FROM (VALUES (CAST(2 AS DOUBLE), 1), (CAST(5 AS DOUBLE), 2)) AS t(v, w)';
 * (await env.toChangelogStream(env.sqlQuery(query)).executeAndCollect()).at(-1)?.row; // → { mean: 4 }
 */
export interface UserDefinedAggregate<A = unknown, R = unknown> {
  /** A fresh accumulator, of no rows. */
  createAccumulator(): A;
  /** Adds the values of a row, NULL as `null`. */
  accumulate(accumulator: A, ...values: never[]): A | void;
  /** Takes a row back: needed over tables that change, and with OVER whose frame moves. */
  retract?(accumulator: A, ...values: never[]): A | void;
  /** Adds what others have seen: needed by sessions, and windows that overlap. */
  merge?(accumulator: A, others: Iterable<A>): A | void;
  /** What the rows come to. */
  getValue(accumulator: A): R;
}

export function isUserAggregate(given: unknown): given is UserDefinedAggregate {
  const methods = ['createAccumulator', 'accumulate', 'getValue'] as const;
  return (
    typeof given === 'object' &&
    given !== null &&
    methods.every((method) => typeof (given as Record<string, unknown>)[method] === 'function')
  );
}

/** @param types `'(DOUBLE, BIGINT) => DOUBLE'` */
export function userAggregate(
  name: string,
  given: UserDefinedAggregate,
  types: string | undefined,
): AggregateFunctionDefinition {
  const { parameters, result } = signatureOf(types);
  const accepts = acceptedBy(parameters);
  return {
    name: name.toUpperCase(),
    signature: showSignature(name, types),
    bind: (types) => {
      const args = accepts(types);
      if (args === undefined) return undefined;
      return {
        args,
        type: result as never,
        userFunction: given,
        create: ({ retracts }) => {
          if (retracts && given.retract === undefined)
            throw missingMethod(name, 'retract', 'takes rows back', '(accumulator, ...values)');
          return aggregatorOf(name, given);
        },
      };
    },
  };
}

function aggregatorOf(name: string, given: UserDefinedAggregate): Aggregator {
  const change = given as UserDefinedAggregate & {
    accumulate(accumulator: unknown, ...values: readonly unknown[]): unknown;
    retract(accumulator: unknown, ...values: readonly unknown[]): unknown;
  };
  return {
    ignoresNull: false,
    create: () => given.createAccumulator(),
    add: (accumulator, ...values) => change.accumulate(accumulator, ...values) ?? accumulator,
    retract: (accumulator, ...values) => change.retract(accumulator, ...values) ?? accumulator,
    merge: (a, b) => {
      if (given.merge === undefined)
        throw missingMethod(name, 'merge', 'puts windows together', '(accumulator, others)');
      return (given.merge(a, [b]) as unknown) ?? a;
    },
    result: (accumulator) => given.getValue(accumulator) ?? null,
  };
}

function missingMethod(name: string, method: string, why: string, parameters: string): TidemarkError {
  return new TidemarkError(
    'function-needs-method',
    `The aggregate ${name} has no ${method}, and this query ${why}. Give it ${method}${parameters}, which returns the accumulator ` +
      'or changes it, or ask for rows that are only added, in windows that do not overlap.',
    { details: { name, method } },
  );
}
