import type { Format, OnRowError } from './format.ts';
import type { CsvColumnType } from './csv-row.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { csvRows } from './csv-rows.ts';
import { csvMessages } from './csv-messages.ts';
import { formatOptionInvalid } from './format-errors.ts';

/** How rows become records. */
export interface CsvOptions {
  /** `true` (the default): the first row names the columns. Names: there is no such row. `false`: rows are arrays. */
  readonly header?: boolean | readonly string[];
  /** One ASCII character; `','` when left out, a tab for files named `.tsv`. */
  readonly delimiter?: string;
  /** One ASCII character; `'"'` when left out. */
  readonly quote?: string;
  /** Types of columns by name (by index without a header); a value of another type is a row that does not parse. */
  readonly types?: Readonly<Record<string, CsvColumnType>>;
  /** For columns without a type: what looks like a number becomes one. `true` when left out. */
  readonly cast?: boolean;
  /** Takes spaces around values away. */
  readonly trim?: boolean;
  /** `'fail'` (the default) or `'skip'`: a row that does not parse is counted and left out. */
  readonly onError?: OnRowError;
}

/** Options as a decoder uses them; `delimiter` is still open when a file's name decides. */
export type CsvSettings = Required<Omit<CsvOptions, 'delimiter'>> & { readonly delimiter?: string };

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'timestamp'];

/**
 * Comma-separated values (RFC 4180; `\n` or `\r\n` ends a row). A record is an object by column names. A value
 * becomes a number if it is written as one and keeps all its digits: `007` and long account numbers stay text. Empty
 * values stay `''`, in typed columns they become `null`. A `timestamp` is epoch ms or an ISO 8601 date.
 * @throws {TidemarkError} `format-option-invalid`
 * @example
 * const format = csv<{ pickup: number; zone: string; fare: number }>({
 *   types: { pickup: 'timestamp', zone: 'string' },
 * });
 * const trips = env.fromSource(fileSource('trips.csv', { format }));
 * await trips.executeAndCollect({ limit: 1 }); // → [{ pickup: 1_714_550_400_000, zone: '07', fare: 12.5 }]
 */
export function csv<T>(options: CsvOptions = {}): Format<T> {
  const {
    header = true,
    quote = '"',
    types = {},
    cast = true,
    trim = false,
    onError = 'fail',
    delimiter,
  } = options;
  if (delimiter !== undefined) checkCharacter('delimiter', delimiter);
  checkCharacter('quote', quote);
  if (delimiter === quote) throw formatOptionInvalid('csv', 'quote', quote, 'differs from the delimiter');
  if (Array.isArray(header) && (header.length === 0 || new Set(header).size < header.length)) {
    throw formatOptionInvalid('csv', 'header', header, 'names each column once');
  }
  for (const [column, type] of Object.entries(types)) {
    if (!TYPES.includes(type)) {
      throw formatOptionInvalid('csv', `types.${column}`, type, `is one of ${TYPES.join(', ')}`);
    }
  }
  const settings: CsvSettings = { header, quote, types, cast, trim, onError, delimiter };
  return {
    name: 'csv',
    parameters: { ...settings },
    createDecoder: (context) => new CsvDecoder<T>(context, settings),
    rows: csvRows<T>(settings),
    // A message has no header of its own.
    ...(header === true ? {} : { messages: csvMessages<T>(settings) }),
  };
}

function checkCharacter(option: string, value: unknown): void {
  if (typeof value !== 'string' || !/^[\x09\x20-\x7e]$/.test(value)) {
    throw formatOptionInvalid('csv', option, value, 'is one ASCII character');
  }
}
