import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** Combines two values into one of the same type. */
export type ReduceFunction<T> = (a: T, b: T) => T;

/** One value a key, combined from all that were added. */
export interface ReducingState<T> {
  /** What all values added so far combine to; `undefined` before any. */
  get(): T | undefined;
  /** Combines a value with those before. */
  add(value: T): void;
  /** Forgets all values. */
  clear(): void;
}

/**
 * Names a reducing state and says how its values combine.
 * @example
 * class Highest extends KeyedProcessFunction<string, { amount: number }, number> {
 *   #highest!: ReducingState<number>;
 *   override open() {
 *     this.#highest = this.getRuntimeContext().getReducingState(
 *       new ReducingStateDescriptor<number>('highest', (a, b) => Math.max(a, b)),
 *     );
 *   }
 *   *processElement(order: { amount: number }) {
 *     this.#highest.add(order.amount);
 *     yield this.#highest.get()!;
 *   }
 * }
 * await orders
 *   .keyBy('user')
 *   .process(() => new Highest())
 *   .executeAndCollect(); // → [3, 5, 4, 5]
 */
export class ReducingStateDescriptor<T> extends TtlDescriptor<T> {
  /** Tells the kinds of state apart. */
  readonly kind = 'reducing';
  /** What the state is found by in a snapshot; unique within a function. */
  readonly name: string;
  /** How two values combine. */
  readonly reduceFunction: ReduceFunction<T>;

  constructor(name: string, reduceFunction: ReduceFunction<T>) {
    super();
    this.name = name;
    this.reduceFunction = reduceFunction;
  }
}

/** Reducing state in a cell. */
export class CellReducingState<T> implements ReducingState<T> {
  readonly #cell: StateCell;
  readonly #reduce: ReduceFunction<T>;

  constructor(cell: StateCell, descriptor: ReducingStateDescriptor<T>) {
    this.#cell = cell;
    this.#reduce = descriptor.reduceFunction;
  }

  get(): T | undefined {
    return this.#cell.get() as T | undefined;
  }

  add(value: T): void {
    const reduced = this.#cell.get() as T | undefined;
    this.#cell.set(reduced === undefined ? value : this.#reduce(reduced, value));
  }

  clear(): void {
    this.#cell.set(undefined);
  }
}
