import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** A map a key. Its keys compare as those of a JavaScript `Map`. */
export interface MapState<K, V> {
  /** The value of an entry; `undefined` if there is none. */
  get(key: K): V | undefined;
  /** Sets an entry. */
  put(key: K, value: V): void;
  /** Sets entries. */
  putAll(entries: Iterable<readonly [K, V]>): void;
  /** Takes an entry away. */
  remove(key: K): void;
  /** True if there is an entry of that key. */
  contains(key: K): boolean;
  /** True if there is no entry. */
  isEmpty(): boolean;
  /** Keys in the order in which they were first put. */
  keys(): Iterable<K>;
  /** Values in the order of their keys. */
  values(): Iterable<V>;
  /** Keys with their values. */
  entries(): Iterable<[K, V]>;
  /** Takes all entries away. */
  clear(): void;
}

/**
 * Names a map state.
 * @example
 * class Hours extends KeyedProcessFunction<string, { amount: number; time: number }, number> {
 *   #perHour!: MapState<number, number>;
 *   override open() {
 *     this.#perHour = this.getRuntimeContext().getMapState(
 *       new MapStateDescriptor<number, number>('per-hour'),
 *     );
 *   }
 *   *processElement(order: { amount: number; time: number }) {
 *     const hour = Math.floor(order.time / 3_600_000);
 *     this.#perHour.put(hour, (this.#perHour.get(hour) ?? 0) + order.amount);
 *     yield this.#perHour.get(hour)!;
 *   }
 * }
 * await orders
 *   .keyBy('user')
 *   .process(() => new Hours())
 *   .executeAndCollect(); // → [3, 5, 7, 7]
 */
export class MapStateDescriptor<K, V> extends TtlDescriptor<V> {
  /** Tells the kinds of state apart. */
  readonly kind = 'map';
  /** What the state is found by in a snapshot; unique within a function. */
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
    this.#cell.look(key);
    this.#cell.look(value);
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
