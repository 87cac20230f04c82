import { copyValue } from './copy-value.ts';
import { EntryBuffer, type Entries, type EntrySource } from './entries.ts';

const INITIAL_SLOTS = 16;
const EPOCHS = 255;
/** Entries kept aside in one piece. */
const CAPTURED_AT_ONCE = 2048;

/**
 * Entries by slot that can be cut: a cut is begun at once and written later, while the entries go on changing. Every slot
 * has a mark, the epoch in which it was first touched since it was last written; 0 if it is as it was written. Beginning a
 * cut begins an epoch. A slot with the mark of an earlier one is still to be written for a cut: what is about to change
 * there is kept aside first. Without cuts (epoch 0) nothing is tracked.
 *
 * Whoever writes to a slot, or hands out an object that lies in it, calls `touch` first unless the slot has the mark of
 * the epoch; whoever makes slots calls `grow`. In epoch 0 no mark is looked at: with a million keys each look is one more
 * piece of memory to be fetched.
 */
export abstract class SlotTable implements EntrySource {
  /** Read, with `marks`, by whoever touches slots: a comparison or two a time is all that tracking costs. */
  epoch = 0;
  marks = new Uint8Array(INITIAL_SLOTS);
  #touched: number[] = [];
  /** Not yet written, oldest first. */
  #cuts: TableCut[] = [];

  readonly part: number | undefined = undefined;
  abstract readonly slotCount: number;
  abstract readonly columns: readonly string[];
  abstract keyAt(slot: number): unknown;
  abstract valueAt(slot: number, column: number): unknown;

  /** Most tables are in one piece. */
  parts(): Iterable<SlotTable> {
    return [this];
  }

  /** Makes room for the mark of a new slot. */
  grow(slot: number): void {
    if (slot < this.marks.length) return;
    const marks = new Uint8Array(Math.max(slot + 1, this.marks.length * 2));
    marks.set(this.marks);
    this.marks = marks;
  }

  /** Something of the slot is about to change. */
  touch(slot: number): void {
    this.grow(slot);
    const { marks, epoch } = this;
    const mark = marks[slot]!;
    if (mark === epoch) return;
    marks[slot] = epoch;
    this.#touched.push(slot);
    if (mark !== 0) for (const cut of this.#cuts) if (cut.epoch === mark) return cut.keepAside(slot);
  }

  /** Begins a cut of what was touched since the last one, of everything if there was none. */
  beginCut(): TableCut {
    let touched: readonly number[] | undefined;
    if (this.epoch === 0) {
      this.grow(this.slotCount);
      this.epoch = 1;
      this.marks.fill(1, 0, this.slotCount);
    } else {
      touched = this.#touched;
      this.#touched = [];
    }
    const cut = new TableCut(this, this.epoch, touched ?? this.slotCount, () => {
      this.#cuts = this.#cuts.filter((other) => other !== cut);
    });
    this.#cuts.push(cut);
    do this.epoch = (this.epoch % EPOCHS) + 1;
    while (this.#cuts.some(({ epoch }) => epoch === this.epoch));
    return cut;
  }

  /** Forgets all cuts: the next one is of everything. */
  stopTracking(): void {
    this.epoch = 0;
    this.marks.fill(0);
    this.#touched = [];
    this.#cuts = [];
  }
}

/** What a cut has still to write of a table. */
export class TableCut {
  readonly epoch: number;
  readonly #table: SlotTable;
  /** Slots, or how many, if all of them. */
  readonly #work: readonly number[] | number;
  readonly #onEnd: () => void;
  #at = 0;
  #aside: EntryBuffer[] = [];

  constructor(table: SlotTable, epoch: number, work: readonly number[] | number, onEnd: () => void) {
    this.#table = table;
    this.epoch = epoch;
    this.#work = work;
    this.#onEnd = onEnd;
  }

  /** Called by the table: keeps an entry as it was when the cut began. */
  keepAside(slot: number): void {
    let buffer = this.#aside.at(-1);
    if (buffer === undefined || buffer.length >= CAPTURED_AT_ONCE)
      this.#aside.push((buffer = new EntryBuffer(this.#table)));
    buffer.add(slot, copyValue);
  }

  /**
   * The next entries, as they were when the cut began; `undefined` when there are no more. They share objects with the
   * table: they are to be encoded before anything else happens.
   * @param most how many, at most
   */
  next(most: number): Entries | undefined {
    const aside = this.#aside.shift();
    if (aside !== undefined) return aside.take();
    const table = this.#table;
    const { marks } = table;
    const work = this.#work;
    const all = typeof work === 'number';
    const end = all ? work : work.length;
    const buffer = new EntryBuffer(table);
    while (this.#at < end && buffer.length < most) {
      const at = this.#at++;
      const slot = all ? at : work[at]!;
      if (marks[slot] !== this.epoch) continue;
      marks[slot] = 0;
      if (!all || table.keyAt(slot) !== undefined) buffer.add(slot);
    }
    if (buffer.length > 0) return buffer.take();
    this.#onEnd();
    return undefined;
  }
}
