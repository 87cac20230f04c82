import { KeyIndex } from './key-index.ts';
import type { StateCell } from './state-cell.ts';
import { CellStateStore, type StateStore } from './state-store.ts';

/** All keyed state of an operator: a column a state, parallel to the keys. */
export interface KeyedStateSnapshot {
  readonly keys: readonly unknown[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** Keyed state in columns by slot. A key has a slot only while it has state. */
export class KeyedStateBackend {
  readonly store: StateStore = new CellStateStore((name) => this.#column(name));
  readonly #index = new KeyIndex();
  readonly #columns = new Map<string, Column>();
  /** Number of states that the key of a slot has. */
  readonly #used: number[] = [];
  #key: unknown;
  /** Slot of the current key, −1 while it has no state. Read by the columns. */
  slot = -1;

  get currentKey(): unknown {
    return this.#key;
  }

  setCurrentKey(key: unknown): void {
    this.#key = key;
    this.slot = this.#index.find(key);
  }

  /** Number of entries, over all keys and states. */
  get entryCount(): number {
    return this.#used.reduce((sum, n) => sum + n, 0);
  }

  /** Where the current key keeps the state `name`. */
  cell(name: string): StateCell {
    return this.#column(name);
  }

  /** The keys that have the state `name` now. */
  keysWith(name: string): unknown[] {
    const values = this.#columns.get(name)?.values ?? [];
    return values.flatMap((value, slot) => (value === undefined ? [] : [this.#index.keys[slot]]));
  }

  /** Called by a column that puts a value where there was none; gives the current key a slot if need be. */
  entryAdded(): number {
    if (this.slot < 0) {
      this.slot = this.#index.slotOf(this.#key);
      this.#used[this.slot] = 0;
    }
    this.#used[this.slot]!++;
    return this.slot;
  }

  /** Called by a column that has removed a value. */
  entryRemoved(): void {
    if (--this.#used[this.slot]! > 0) return;
    this.#index.delete(this.#key);
    this.slot = -1;
  }

  snapshot(): KeyedStateSnapshot {
    const slots = this.#used.flatMap((n, slot) => (n > 0 ? [slot] : []));
    const columns: Record<string, readonly unknown[]> = {};
    for (const [name, column] of this.#columns) columns[name] = slots.map((slot) => column.values[slot]);
    return { keys: slots.map((slot) => this.#index.keys[slot]), columns };
  }

  restore(snapshot: KeyedStateSnapshot): void {
    snapshot.keys.forEach((key, at) => {
      this.setCurrentKey(key);
      for (const [name, values] of Object.entries(snapshot.columns)) this.#column(name).set(values[at]);
    });
  }

  #column(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = new Column(this)));
    return column;
  }
}

class Column implements StateCell {
  readonly values: unknown[] = [];
  readonly #backend: KeyedStateBackend;

  constructor(backend: KeyedStateBackend) {
    this.#backend = backend;
  }

  get(): unknown {
    const slot = this.#backend.slot;
    return slot < 0 ? undefined : this.values[slot];
  }

  set(value: unknown): void {
    const values = this.values;
    let slot = this.#backend.slot;
    const had = slot >= 0 && values[slot] !== undefined;
    if (value === undefined) {
      if (!had) return;
      values[slot] = undefined;
      this.#backend.entryRemoved();
      return;
    }
    if (!had) {
      slot = this.#backend.entryAdded();
      // Holes would make the array slow for good.
      while (values.length <= slot) values.push(undefined);
    }
    values[slot] = value;
  }
}
