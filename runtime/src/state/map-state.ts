import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** A map a key. Its keys compare as those of a JavaScript `Map`. */
export interface MapState<K, V> {
  get(key: K): V | undefined;
  put(key: K, value: V): void;
  putAll(entries: Iterable<readonly [K, V]>): void;
  remove(key: K): void;
  contains(key: K): boolean;
  isEmpty(): boolean;
  keys(): Iterable<K>;
  values(): Iterable<V>;
  entries(): Iterable<[K, V]>;
  clear(): void;
}

/** Names a map state. */
export class MapStateDescriptor<K, V> extends TtlDescriptor {
  readonly kind = 'map';
  readonly name: string;
  declare readonly entryType?: readonly [K, V];

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** Map state in a cell. */
export class CellMapState<K, V> implements MapState<K, V> {
  readonly #cell: StateCell;

  constructor(cell: StateCell) {
    this.#cell = cell;
  }

  get(key: K): V | undefined {
    return this.#map()?.get(key);
  }

  put(key: K, value: V): void {
    const map = this.#map();
    if (map === undefined) this.#cell.set(new Map([[key, value]]));
    else map.set(key, value);
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    for (const [key, value] of entries) this.put(key, value);
  }

  remove(key: K): void {
    const map = this.#map();
    if (map?.delete(key) && map.size === 0) this.#cell.set(undefined);
  }

  contains(key: K): boolean {
    return this.#map()?.has(key) ?? false;
  }

  isEmpty(): boolean {
    return this.#map() === undefined;
  }

  keys(): Iterable<K> {
    return this.#map()?.keys() ?? [];
  }

  values(): Iterable<V> {
    return this.#map()?.values() ?? [];
  }

  entries(): Iterable<[K, V]> {
    return this.#map()?.entries() ?? [];
  }

  clear(): void {
    this.#cell.set(undefined);
  }

  #map(): Map<K, V> | undefined {
    return this.#cell.get() as Map<K, V> | undefined;
  }
}
