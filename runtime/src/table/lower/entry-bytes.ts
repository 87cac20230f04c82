import type { Column, Relation } from '../plan/relation.ts';
import { inputsOf } from '../plan/relation.ts';
import type { LogicalType } from '../types/logical-type.ts';

/** What an entry takes beside its values: its key, its slot, the array of its values. */
const AROUND = 80;

/** About how many bytes one entry of a node's state takes, told by the types of its columns; one number for each side of a join. */
export function entryBytes(relation: Relation): readonly number[] {
  const kept = relation.kind === 'aggregate' ? [relation] : inputsOf(relation);
  return [
    ...new Set(kept.map(({ columns }) => AROUND + columns.reduce((sum, column) => sum + bytesOf(column), 0))),
  ];
}

function bytesOf({ type }: Column): number {
  return 8 + ofType(type);
}

/** Texts and collections are taken to be short. */
function ofType(type: LogicalType): number {
  switch (type.name) {
    case 'STRING':
    case 'DECIMAL':
      return 32;
    case 'ARRAY':
    case 'MAP':
    case 'ROW':
    case 'ANY':
      return 120;
    default:
      return 8;
  }
}
