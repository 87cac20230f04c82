import { settle, type Entries } from '../../state/entries.ts';
import { KeyIndex } from '../../state/key-index.ts';
import { SlotTable } from '../../state/slot-table.ts';

/** Some rows, by column, then by place. */
export type Cells = readonly unknown[][];

/** What is known of the rows that lie in a log. */
export interface LoggedRows {
  readonly width: number;
  /** Makes empty columns: each in code of its own, so that V8 learns what is in it. */
  readonly newCells: () => Cells;
  /** The key of the row at a place. */
  readonly keyOf: (cells: Cells, place: number) => unknown;
}

/** Columns are cut into pieces of so many rows, 2 to the power of it: one that grows to millions of rows would be copied over and over. */
export const PIECE_BITS = 12;
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
  /** By row: the next one of its key, −1 after the last. Generated code reads it. */
  readonly nexts: number[] = [];
  /** The latest time of its rows, where a side goes by one. */
  last = -Infinity;
  readonly #rows: LoggedRows;
  #size = 0;
  /** Made when a key is first looked for. */
  #index: KeyIndex | undefined;
  /** By the slots of the index. */
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];

  constructor(rows: LoggedRows, part?: number) {
    super();
    const { width } = rows;
    this.part = part;
    this.#rows = rows;
    this.open = rows.newCells();
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
    if ((this.#size & PLACE_MASK) === 0) this.pieces.push((this.open = this.#rows.newCells()));
    if (this.epoch !== 0) this.touch(row);
    if (this.#index !== undefined) this.#link(this.#index, key, row);
  }

  /** The first row of a key, −1 if it has none. Generated code calls it. */
  first(key: unknown): number {
    const slot = (this.#index ?? this.#makeIndex()).find(key);
    return slot < 0 ? -1 : this.#firsts[slot]!;
  }

  /** @param timeColumn the one that the side goes by */
  restore(entries: readonly Entries[], timeColumn: number | undefined): void {
    const { keys, columns } = settle(entries);
    const given = this.columns.map((name) => columns[name]);
    this.grow(keys.length);
    for (let row = 0; row < keys.length; row++) {
      for (let column = 0; column < this.open.length; column++) this.open[column]!.push(given[column]![row]);
      if (timeColumn !== undefined) this.last = Math.max(this.last, given[timeColumn]![row] as number);
      this.add(keys[row]);
    }
  }

  #makeIndex(): KeyIndex {
    const index = new KeyIndex();
    for (let row = 0; row < this.#size; row++) this.#link(index, this.keyAt(row), row);
    return (this.#index = index);
  }

  #link(index: KeyIndex, key: unknown, row: number): void {
    const slot = index.slotOf(key);
    this.nexts.push(-1);
    if (slot === this.#firsts.length) {
      this.#firsts.push(row);
      this.#lasts.push(row);
    } else {
      this.nexts[this.#lasts[slot]!] = row;
      this.#lasts[slot] = row;
    }
  }
}
