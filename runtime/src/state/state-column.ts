import type { StateCell } from './state-cell.ts';
import { StateCheck } from './state-check.ts';

/** The keys that a column is parallel to. */
export interface SlotOwner {
  readonly currentKey: unknown;
  /** Slot of the current key, −1 while it has no state. */
  readonly slot: number;
  /** Gives the current key a slot if need be, for one more entry. */
  entryAdded(): number;
  /** Takes the slot away with its last entry. */
  entryRemoved(): void;
  /** A slot whose mark is not that of the epoch is touched before anything in it changes. */
  readonly epoch: number;
  readonly marks: Uint8Array;
  touch(slot: number): void;
}

/** One state of all keys, by slot. */
export class StateColumn implements StateCell {
  values: unknown[] = [];
  readonly owner: SlotOwner;
  readonly #check: StateCheck;

  /** @param name of the state */
  constructor(owner: SlotOwner, name: string) {
    this.owner = owner;
    this.#check = new StateCheck(name, () => owner.currentKey);
  }

  get(): unknown {
    const { owner } = this;
    const { slot } = owner;
    if (slot < 0) return undefined;
    const value = this.values[slot];
    // Whoever has an object may change it.
    const { epoch } = owner;
    if (epoch !== 0 && owner.marks[slot] !== epoch && typeof value === 'object') owner.touch(slot);
    return value;
  }

  /** For who only looks. */
  peek(): unknown {
    const { slot } = this.owner;
    return slot < 0 ? undefined : this.values[slot];
  }

  look(value: unknown): void {
    this.#check.look(value);
  }

  /** Looks at the first value of a key: those that follow are much like it, and a look at each would cost. */
  set(value: unknown): void {
    const { values, owner } = this;
    let { slot } = owner;
    const had = slot >= 0 && values[slot] !== undefined;
    if (value === undefined) {
      if (!had) return;
      if (owner.epoch !== 0 && owner.marks[slot] !== owner.epoch) owner.touch(slot);
      values[slot] = undefined;
      owner.entryRemoved();
      return;
    }
    if (had) {
      if (owner.epoch !== 0 && owner.marks[slot] !== owner.epoch) owner.touch(slot);
      values[slot] = value;
    } else {
      this.#check.look(value);
      slot = owner.entryAdded();
      // Holes would make the array slow for good.
      while (values.length <= slot) values.push(undefined);
      values[slot] = value;
    }
  }
}
