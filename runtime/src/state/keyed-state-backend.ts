import { settle, type Entries, type KeyedTable } from './entries.ts';
import { KeyIndex } from './key-index.ts';
import { SlotFetch, type LookAhead } from './look-ahead.ts';
import { SlotTable } from './slot-table.ts';
import type { StateSchemas } from './state-schema.ts';
import { StateColumn } from './state-column.ts';
import type { StateCell } from './state-cell.ts';
import { CellStateStore, isExpiring, stateNameOf, type StateStore } from './state-store.ts';
import { TtlSweeper, type SweptSlots } from './ttl-sweeper.ts';

/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;

/** Keyed state in columns by slot. A key has a slot only while it has state. */
export class KeyedStateBackend extends SlotTable implements SweptSlots, KeyedTable, LookAhead {
  readonly name: string;
  /** Takes away what has a time to live. */
  readonly sweeper = new TtlSweeper(this);
  readonly store: StateStore = new CellStateStore((name) => this.#column(name), this.sweeper);
  #index = new KeyIndex();
  readonly #byName = new Map<string, StateColumn>();
  readonly #inOrder: StateColumn[] = [];
  /** Names of the states. */
  readonly columns: string[] = [];
  readonly expiringCells: StateColumn[] = [];
  /** Number of states that the key of a slot has. */
  readonly #used: number[] = [];
  #entryCount = 0;
  #key: unknown;
  /** Slot of the current key, −1 while it has no state. Read by the columns. */
  slot = -1;
  readonly #fetch = new SlotFetch();

  /** @param name tells it from what else its operator keeps */
  constructor(name = 'state') {
    super();
    this.name = name;
  }

  get currentKey(): unknown {
    return this.#key;
  }

  setCurrentKey(key: unknown): void {
    this.#key = key;
    this.slot = this.#index.find(key);
  }

  get pays(): boolean {
    return this.#index.pays;
  }

  fetch(keys: readonly unknown[], count: number): void {
    this.#fetch.find(this.#index, keys, count);
    for (const { values } of this.#inOrder) this.#fetch.read(values);
  }

  /** Number of entries, over all keys and states. */
  get entryCount(): number {
    return this.#entryCount;
  }

  /** Where the current key keeps the state `name`. */
  cell(name: string): StateCell {
    return this.#column(name);
  }

  /** The keys that have the state `name` now. */
  keysWith(name: string): unknown[] {
    const values = this.#byName.get(name)?.values ?? [];
    return values.flatMap((value, slot) => (value === undefined ? [] : [this.#index.keys[slot]]));
  }

  /** Called by a column that puts a value where there was none; gives the current key a slot if need be. */
  entryAdded(): number {
    let { slot } = this;
    if (slot < 0) {
      this.slot = slot = this.#index.slotOf(this.#key);
      this.#used[slot] = 0;
      this.grow(slot);
    }
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    this.#used[slot]!++;
    this.#entryCount++;
    return slot;
  }

  /** Called by a column that has removed a value. */
  entryRemoved(): void {
    this.#entryCount--;
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

  keyAt(slot: number): unknown {
    return this.#index.keys[slot];
  }

  valueAt(slot: number, column: number): unknown {
    return this.#inOrder[column]!.values[slot];
  }

  get schemas(): StateSchemas {
    return Object.fromEntries(
      [...this.#byName].flatMap(([name, { schema }]) => (schema === undefined ? [] : [[name, schema]])),
    );
  }

  restore(entries: readonly Entries[], schemas: StateSchemas = {}): void {
    const { keys, columns } = settle(entries);
    for (const [name, values] of Object.entries(columns)) this.#column(name).values = values;
    const restored = Object.values(columns);
    for (let slot = 0; slot < keys.length; slot++) {
      let used = 0;
      for (let i = 0; i < restored.length; i++) if (restored[i]![slot] !== undefined) used++;
      this.#used.push(used);
      this.#entryCount += used;
    }
    this.#index.restore(keys);
    this.grow(keys.length);
    for (const name of Object.keys(columns)) this.#column(name).restored(schemas[name]);
  }

  /** Gives the memory of many keys back when none is left. */
  #shrink(): void {
    this.#index = new KeyIndex();
    this.#used.length = 0;
    for (const column of this.#inOrder) column.values.length = 0;
  }

  #column(name: string): StateColumn {
    let column = this.#byName.get(name);
    if (column === undefined) {
      this.#byName.set(name, (column = new StateColumn(this, stateNameOf(name), isExpiring(name))));
      this.#inOrder.push(column);
      this.columns.push(name);
      if (isExpiring(name)) this.expiringCells.push(column);
    }
    return column;
  }
}
