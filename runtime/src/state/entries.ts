import type { SlotTable } from './slot-table.ts';
import type { StateSchemas } from './state-schema.ts';

/**
 * Entries of one table of keyed state, in columns of equal length. It is the one form that state has outside of a running
 * operator: in a cut, in a savepoint, when it is spread over another number of subtasks, when it is looked at.
 */
export interface Entries {
  /** What tells the parts of a table apart, where keys have slots in each: the start of a window. */
  readonly part?: number;
  /** The places of the entries; of two for the same place the later one counts. */
  readonly slots: readonly number[];
  /** `undefined` where there is nothing any more. */
  readonly keys: readonly unknown[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** Something of an operator that is kept by key. */
export interface KeyedTable {
  /** Unique within its operator. */
  readonly name: string;
  /** Where its entries lie now. */
  parts(): Iterable<SlotTable>;
  /** Takes up what was written, oldest first; before there is anything in it. The table then owns the values. */
  restore(entries: readonly Entries[], schemas?: StateSchemas): void;
  /** What its states are, for whoever restores them; absent of what no descriptor describes. */
  readonly schemas?: StateSchemas;
}

/** A part of a table, as what reads it sees it. */
export interface EntrySource {
  readonly part: number | undefined;
  /** Slots are below it. */
  readonly slotCount: number;
  readonly columns: readonly string[];
  /** `undefined` of a free slot. */
  keyAt(slot: number): unknown;
  /** By the place of the column in `columns`; `undefined` if there is nothing. */
  valueAt(slot: number, column: number): unknown;
}

/** Collects entries. */
export class EntryBuffer {
  readonly #source: EntrySource;
  readonly #slots: number[] = [];
  readonly #keys: unknown[] = [];
  /** Parallel to the columns of the source. */
  readonly #columns: unknown[][] = [];

  constructor(source: EntrySource) {
    this.#source = source;
  }

  get length(): number {
    return this.#slots.length;
  }

  /** @param copy what a value is put in as */
  add(slot: number, copy?: (value: unknown) => unknown): void {
    const source = this.#source;
    const columns = this.#columns;
    // A state that was asked for meanwhile had no values before.
    while (columns.length < source.columns.length) columns.push(this.#keys.map(() => undefined));
    const key = slot < source.slotCount ? source.keyAt(slot) : undefined;
    this.#slots.push(slot);
    this.#keys.push(key);
    for (let i = 0; i < columns.length; i++) {
      const value = key === undefined ? undefined : source.valueAt(slot, i);
      columns[i]!.push(copy === undefined ? value : copy(value));
    }
  }

  take(): Entries {
    const { part, columns } = this.#source;
    return {
      ...(part === undefined ? {} : { part }),
      slots: this.#slots,
      keys: this.#keys,
      columns: Object.fromEntries(this.#columns.map((values, i) => [columns[i]!, values])),
    };
  }
}

/** What tables hold, by their names. */
export type TableEntries = Readonly<Record<string, readonly Entries[]>>;

/** All that tables hold, sharing their values. */
export function readTables(tables: readonly KeyedTable[]): TableEntries {
  return Object.fromEntries(tables.map((table) => [table.name, Array.from(table.parts(), readPart)]));
}

function readPart(part: EntrySource): Entries {
  const buffer = new EntryBuffer(part);
  for (let slot = 0; slot < part.slotCount; slot++) if (part.keyAt(slot) !== undefined) buffer.add(slot);
  return buffer.take();
}

/** What is left of entries of one part, by slot: of two for one place the later, nothing where there is no value. */
export interface SettledEntries {
  readonly keys: unknown[];
  readonly columns: Readonly<Record<string, unknown[]>>;
}

export function settle(entries: readonly Entries[]): SettledEntries {
  let length = 0;
  for (const { slots } of entries)
    for (let at = 0; at < slots.length; at++) length = Math.max(length, slots[at]! + 1);
  const keys = nothing(length);
  const settled: Record<string, unknown[]> = {};
  for (const written of entries) {
    const { slots, keys: given, columns } = written;
    for (const name of Object.keys(columns)) settled[name] ??= nothing(length);
    const filled = new Uint8Array(slots.length);
    for (const [name, column] of Object.entries(settled)) {
      const values = columns[name];
      for (let at = 0; at < slots.length; at++) {
        const value = values?.[at];
        column[slots[at]!] = value;
        if (value !== undefined) filled[at] = 1;
      }
    }
    for (let at = 0; at < slots.length; at++) keys[slots[at]!] = filled[at] === 1 ? given[at] : undefined;
  }
  return { keys, columns: settled };
}

/** Holes would make the array slow for good. */
function nothing(length: number): unknown[] {
  const array: unknown[] = [];
  for (let at = 0; at < length; at++) array.push(undefined);
  return array;
}

/** Entries by the part that they are in, in the order in which parts come first. */
export function byPart(entries: readonly Entries[]): Map<number | undefined, Entries[]> {
  const parts = new Map<number | undefined, Entries[]>();
  for (const part of entries) {
    const known = parts.get(part.part);
    if (known === undefined) parts.set(part.part, [part]);
    else known.push(part);
  }
  return parts;
}
