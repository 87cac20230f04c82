import type { Column } from '../plan/relation.ts';
import { renameDuplicates } from '../plan/rename-duplicates.ts';
import type { LogicalType } from '../types/logical-type.ts';

/** The type of a query's rows in TypeScript, as text: `{ "name": string | null; "n": number | null }`. */
export function rowTypeText(columns: readonly Column[]): string {
  const names = renameDuplicates(columns.map(({ name }) => name));
  const fields = columns.map(({ type }, at) => `${JSON.stringify(names[at])}: ${valueType(type)}`);
  return `{ ${fields.join('; ')} }`;
}

function valueType(type: LogicalType): string {
  const plain = plainType(type);
  return plain === 'unknown' || plain === 'null' ? plain : `${plain} | null`;
}

function plainType(type: LogicalType): string {
  switch (type.name) {
    case 'NULL':
      return 'null';
    case 'BOOLEAN':
      return 'boolean';
    case 'STRING':
    case 'DECIMAL':
      return 'string';
    case 'BIGINT':
      return 'number | bigint';
    case 'BYTES':
      return 'Uint8Array';
    case 'ARRAY':
      return `(${valueType(type.element)})[]`;
    case 'MAP':
      return `Map<${valueType(type.key)}, ${valueType(type.value)}>`;
    case 'ROW':
      return `{ ${type.fields.map((field) => `${JSON.stringify(field.name)}: ${valueType(field.type)}`).join('; ')} }`;
    case 'MULTISET':
    case 'SYMBOL':
    case 'ANY':
      return 'unknown';
    default:
      return 'number';
  }
}
