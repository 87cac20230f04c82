import type { RowKind } from '../../table/changelog-row.ts';

/**
 * A change of a table: what is done to it, and the row. `+I` inserts, `-D` deletes; an update is `-U` with the old row and `+U`
 * with the new one.
 */
export interface ChangelogRow<T = Record<string, unknown>> {
  /** What is done. */
  readonly kind: RowKind;
  /** The row, by names of columns. */
  readonly row: T;
}

/**
 * A change as Flink prints it.
 * @example
 * formatChange({ kind: '+I', row: { name: 'ann', n: 1 } }); // → '+I[ann, 1]'
 */
export function formatChange({ kind, row }: ChangelogRow<object>): string {
  return `${kind}[${Object.values(row).map(String).join(', ')}]`;
}
