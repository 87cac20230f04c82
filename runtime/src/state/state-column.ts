import type { StateCell } from './state-cell.ts';
import { StateCheck } from './state-check.ts';
import { migrationOf, type DescribedState, type StateSchema } from './state-schema.ts';

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
  /** Makes the key of a slot current while `work` runs. */
  withSlot(slot: number, work: () => void): void;
}

/** One state of all keys, by slot. */
export class StateColumn implements StateCell {
  values: unknown[] = [];
  readonly owner: SlotOwner;
  readonly #check: StateCheck;
  readonly #expires: boolean;
  #described: DescribedState | undefined;
  /** Before anybody has said what it is: what it was. */
  #written: StateSchema | undefined;

  /**
   * @param name of the state
   * @param expires true if values lie beside their times
   */
  constructor(owner: SlotOwner, name: string, expires = false) {
    this.owner = owner;
    this.#expires = expires;
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

  /** What is held, in words that go into snapshots. */
  get schema(): StateSchema | undefined {
    const known = this.#described ?? this.#written;
    return known && { kind: known.kind, version: known.version };
  }

  describe(state: DescribedState): void {
    const { kind } = state;
    const before = this.#written ?? { kind, version: 1 };
    const wasDescribed = this.#described !== undefined;
    this.#described = state;
    if (!wasDescribed) this.#migrate(before);
  }

  /** Takes up what was written; the owner knows the slots by now. */
  restored(written: StateSchema | undefined): void {
    this.#written = written;
    if (this.#described !== undefined) this.#migrate(written ?? { kind: this.#described.kind, version: 1 });
  }

  #migrate(before: StateSchema): void {
    const { values, owner } = this;
    if (!values.some((value) => value !== undefined)) return;
    const migration = migrationOf(before, this.#described!, values, this.#expires);
    if (migration === undefined) return;
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] === undefined) continue;
      owner.withSlot(slot, () => {
        const held = migration(values[slot]);
        this.look(held);
        this.set(held);
      });
    }
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
