import { showDouble, textOf } from '../types/value-text.ts';
import type { LogicalType } from '../types/logical-type.ts';

/** How values of a type that are not NULL are written as JSON: numbers with all their digits, times as ISO 8601 has them. */
export function jsonWriter(type: LogicalType): (value: unknown) => string {
  switch (type.name) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
      return String;
    case 'FLOAT':
    case 'DOUBLE':
      return (value) => (Number.isFinite(value) ? showDouble(value as number) : quoted(String(value)));
    case 'TIMESTAMP': {
      const show = isoWriter(type);
      return (value) => quoted(show(value));
    }
    case 'TIMESTAMP_LTZ': {
      const show = isoWriter(type);
      return (value) => quoted(`${show(value)}Z`);
    }
    case 'BYTES':
      return (value) => quoted(btoa(String.fromCharCode(...(value as Uint8Array))));
    case 'ARRAY':
    case 'MULTISET': {
      const item = partWriter(type.element);
      return (value) => `[${(value as readonly unknown[]).map(item).join(',')}]`;
    }
    case 'MAP': {
      const item = partWriter(type.value);
      const key = textOf(type.key) ?? String;
      return (value) =>
        jsonObject([...(value as Map<unknown, unknown>)].map(([k, v]) => [key(k), item(v)] as const));
    }
    case 'ROW': {
      const fields = type.fields.map((field) => ({ name: field.name, write: partWriter(field.type) }));
      return (value) =>
        jsonObject(
          fields.map(({ name, write }) => [name, write((value as Record<string, unknown>)[name])] as const),
        );
    }
    case 'ANY':
      return (value) => JSON.stringify(value) ?? 'null';
    default: {
      const show = textOf(type) ?? String;
      return (value) => quoted(show(value));
    }
  }
}

/** Without a fraction where the second is whole. */
function isoWriter(type: LogicalType): (value: unknown) => string {
  const show = textOf(type)!;
  return (value) =>
    show(value)
      .replace(' ', 'T')
      .replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
}

/** An object of names and JSON texts, in the order of the names, as Flink writes it. */
export function jsonObject(members: readonly (readonly [name: string, json: string])[]): string {
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([name, json]) => `${quoted(name)}:${json}`).join(',')}}`;
}

function partWriter(type: LogicalType): (value: unknown) => string {
  const write = jsonWriter(type);
  return (value) => (value === null || value === undefined ? 'null' : write(value));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
