import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/**
 * Aggregates values step by step in an accumulator.
 * @example
 * const count: AggregateFunction<unknown, number, number> = {
 *   createAccumulator: () => 0,
 *   add: (_value, n) => n + 1,
 *   getResult: (n) => n,
 *   merge: (a, b) => a + b,
 * };
 * const sessions = orders.keyBy('user').window(EventTimeSessionWindows.withGap('8 s'));
 * await sessions.aggregate(count).executeAndCollect(); // → [2, 2]
 */
export interface AggregateFunction<IN, ACC, OUT> {
  /** A new accumulator, for a key or window without records. */
  createAccumulator(): ACC;
  /** Adds a value; returns the accumulator, the same one changed or a new one. */
  add(value: IN, accumulator: ACC): ACC;
  /** What is emitted of an accumulator; it leaves the accumulator as it is. */
  getResult(accumulator: ACC): OUT;
  /** Needed for merging windows (sessions). */
  merge?(a: ACC, b: ACC): ACC;
}

/** One result a key, aggregated from all values that were added. */
export interface AggregatingState<IN, OUT> {
  /** The result of all values added so far; `undefined` before any. */
  get(): OUT | undefined;
  /** Adds a value. */
  add(value: IN): void;
  /** Forgets all values. */
  clear(): void;
}

/**
 * Names an aggregating state and says how its values aggregate.
 * @example
 * const mean: AggregateFunction<number, number[], number> = {
 *   createAccumulator: () => [0, 0],
 *   add: (value, [sum, n]) => [sum! + value, n! + 1],
 *   getResult: ([sum, n]) => sum! / n!,
 * };
 * class Mean extends KeyedProcessFunction<string, { amount: number }, number> {
 *   #mean!: AggregatingState<number, number>;
 *   override open() {
 *     this.#mean = this.getRuntimeContext().getAggregatingState(
 *       new AggregatingStateDescriptor('mean', mean),
 *     );
 *   }
 *   *processElement(order: { amount: number }) {
 *     this.#mean.add(order.amount);
 *     yield this.#mean.get()!;
 *   }
 * }
 * await orders
 *   .keyBy('user')
 *   .process(() => new Mean())
 *   .executeAndCollect(); // → [3, 5, 3.5, 3.5]
 */
export class AggregatingStateDescriptor<IN, ACC, OUT> extends TtlDescriptor<ACC> {
  /** Tells the kinds of state apart. */
  readonly kind = 'aggregating';
  /** What the state is found by in a snapshot; unique within a function. */
  readonly name: string;
  /** How values become a result. */
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
