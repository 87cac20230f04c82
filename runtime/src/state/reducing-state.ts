import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** Combines two values into one of the same type. */
export type ReduceFunction<T> = (a: T, b: T) => T;

/** One value a key, combined from all that were added. */
export interface ReducingState<T> {
  get(): T | undefined;
  add(value: T): void;
  clear(): void;
}

/** Names a reducing state. */
export class ReducingStateDescriptor<T> extends TtlDescriptor {
  readonly kind = 'reducing';
  readonly name: string;
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
