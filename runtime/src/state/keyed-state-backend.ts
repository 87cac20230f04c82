import { KeyIndex } from './key-index.ts';
import { StateColumn } from './state-column.ts';
import type { StateCell } from './state-cell.ts';
import { CellStateStore, isExpiring, type StateStore } from './state-store.ts';
import { TtlSweeper, type SweepSnapshot, type SweptSlots } from './ttl-sweeper.ts';

/** All keyed state of an operator: a column a state, parallel to the keys. */
export interface KeyedStateSnapshot {
  readonly keys: readonly unknown[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  /** Absent if nothing of it expires. */
  readonly sweep?: SweepSnapshot;
}

/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;

/** Keyed state in columns by slot. A key has a slot only while it has state. */
export class KeyedStateBackend implements SweptSlots {
  /** Takes away what has a time to live. */
  readonly sweeper = new TtlSweeper(this);
  readonly store: StateStore = new CellStateStore((name) => this.#column(name), this.sweeper);
  #index = new KeyIndex();
  readonly #columns = new Map<string, StateColumn>();
  readonly expiringCells: StateCell[] = [];
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
    if (this.#index.size === 0 && this.#used.length > KEPT_SLOTS) this.#shrink();
  }

  get slotCount(): number {
    return this.#used.length;
  }

  withSlot(slot: number, work: () => void): void {
    if (!(this.#used[slot]! > 0)) return;
    const key = this.#key;
    const current = this.slot;
    this.#key = this.#index.keys[slot];
    this.slot = slot;
    work();
    // The key that was current may be the one whose state has gone.
    this.slot = current === slot ? this.slot : current;
    this.#key = key;
  }

  snapshot(): KeyedStateSnapshot {
    const slots = this.#used.flatMap((n, slot) => (n > 0 ? [slot] : []));
    const columns: Record<string, readonly unknown[]> = {};
    for (const [name, column] of this.#columns) columns[name] = slots.map((slot) => column.values[slot]);
    const sweep = this.sweeper.snapshot();
    return {
      keys: slots.map((slot) => this.#index.keys[slot]),
      columns,
      ...(sweep === undefined ? {} : { sweep }),
    };
  }

  restore(snapshot: KeyedStateSnapshot): void {
    this.sweeper.restore(snapshot.sweep);
    snapshot.keys.forEach((key, at) => {
      this.setCurrentKey(key);
      for (const [name, values] of Object.entries(snapshot.columns)) this.#column(name).set(values[at]);
    });
  }

  /** Gives the memory of many keys back when none is left. */
  #shrink(): void {
    this.#index = new KeyIndex();
    this.#used.length = 0;
    for (const column of this.#columns.values()) column.values.length = 0;
  }

  #column(name: string): StateColumn {
    let column = this.#columns.get(name);
    if (column === undefined) {
      this.#columns.set(name, (column = new StateColumn(this)));
      if (isExpiring(name)) this.expiringCells.push(column);
    }
    return column;
  }
}
