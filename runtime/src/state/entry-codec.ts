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

export function unpackEntries({ part, slots, keys, columns }: PackedEntries): Entries {
  return {
    ...(part === undefined ? {} : { part }),
    slots: unpackColumn(slots) as number[],
    keys: unpackColumn(keys),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, unpackColumn(column)]),
    ),
  };
}
