import { parse } from 'csv-parse/sync';
import { CsvRowReader } from './csv-row.ts';
import type { CsvSettings } from './csv-format.ts';
import type { MessageFormat } from './format.ts';
import { decodeText, encodeText } from './message-text.ts';

/** Every message is one row. */
export function csvMessages<T>(settings: CsvSettings): MessageFormat<T> {
  const { header, quote, trim, delimiter = ',' } = settings;
  const columns = typeof header === 'boolean' ? undefined : header;
  const options = { delimiter, quote, trim, relax_column_count: true };
  const special = new RegExp(`[${escaped(delimiter)}${escaped(quote)}\\r\\n]`);
  const field = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : String(value as string | number);
    return special.test(text) ? quote + text.replaceAll(quote, quote + quote) + quote : text;
  };
  return {
    decode: (bytes) => {
      const rows = parse(decodeText(bytes), options) as string[][];
      const [row] = rows;
      if (rows.length !== 1 || row === undefined) throw new TypeError(`it reads as ${rows.length} rows`);
      return new CsvRowReader(columns, columns?.length ?? row.length, settings).read(row) as T;
    },
    encode: (value) => {
      const record = value as Readonly<Record<string, unknown>> | readonly unknown[];
      const values = Array.isArray(record)
        ? (record as unknown[])
        : (columns ?? []).map((name) => (record as Readonly<Record<string, unknown>>)[name]);
      return encodeText(values.map(field).join(delimiter));
    },
  };
}

function escaped(character: string): string {
  return character.replace(/[\\\]^-]/g, '\\$&');
}
