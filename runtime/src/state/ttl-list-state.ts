import type { ListState } from './list-state.ts';
import type { StateCell } from './state-cell.ts';
import type { Ttl, TtlEntry } from './ttl.ts';

/** List state whose elements expire one by one. */
export class TtlListState<T> implements ListState<T> {
  readonly #cell: StateCell;
  readonly #ttl: Ttl;

  constructor(cell: StateCell, ttl: Ttl) {
    this.#cell = cell;
    this.#ttl = ttl;
  }

  get(): readonly T[] {
    const list = this.#entries();
    if (list === undefined) return [];
    const ttl = this.#ttl;
    const alive = list.filter((entry) => !ttl.expired(entry));
    if (ttl.refreshesOnRead) this.#set(alive.map(({ value }) => ttl.entry(value)));
    else if (alive.length < list.length) this.#set(alive);
    return (ttl.returnsExpired ? list : alive).map(({ value }) => value);
  }

  add(value: T): void {
    this.#cell.look(value);
    const list = this.#entries();
    const entry = this.#ttl.entry(value);
    if (list === undefined) this.#cell.set([entry]);
    else list.push(entry);
  }

  addAll(values: Iterable<T>): void {
    for (const value of values) this.add(value);
  }

  update(values: Iterable<T>): void {
    this.#set(Array.from(values, (value) => this.#ttl.entry(value)));
  }

  clear(): void {
    this.#cell.set(undefined);
  }

  #entries(): TtlEntry<T>[] | undefined {
    return this.#cell.get() as TtlEntry<T>[] | undefined;
  }

  #set(list: TtlEntry<T>[]): void {
    this.#cell.set(list.length === 0 ? undefined : list);
  }
}
