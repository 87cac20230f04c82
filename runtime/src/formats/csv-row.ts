/** `timestamp` is epoch ms, read from a number or an ISO 8601 date. */
export type CsvColumnType = 'string' | 'number' | 'boolean' | 'timestamp';

export interface CsvRowOptions {
  readonly types: Readonly<Record<string, CsvColumnType>>;
  readonly cast: boolean;
}

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const DIGITS_ONLY = /^-?\d+(?:\.\d+)?$/;
// A date without an offset would be read in the machine's time zone, and results would differ between machines.
const ISO_WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/** Turns the texts of a row into a record; throws an Error whose message says what is wrong with which column. */
export class CsvRowReader {
  readonly #columns: readonly string[] | undefined;
  readonly #width: number;
  readonly #types: readonly (CsvColumnType | undefined)[];
  readonly #cast: boolean;

  constructor(columns: readonly string[] | undefined, width: number, options: CsvRowOptions) {
    this.#columns = columns;
    this.#width = width;
    this.#cast = options.cast;
    this.#types = Array.from({ length: width }, (_, i) => options.types[columns?.[i] ?? String(i)]);
  }

  read(texts: readonly string[]): unknown {
    if (texts.length !== this.#width) {
      const expected = this.#columns === undefined ? 'the first row has' : 'the header has';
      throw new Error(`it has ${texts.length} values where ${expected} ${this.#width}`);
    }
    const values = texts.map((text, i) => this.#value(text, i));
    if (this.#columns === undefined) return values;
    const record: Record<string, unknown> = {};
    for (let i = 0; i < values.length; i++) record[this.#columns[i] as string] = values[i];
    return record;
  }

  #value(text: string, i: number): unknown {
    const type = this.#types[i];
    if (type === undefined) return this.#cast && NUMBER.test(text) ? Number(text) : text;
    if (type === 'string') return text;
    if (text === '') return null;
    const value = typed(text, type);
    if (value === undefined) {
      const column = this.#columns?.[i] ?? `number ${i}`;
      throw new Error(`'${text}' in column ${column} is no ${type}`);
    }
    return value;
  }
}

function typed(text: string, type: 'number' | 'boolean' | 'timestamp'): unknown {
  if (type === 'boolean')
    return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
  if (type === 'timestamp' && !DIGITS_ONLY.test(text)) {
    const ms = Date.parse(ISO_WITHOUT_OFFSET.test(text) ? `${text.replace(' ', 'T')}Z` : text);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const number = Number(text);
  return Number.isNaN(number) || text.trim() === '' ? undefined : number;
}
