import type { Entries } from './entries.ts';
import { packColumn, unpackColumn, type PackedColumn } from './packed-column.ts';

/** Entries as they are written. */
export interface PackedEntries {
  readonly part?: number;
  readonly slots: PackedColumn;
  readonly keys: PackedColumn;
  readonly columns: Readonly<Record<string, PackedColumn>>;
}

export function packEntries({ part, slots, keys, columns }: Entries): PackedEntries {
  return {
    ...(part === undefined ? {} : { part }),
    slots: packColumn(slots),
    keys: packColumn(keys),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, packColumn(column)])),
  };
}

/**
 * Entries that are unpacked each time they are looked at: many of them lie in memory as they were written until they find
 * their places, one piece after the other. Made all at once they would outlive several turns of the garbage collector for nothing.
 */
export class WrittenEntries implements Entries {
  readonly part: number | undefined;
  readonly #packed: PackedEntries;
  readonly #rows: Int32Array | undefined;

  /** @param rows which of the entries, in rising order; all when left out */
  constructor(packed: PackedEntries, rows?: Int32Array) {
    this.part = packed.part;
    this.#packed = packed;
    this.#rows = rows;
  }

  get slots(): readonly number[] {
    return unpackColumn(this.#packed.slots, this.#rows) as number[];
  }

  get keys(): readonly unknown[] {
    return unpackColumn(this.#packed.keys, this.#rows);
  }

  get columns(): Entries['columns'] {
    const columns = Object.entries(this.#packed.columns);
    return Object.fromEntries(columns.map(([name, column]) => [name, unpackColumn(column, this.#rows)]));
  }
}

export function unpackEntries(packed: PackedEntries): Entries {
  return plainEntries(new WrittenEntries(packed));
}

/** Entries as plain data, which can be encoded. */
export function plainEntries({ part, slots, keys, columns }: Entries): Entries {
  return { ...(part === undefined ? {} : { part }), slots, keys, columns };
}
