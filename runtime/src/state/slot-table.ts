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
  /** `undefined` once they are many: then all marks are looked at, and entries come in the order in which they lie in memory. */
  #touched: number[] | undefined = [];
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
    const touched = this.#touched;
    if (touched !== undefined && touched.push(slot) * 4 > marks.length) this.#touched = undefined;
    if (mark !== 0) for (const cut of this.#cuts) if (cut.epoch === mark) return cut.keepAside(slot);
  }

  /** Begins a cut of what was touched since the last one, of everything if there was none. */
  beginCut(): TableCut {
    const isFirst = this.epoch === 0;
    if (isFirst) {
      this.grow(this.slotCount);
      this.epoch = 1;
      this.marks.fill(1, 0, this.slotCount);
    }
    const touched = isFirst ? undefined : this.#touched;
    this.#touched = [];
    const cut = new TableCut(this, this.epoch, isFirst, touched ?? this.marks.length, () => {
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
  /** True if nothing was written before it, so that what is gone need not be told. */
  readonly #isFirst: boolean;
  /** Slots; or how many there may be, if marks tell which. */
  readonly #work: readonly number[] | number;
  readonly #onEnd: () => void;
  #at = 0;
  #aside: EntryBuffer[] = [];

  constructor(
    table: SlotTable,
    epoch: number,
    isFirst: boolean,
    work: readonly number[] | number,
    onEnd: () => void,
  ) {
    this.#table = table;
    this.epoch = epoch;
    this.#isFirst = isFirst;
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
    const buffer = new EntryBuffer(table);
    while (buffer.length < most) {
      const slot = this.#nextSlot(marks);
      if (slot === undefined) break;
      marks[slot] = 0;
      if (!this.#isFirst || table.keyAt(slot) !== undefined) buffer.add(slot);
    }
    if (buffer.length > 0) return buffer.take();
    this.#onEnd();
    return undefined;
  }

  /** The next slot that has the mark. */
  #nextSlot(marks: Uint8Array): number | undefined {
    const { epoch } = this;
    const work = this.#work;
    if (typeof work !== 'number') {
      while (this.#at < work.length) {
        const slot = work[this.#at++]!;
        if (marks[slot] === epoch) return slot;
      }
      return undefined;
    }
    let slot = this.#at;
    // What has been kept aside leaves long gaps.
    if (slot < work && marks[slot] !== epoch) slot = marks.indexOf(epoch, slot);
    if (slot < 0 || slot >= work) {
      this.#at = work;
      return undefined;
    }
    this.#at = slot + 1;
    return slot;
  }
}
