import type { CsvSettings } from './csv-format.ts';
import type { RowEncoder, RowFormat } from './format.ts';

type Row = Readonly<Record<string, unknown>> | readonly unknown[];

/** Rows of comma-separated values (RFC 4180), below a header unless there is to be none. */
export function csvRows<T>(settings: CsvSettings): RowFormat<T> {
  return {
    extension: settings.delimiter === '\t' ? '.tsv' : '.csv',
    createEncoder: (state) => new CsvRowEncoder(settings, state) as RowEncoder<T>,
  };
}

class CsvRowEncoder implements RowEncoder<Row> {
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #special: RegExp;
  readonly #hasHeader: boolean;
  /** Known from the options, or with the first record. */
  #columns: readonly string[] | undefined;
  #begun: boolean;

  constructor({ header, delimiter = ',', quote }: CsvSettings, state: unknown) {
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#special = new RegExp(`[${escaped(delimiter)}${escaped(quote)}\\r\\n]|^\\s|\\s$|^$`);
    this.#hasHeader = header === true;
    this.#begun = state !== undefined;
    this.#columns = typeof header === 'object' ? header : ((state as readonly string[] | null) ?? undefined);
  }

  get state(): readonly string[] | null | undefined {
    return this.#begun ? (this.#columns ?? null) : undefined;
  }

  encode(value: Row): string {
    if (this.#begun) return this.#row(value);
    this.#begun = true;
    if (isArray(value) || !this.#hasHeader) return this.#row(value);
    this.#columns = Object.keys(value);
    return `${this.#columns.map((name) => this.#field(name)).join(this.#delimiter)}\n${this.#row(value)}`;
  }

  #row(value: Row): string {
    const values = isArray(value) ? value : this.#valuesOf(value);
    return `${values.map((item) => this.#field(item)).join(this.#delimiter)}\n`;
  }

  #valuesOf(value: Readonly<Record<string, unknown>>): readonly unknown[] {
    const columns = this.#columns;
    if (columns === undefined) return Object.values(value);
    const unknown = Object.keys(value).find((name) => !columns.includes(name));
    if (unknown !== undefined) {
      throw new TypeError(
        `the record has a field '${unknown}', and the file's columns are ${columns.join(', ')}. ` +
          'Name all columns: csv({ header: [ … ] }), or give every record the same fields',
      );
    }
    return columns.map((name) => value[name]);
  }

  #field(value: unknown): string {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
      return String(value);
    const text = textOf(value);
    if (!this.#special.test(text)) return text;
    const quote = this.#quote;
    return quote + text.replaceAll(quote, quote + quote) + quote;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value);
}

function isArray(value: Row): value is readonly unknown[] {
  return Array.isArray(value);
}

function escaped(character: string): string {
  return character.replace(/[\\\]^-]/g, '\\$&');
}
