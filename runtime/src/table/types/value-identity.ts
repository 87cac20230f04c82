import type { PrimitiveKey } from '../../state/key.ts';

/** A key for state, of one value or of several, that is equal for values that are not distinct (NULL equals NULL). */
export function keyOfValues(values: readonly unknown[], columns: readonly number[]): unknown {
  if (columns.length === 1) {
    const only = values[columns[0]!];
    return typeof only === 'string' || typeof only === 'boolean' ? only : identityOf(only);
  }
  return columns.map((column) => identityOf(values[column]));
}

/** A primitive that is equal for values that are not distinct. Within one column all values have one type. */
export function identityOf(value: unknown): PrimitiveKey {
  switch (typeof value) {
    case 'number':
      // SQL groups NaN with NaN, and the two zeros.
      return value !== value ? '\u0001NaN' : value === 0 ? 0 : value;
    case 'string':
      return value.charCodeAt(0) === 1 ? `\u0001s${value}` : value;
    case 'boolean':
    case 'bigint':
      return value;
    default:
      return value === null || value === undefined ? '\u0001null' : `\u0001c${structure(value)}`;
  }
}

/** A key of a whole row. */
export function rowIdentity(values: readonly unknown[]): string {
  let text = '';
  for (const value of values) {
    const part = structure(value);
    text += `${part.length}:${part}`;
  }
  return text;
}

function structure(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return `n${value === 0 ? 0 : value}`;
    case 'bigint':
      return `i${value}`;
    case 'boolean':
      return value ? 'T' : 'F';
    case 'string':
      return `s${value}`;
    case 'undefined':
      return '-';
    default:
  }
  if (value === null) return '-';
  if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(structure(item))).join(',')}]`;
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)].map(
      ([key, item]) => `${JSON.stringify(structure(key))}:${JSON.stringify(structure(item))}`,
    );
    return `m{${entries.sort().join(',')}}`;
  }
  if (value instanceof Uint8Array) return `b${Array.from(value).join(',')}`;
  const fields = Object.entries(value as object).map(
    ([name, field]) => `${JSON.stringify(name)}:${JSON.stringify(structure(field))}`,
  );
  return `{${fields.join(',')}}`;
}
