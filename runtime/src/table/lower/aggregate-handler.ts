import type { Aggregator } from '../functions/aggregate-function.ts';
import { distinctAggregate } from '../functions/distinct-aggregate.ts';
import type { AggregateCall } from '../plan/relation.ts';
import { compileCondition, compileProjection } from './compile-expression.ts';

interface CompiledCall {
  readonly aggregator: Aggregator;
  readonly args: (values: readonly unknown[]) => unknown[];
  readonly passes: ((values: readonly unknown[]) => boolean) | undefined;
  /** The column, where the one argument is a column. */
  readonly column: number;
}

/** All aggregates of an operator, with their accumulators in one array. */
export class AggregateHandler {
  readonly #calls: readonly CompiledCall[];

  /** @param retracts true if rows are taken back */
  constructor(calls: readonly AggregateCall[], retracts: boolean) {
    this.#calls = calls.map(({ bound, args, filter, distinct }): CompiledCall => {
      const plain = bound.create({ retracts });
      const [only] = args;
      return {
        aggregator: distinct ? distinctAggregate(plain) : plain,
        args: compileProjection(args),
        passes: filter === undefined ? undefined : compileCondition(filter),
        column: args.length === 1 && only!.kind === 'input' ? only!.index : -1,
      };
    });
  }

  create(): unknown[] {
    return this.#calls.map(({ aggregator }) => aggregator.create());
  }

  add(accumulators: unknown[], values: readonly unknown[]): void {
    const calls = this.#calls;
    for (let at = 0; at < calls.length; at++) {
      const { aggregator, args, passes, column } = calls[at]!;
      if (passes !== undefined && !passes(values)) continue;
      if (column >= 0) {
        const value = values[column];
        if (value !== null || !aggregator.ignoresNull)
          accumulators[at] = aggregator.add(accumulators[at], value);
        continue;
      }
      const given = args(values);
      if (aggregator.ignoresNull && given.includes(null)) continue;
      accumulators[at] = aggregator.add(accumulators[at], ...given);
    }
  }

  retract(accumulators: unknown[], values: readonly unknown[]): void {
    this.#calls.forEach(({ aggregator, args, passes }, at) => {
      if (passes !== undefined && !passes(values)) return;
      const given = args(values);
      if (aggregator.ignoresNull && given.includes(null)) return;
      accumulators[at] = aggregator.retract(accumulators[at], ...given);
    });
  }

  /** What both have seen; neither is used again. */
  merge(a: unknown[], b: unknown[]): unknown[] {
    return this.#calls.map(({ aggregator }, at) => aggregator.merge(a[at], b[at]));
  }

  results(accumulators: readonly unknown[]): unknown[] {
    return this.#calls.map(({ aggregator }, at) => aggregator.result(accumulators[at]));
  }
}
