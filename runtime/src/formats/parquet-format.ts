import { formatOptionInvalid } from './format-errors.ts';

/** How a file that is laid out by columns becomes records: it has an index at its end and is not read from front to back. */
export interface ColumnFormat<T> {
  /** For errors and the fingerprint. */
  readonly name: 'parquet';
  /** Tells it from formats that are read from front to back. */
  readonly layout: 'columns';
  /** Which columns are read. */
  readonly parameters: Readonly<ColumnSelection>;
  /** For the checker alone. */
  readonly recordType?: T;
}

/** What is read of a file of columns. Plain data: it goes to another thread. */
export interface ColumnSelection {
  /** Columns by name, in the order in which records have them; all when left out. */
  readonly columns?: readonly string[];
  /** Columns of 64-bit integers that stay `bigint`. */
  readonly bigints?: readonly string[];
}

/** Which columns are read, and how. */
export interface ParquetOptions<T> {
  /** Reads only these columns; the others are not even decompressed. */
  readonly columns?: readonly (keyof T & string)[];
  /** Columns of 64-bit integers whose values are to be `bigint`; in all others they are numbers. */
  readonly bigints?: readonly (keyof T & string)[];
}

/**
 * Apache Parquet. A record is an object by column names; missing values are `null`. Dates and timestamps are epoch
 * ms, 64-bit integers are numbers unless their column is among `bigints`. Compressed by Snappy, gzip, Brotli or
 * Zstandard.
 * @throws {TidemarkError} `format-option-invalid`; while reading, `parquet-not-readable`,
 *   `parquet-column-unknown`, and `parquet-integer-too-large` for a number that would lose digits.
 * @example
 * const format = parquet<{ origin: string; delay: number }>({ columns: ['delay'] });
 * const flights = env.fromSource(fileSource('flights.parquet', { format }));
 * await flights.executeAndCollect({ limit: 2 }); // → [{ delay: 5 }, { delay: -2 }]
 */
export function parquet<T>(options: ParquetOptions<T> = {}): ColumnFormat<T> {
  const { columns, bigints } = options;
  checkNames('columns', columns);
  checkNames('bigints', bigints);
  return { name: 'parquet', layout: 'columns', parameters: { columns, bigints } };
}

function checkNames(option: string, names: readonly string[] | undefined): void {
  if (names === undefined) return;
  const valid = Array.isArray(names) && names.length > 0 && new Set(names).size === names.length;
  if (!valid || !names.every((name) => typeof name === 'string')) {
    throw formatOptionInvalid('parquet', option, names, 'names each column once');
  }
}
