import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** A list a key. */
export interface ListState<T> {
  /** The elements; an empty array if there are none. */
  get(): readonly T[];
  add(value: T): void;
  addAll(values: Iterable<T>): void;
  /** Replaces all elements. */
  update(values: Iterable<T>): void;
  clear(): void;
}

/** Names a list state. */
export class ListStateDescriptor<T> extends TtlDescriptor {
  readonly kind = 'list';
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
    const list = this.#cell.get() as T[] | undefined;
    if (list === undefined) this.#cell.set([value]);
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
