import type { TableSettings } from '../lower/lowering.ts';
import { showType } from '../types/logical-type.ts';
import type { Relation } from './relation.ts';

/** What a graph says of the columns that a plan hands out: their types, and the time zone that instants are shown in. */
export function shownColumns(
  { columns }: Relation,
  { localTimeZone }: TableSettings,
): { readonly types: readonly string[]; readonly timeZone?: string } {
  const zoned = columns.some(({ type }) => type.name === 'TIMESTAMP_LTZ') && localTimeZone !== 'UTC';
  return { types: columns.map(({ type }) => showType(type)), ...(zoned ? { timeZone: localTimeZone } : {}) };
}
