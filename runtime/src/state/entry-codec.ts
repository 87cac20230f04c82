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
 * At once, while the next piece is still being read: left until entries find their places, it would cost a restore a quarter more.
 * @param rows which of the entries, in rising order; all when left out
 */
export function unpackEntries({ part, slots, keys, columns }: PackedEntries, rows?: Int32Array): Entries {
  return {
    ...(part === undefined ? {} : { part }),
    slots: unpackColumn(slots, rows) as number[],
    keys: unpackColumn(keys, rows),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, unpackColumn(column, rows)]),
    ),
  };
}
