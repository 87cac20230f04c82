import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** A list a key. */
export interface ListState<T> {
  /** The elements; an empty array if there are none. */
  get(): readonly T[];
  /** Adds an element at the end. */
  add(value: T): void;
  /** Adds elements at the end. */
  addAll(values: Iterable<T>): void;
  /** Replaces all elements. */
  update(values: Iterable<T>): void;
  /** Takes all elements away. */
  clear(): void;
}

/**
 * Names a list state.
 * @example
 * class Pairs extends KeyedProcessFunction<string, { amount: number }, readonly number[]> {
 *   #amounts!: ListState<number>;
 *   override open() {
 *     this.#amounts = this.getRuntimeContext().getListState(
 *       new ListStateDescriptor<number>('amounts'),
 *     );
 *   }
 *   *processElement(order: { amount: number }) {
 *     this.#amounts.add(order.amount);
 *     if (this.#amounts.get().length < 2) return;
 *     yield [...this.#amounts.get()];
 *     this.#amounts.clear();
 *   }
 * }
 * await orders
 *   .keyBy('user')
 *   .process(() => new Pairs())
 *   .executeAndCollect(); // → [[3, 4], [5, 2]]
 */
export class ListStateDescriptor<T> extends TtlDescriptor<T> {
  /** Tells the kinds of state apart. */
  readonly kind = 'list';
  /** What the state is found by in a snapshot; unique within a function. */
  readonly name: string;
  declare readonly elementType?: T;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

const EMPTY: readonly never[] = [];

/** List state in a cell. */
export class CellListState<T> implements ListState<T> {
  readonly #cell: StateCell;

  constructor(cell: StateCell) {
    this.#cell = cell;
  }

  get(): readonly T[] {
    return (this.#cell.get() as T[] | undefined) ?? EMPTY;
  }

  add(value: T): void {
    const cell = this.#cell;
    cell.look(value);
    const list = cell.get() as T[] | undefined;
    if (list === undefined) cell.set([value]);
    else list.push(value);
  }

  addAll(values: Iterable<T>): void {
    for (const value of values) this.add(value);
  }

  update(values: Iterable<T>): void {
    const list = [...values];
    this.#cell.set(list.length === 0 ? undefined : list);
  }

  clear(): void {
    this.#cell.set(undefined);
  }
}
