import { parse } from 'csv-parse/sync';
import { CsvRowReader } from './csv-row.ts';
import type { CsvSettings } from './csv-format.ts';
import { csvRows } from './csv-rows.ts';
import type { MessageFormat } from './format.ts';
import { decodeText, encodeText } from './message-text.ts';

/** Every message is one row; none of them is a header. */
export function csvMessages<T>(settings: CsvSettings): MessageFormat<T> {
  const { header, quote, trim, delimiter = ',' } = settings;
  const columns = typeof header === 'boolean' ? undefined : header;
  const options = { delimiter, quote, trim, relax_column_count: true };
  const encoder = csvRows<T>(settings).createEncoder();
  return {
    decode: (bytes) => {
      const rows = parse(decodeText(bytes), options);
      const [row] = rows;
      if (rows.length !== 1 || row === undefined) throw new TypeError(`it reads as ${rows.length} rows`);
      return new CsvRowReader(columns, columns?.length ?? row.length, settings).read(row) as T;
    },
    encode: (value) => encodeText(encoder.encode(value).replace(/\n$/, '')),
  };
}
