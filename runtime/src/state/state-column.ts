import type { StateCell } from './state-cell.ts';

/** The keys that a column is parallel to. */
export interface SlotOwner {
  /** Slot of the current key, −1 while it has no state. */
  readonly slot: number;
  /** Gives the current key a slot if need be, for one more entry. */
  entryAdded(): number;
  /** Takes the slot away with its last entry. */
  entryRemoved(): void;
}

/** One state of all keys, by slot. */
export class StateColumn implements StateCell {
  readonly values: unknown[] = [];
  readonly owner: SlotOwner;

  constructor(owner: SlotOwner) {
    this.owner = owner;
  }

  get(): unknown {
    const { slot } = this.owner;
    return slot < 0 ? undefined : this.values[slot];
  }

  set(value: unknown): void {
    const values = this.values;
    let slot = this.owner.slot;
    const had = slot >= 0 && values[slot] !== undefined;
    if (value === undefined) {
      if (!had) return;
      values[slot] = undefined;
      this.owner.entryRemoved();
      return;
    }
    if (!had) {
      slot = this.owner.entryAdded();
      // Holes would make the array slow for good.
      while (values.length <= slot) values.push(undefined);
    }
    values[slot] = value;
  }
}
