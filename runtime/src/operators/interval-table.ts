import { settle, type Entries, type KeyedTable } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import { SlotTable } from '../state/slot-table.ts';
import { IntervalBuffer } from './interval-buffer.ts';

/** One side of one key. */
export interface Side {
  readonly key: unknown;
  readonly left: boolean;
  readonly buffer: IntervalBuffer;
  /** The watermark up to which it has been cleaned; what has come since then is kept until the next. */
  cleanedAt: number;
}

/** A side's records, and the watermark up to which they have been cleaned. */
type Written = readonly [...ReturnType<IntervalBuffer['snapshot']>, cleanedAt: number];

/** What an interval join holds of both sides of each key. */
export class IntervalTable extends SlotTable implements KeyedTable {
  readonly name = 'records';
  readonly columns = ['left', 'right'];
  readonly lefts: (Side | undefined)[] = [];
  readonly rights: (Side | undefined)[] = [];
  readonly #index = new KeyIndex();
  readonly #onRestored: (side: Side) => void;

  constructor(onRestored: (side: Side) => void) {
    super();
    this.#onRestored = onRestored;
  }

  get slotCount(): number {
    return this.lefts.length;
  }

  keyAt(slot: number): unknown {
    return this.#index.keys[slot];
  }

  valueAt(slot: number, column: number): unknown {
    // As it is: what the watermark has ruled out by now, it had not when the cut began.
    const side = (column === 0 ? this.lefts : this.rights)[slot];
    return side && ([...side.buffer.snapshot(), side.cleanedAt] satisfies Written);
  }

  restore(entries: readonly Entries[]): void {
    const { keys, columns } = settle(entries);
    this.#index.restore(keys);
    this.grow(keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      this.#makeRoom(slot);
      for (const [left, column] of [
        [true, columns['left']],
        [false, columns['right']],
      ] as const) {
        const written = column?.[slot] as Written | undefined;
        if (written === undefined) continue;
        const [timestamps, values, cleanedAt] = written;
        const side = this.newSide(slot, keys[slot], left, cleanedAt);
        side.buffer.restore([timestamps, values]);
        this.#onRestored(side);
      }
    }
  }

  /** Records of that side are about to be taken away. */
  touchSide({ key }: Side): void {
    const slot = this.#index.find(key);
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
  }

  /** The slot of a key, −1 if it holds nothing. */
  find(key: unknown): number {
    return this.#index.find(key);
  }

  /** The slot of a key whose records are about to change. */
  slotOf(key: unknown): number {
    const slot = this.#index.slotOf(key);
    this.#makeRoom(slot);
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    return slot;
  }

  newSide(slot: number, key: unknown, left: boolean, cleanedAt: number): Side {
    const side = { key, left, buffer: new IntervalBuffer(), cleanedAt };
    (left ? this.lefts : this.rights)[slot] = side;
    return side;
  }

  sides(): Side[] {
    return [...this.lefts, ...this.rights].filter((side) => side !== undefined);
  }

  /** Forgets a side, which has been touched. */
  drop({ key, left }: Side): void {
    const slot = this.#index.find(key);
    (left ? this.lefts : this.rights)[slot] = undefined;
    if (this.lefts[slot] === undefined && this.rights[slot] === undefined) this.#index.delete(key);
  }

  #makeRoom(slot: number): void {
    if (slot < this.lefts.length) return;
    this.grow(slot);
    // Holes would make the arrays slow for good.
    while (this.lefts.length <= slot) {
      this.lefts.push(undefined);
      this.rights.push(undefined);
    }
  }
}
