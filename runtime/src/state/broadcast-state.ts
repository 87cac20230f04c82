import { stateIsReadOnly } from '../errors.ts';
import { CellMapState, type MapState } from './map-state.ts';

/** State that every copy of an operator holds alike, written by records that are broadcast. */
export interface BroadcastState<K, V> extends MapState<K, V> {
  /** Keys with their values, to be read only: Flink's other name of `entries`. */
  immutableEntries(): Iterable<readonly [K, V]>;
}

/** Broadcast state where it may only be read: its copies would differ if single records wrote to it. */
export type ReadOnlyBroadcastState<K, V> = Pick<
  BroadcastState<K, V>,
  'get' | 'contains' | 'isEmpty' | 'keys' | 'values' | 'entries' | 'immutableEntries'
>;

/** Broadcast state in a cell. */
export class CellBroadcastState<K, V> extends CellMapState<K, V> implements BroadcastState<K, V> {
  immutableEntries(): Iterable<readonly [K, V]> {
    return this.entries();
  }
}

/** Reads a map state; a write, which types rule out, says why it fails. */
export class ReadOnlyMapState<K, V> implements BroadcastState<K, V> {
  readonly #state: MapState<K, V>;
  readonly #name: string;

  constructor(state: MapState<K, V>, name: string) {
    this.#state = state;
    this.#name = name;
  }

  get(key: K): V | undefined {
    return this.#state.get(key);
  }

  contains(key: K): boolean {
    return this.#state.contains(key);
  }

  isEmpty(): boolean {
    return this.#state.isEmpty();
  }

  keys(): Iterable<K> {
    return this.#state.keys();
  }

  values(): Iterable<V> {
    return this.#state.values();
  }

  entries(): Iterable<[K, V]> {
    return this.#state.entries();
  }

  immutableEntries(): Iterable<readonly [K, V]> {
    return this.#state.entries();
  }

  put(): never {
    throw stateIsReadOnly(this.#name);
  }

  putAll(): never {
    throw stateIsReadOnly(this.#name);
  }

  remove(): never {
    throw stateIsReadOnly(this.#name);
  }

  clear(): never {
    throw stateIsReadOnly(this.#name);
  }
}
