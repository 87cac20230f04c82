import { settle, type Entries } from '../../state/entries.ts';
import { KeyIndex } from '../../state/key-index.ts';
import { SlotTable } from '../../state/slot-table.ts';

/** Some rows, by column, then by place. */
export type Cells = readonly unknown[][];

/** What is known of the rows that lie in a log. */
export interface LoggedRows {
  readonly width: number;
  /** The key of the row at a place. */
  readonly keyOf: (cells: Cells, place: number) => unknown;
}

/** Columns are cut into pieces of so many rows, 2 to the power of it: one that grows to millions of rows would be copied over and over. */
export const PIECE_BITS = 12;
/** A log that was looked through so often gets an index. */
const LOOKED_THROUGH = 8;
export const PLACE_MASK = (1 << PIECE_BITS) - 1;

/**
 * Rows that are only ever added, column by column: a number takes no object of its own, and a row none at all. Rows of one key are a
 * chain in the order in which they came. An entry of a cut is a row.
 */
export class RowLog extends SlotTable {
  override readonly part: number | undefined;
  readonly columns: readonly string[];
  /** Generated code reads them. */
  readonly pieces: Cells[] = [];
  /** Where the next row goes, by column. Generated code adds to it, and then calls `add`. */
  open: Cells;
  /** Its place there. */
  place = 0;
  /** The latest time of its rows, where a side goes by one. */
  last = -Infinity;
  readonly #rows: LoggedRows;
  #size = 0;
  /** Made once keys are looked for often enough; until then rows are looked through. */
  #index: KeyIndex | undefined;
  #lookedAt = 0;
  /** By row: the next one of its key, −1 after the last. */
  readonly #nexts: number[] = [];
  /** By the slots of the index. */
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];

  constructor(rows: LoggedRows, part?: number) {
    super();
    const { width } = rows;
    this.part = part;
    this.#rows = rows;
    this.open = Array.from({ length: width }, () => []);
    this.pieces.push(this.open);
    // Of a row that has no columns it is said that it is there.
    this.columns = width === 0 ? ['row'] : Array.from({ length: width }, (_, at) => `column ${at}`);
  }

  get slotCount(): number {
    return this.#size;
  }

  keyAt(slot: number): unknown {
    return this.#rows.keyOf(this.pieces[slot >> PIECE_BITS]!, slot & PLACE_MASK);
  }

  valueAt(slot: number, column: number): unknown {
    return this.#rows.width === 0 || this.pieces[slot >> PIECE_BITS]![column]![slot & PLACE_MASK];
  }

  /** A row has been put into the columns. Generated code calls it. */
  add(key: unknown): void {
    const row = this.#size++;
    this.place = this.#size & PLACE_MASK;
    if (this.place === 0) this.#openPiece();
    if (this.epoch !== 0) this.touch(row);
    if (this.#index !== undefined) this.#link(this.#index, key, row);
  }

  /** The first row of a key, −1 if it has none. Generated code calls it. */
  first(key: unknown): number {
    let index = this.#index;
    if (index === undefined) {
      this.#lookedAt += this.#size;
      if (this.#lookedAt <= LOOKED_THROUGH * this.#size && typeof key !== 'object') return this.#look(key, 0);
      index = this.#makeIndex();
    }
    const slot = index.find(key);
    return slot < 0 ? -1 : this.#firsts[slot]!;
  }

  /** The row of the same key after one, −1 if there is none. Generated code calls it. */
  after(row: number, key: unknown): number {
    return this.#index === undefined ? this.#look(key, row + 1) : this.#nexts[row]!;
  }

  /** @param timeColumn the one that the side goes by */
  restore(entries: readonly Entries[], timeColumn: number | undefined): void {
    const { keys, columns } = settle(entries);
    const given = this.columns.map((name) => columns[name]);
    this.grow(keys.length);
    for (let row = 0; row < keys.length; row++) {
      for (let column = 0; column < this.open.length; column++)
        this.open[column]![this.place] = given[column]![row];
      if (timeColumn !== undefined) this.last = Math.max(this.last, given[timeColumn]![row] as number);
      this.add(keys[row]);
    }
  }

  #look(key: unknown, from: number): number {
    for (let row = from; row < this.#size; row++) if (this.keyAt(row) === key) return row;
    return -1;
  }

  /** The arrays of the piece before are copied: V8 knows what is in them, and they are as long as they will be. */
  #openPiece(): void {
    this.open = this.open.map((column) => column.slice());
    this.pieces.push(this.open);
  }

  #makeIndex(): KeyIndex {
    const index = new KeyIndex();
    for (let row = 0; row < this.#size; row++) this.#link(index, this.keyAt(row), row);
    return (this.#index = index);
  }

  #link(index: KeyIndex, key: unknown, row: number): void {
    const slot = index.slotOf(key);
    this.#nexts.push(-1);
    if (slot === this.#firsts.length) {
      this.#firsts.push(row);
      this.#lasts.push(row);
    } else {
      this.#nexts[this.#lasts[slot]!] = row;
      this.#lasts[slot] = row;
    }
  }
}
