import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** Aggregates values step by step in an accumulator. */
export interface AggregateFunction<IN, ACC, OUT> {
  createAccumulator(): ACC;
  /** Adds a value; returns the accumulator, the same one changed or a new one. */
  add(value: IN, accumulator: ACC): ACC;
  getResult(accumulator: ACC): OUT;
  /** Needed for merging windows (sessions). */
  merge?(a: ACC, b: ACC): ACC;
}

/** One result a key, aggregated from all values that were added. */
export interface AggregatingState<IN, OUT> {
  get(): OUT | undefined;
  add(value: IN): void;
  clear(): void;
}

/** Names an aggregating state. */
export class AggregatingStateDescriptor<IN, ACC, OUT> extends TtlDescriptor {
  readonly kind = 'aggregating';
  readonly name: string;
  readonly aggregateFunction: AggregateFunction<IN, ACC, OUT>;

  constructor(name: string, aggregateFunction: AggregateFunction<IN, ACC, OUT>) {
    super();
    this.name = name;
    this.aggregateFunction = aggregateFunction;
  }
}

/** Aggregating state in a cell. */
export class CellAggregatingState<IN, ACC, OUT> implements AggregatingState<IN, OUT> {
  readonly #cell: StateCell;
  readonly #aggregate: AggregateFunction<IN, ACC, OUT>;

  constructor(cell: StateCell, descriptor: AggregatingStateDescriptor<IN, ACC, OUT>) {
    this.#cell = cell;
    this.#aggregate = descriptor.aggregateFunction;
  }

  get(): OUT | undefined {
    const accumulator = this.#cell.get();
    return accumulator === undefined ? undefined : this.#aggregate.getResult(accumulator as ACC);
  }

  add(value: IN): void {
    const accumulator = this.#cell.get() as ACC | undefined;
    this.#cell.set(
      this.#aggregate.add(
        value,
        accumulator === undefined ? this.#aggregate.createAccumulator() : accumulator,
      ),
    );
  }

  clear(): void {
    this.#cell.set(undefined);
  }
}
