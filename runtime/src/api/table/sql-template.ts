import { badArgument } from '../../errors.ts';
import { DataStream } from '../data-stream.ts';
import { Table } from './table.ts';

/** What can stand in `${…}` of a query: a stream or table, or a value. */
export type SqlValue =
  string | number | bigint | boolean | null | undefined | Date | DataStream<never> | DataStream<unknown> | Table<never> | Table; // prettier-ignore

/** A query whose placeholders are written out, with the tables that its names `$1`, `$2`, … mean. */
export interface FilledQuery {
  readonly text: string;
  readonly tables: Readonly<Record<string, Table | DataStream<unknown>>>;
}

/**
 * Fills the placeholders of a template: a value becomes a literal of SQL, whatever it holds, and a stream or table a name.
 * @throws {TidemarkError} `bad-argument` for a value that SQL has no literal of
 */
export function fillTemplate(texts: readonly string[], values: readonly unknown[]): FilledQuery {
  const tables: Record<string, Table | DataStream<unknown>> = {};
  let text = texts[0] ?? '';
  values.forEach((value, at) => {
    if (value instanceof Table || value instanceof DataStream) {
      const name = `$${at + 1}`;
      tables[name] = value as Table | DataStream<unknown>;
      text += name;
    } else text += literalOf(value);
    text += texts[at + 1] ?? '';
  });
  return { text, tables };
}

function literalOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.replaceAll("'", "''")}'`;
    case 'boolean':
      return value ? 'TRUE' : 'FALSE';
    case 'bigint':
      return signed(String(value));
    case 'number':
      // A fraction is a DOUBLE, as it is in TypeScript; without an exponent it would be a DECIMAL.
      if (Number.isFinite(value))
        return signed(Number.isInteger(value) ? BigInt(value).toString() : value.toExponential());
      break;
    case 'undefined':
      return 'NULL';
    case 'object':
      if (value === null) return 'NULL';
      if (value instanceof Date && !Number.isNaN(value.getTime()))
        return `TO_TIMESTAMP_LTZ(${signed(String(value.getTime()))}, 3)`;
  }
  throw badArgument(
    'value',
    value,
    'SQL has no literal of it.',
    'Give text, numbers, booleans, dates, null, streams or tables.',
  );
}

function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits;
}
