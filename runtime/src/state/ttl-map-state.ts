import type { MapState } from './map-state.ts';
import type { StateCell } from './state-cell.ts';
import type { Ttl, TtlEntry } from './ttl.ts';

/** Map state whose entries expire one by one. */
export class TtlMapState<K, V> implements MapState<K, V> {
  readonly #cell: StateCell;
  readonly #ttl: Ttl;

  constructor(cell: StateCell, ttl: Ttl) {
    this.#cell = cell;
    this.#ttl = ttl;
  }

  get(key: K): V | undefined {
    const entry = this.#map()?.get(key);
    return entry === undefined ? undefined : this.#read(key, entry)?.value;
  }

  put(key: K, value: V): void {
    this.#cell.look(key);
    this.#cell.look(value);
    const map = this.#map();
    const entry = this.#ttl.entry(value);
    if (map === undefined) this.#cell.set(new Map([[key, entry]]));
    else map.set(key, entry);
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    for (const [key, value] of entries) this.put(key, value);
  }

  remove(key: K): void {
    const map = this.#map();
    if (map?.delete(key) && map.size === 0) this.#cell.set(undefined);
  }

  contains(key: K): boolean {
    const entry = this.#map()?.get(key);
    return entry !== undefined && this.#read(key, entry) !== undefined;
  }

  isEmpty(): boolean {
    for (const entry of this.#map()?.values() ?? []) {
      if (this.#ttl.returnsExpired || !this.#ttl.expired(entry)) return false;
    }
    return true;
  }

  keys(): Iterable<K> {
    return this.#readAll().map(([key]) => key);
  }

  values(): Iterable<V> {
    return this.#readAll().map(([, value]) => value);
  }

  entries(): Iterable<[K, V]> {
    return this.#readAll();
  }

  clear(): void {
    this.#cell.set(undefined);
  }

  #map(): Map<K, TtlEntry<V>> | undefined {
    return this.#cell.get() as Map<K, TtlEntry<V>> | undefined;
  }

  /** The entry, if it may be read; one that has expired is removed. */
  #read(key: K, entry: TtlEntry<V>): TtlEntry<V> | undefined {
    const ttl = this.#ttl;
    if (ttl.expired(entry)) {
      this.remove(key);
      return ttl.returnsExpired ? entry : undefined;
    }
    if (ttl.refreshesOnRead) this.#map()?.set(key, ttl.entry(entry.value));
    return entry;
  }

  #readAll(): [K, V][] {
    const read: [K, V][] = [];
    for (const [key, entry] of [...(this.#map() ?? [])]) {
      if (this.#read(key, entry) !== undefined) read.push([key, entry.value]);
    }
    return read;
  }
}
