import { parse } from 'csv-parse/sync';
import type { DecodedRecords, Decoder, DecoderContext } from './format.ts';
import type { CsvSettings } from './csv-format.ts';
import { CsvRowReader } from './csv-row.ts';
import { CsvRowScanner } from './csv-row-scanner.ts';
import { csvHeaderInvalid, rowNotParsed } from './format-errors.ts';
import { joined } from './line-decoder.ts';

const MAX_ROW_BYTES = 1024 * 1024;

interface Row {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly nextLine: number;
}

/** What a position remembers: the header's names, or the width of rows without one. */
type CsvState = { readonly columns?: readonly string[]; readonly width: number };

/**
 * Decodes CSV. The rows of each piece of input are found first, so that every record has a position and a bad row
 * cannot spoil those behind it; the library then parses them, all together as long as all are good.
 */
export class CsvDecoder<T> implements Decoder<T> {
  readonly records: DecodedRecords<T> = { values: [], offsets: [], lines: [] };
  #state: CsvState | undefined;
  #reader: CsvRowReader | undefined;
  #skipped = 0;
  readonly #input: string;
  readonly #settings: CsvSettings;
  readonly #parse: (bytes: Uint8Array) => string[][];
  readonly #scanner: CsvRowScanner;
  readonly #text = new TextDecoder();
  #buffer: Uint8Array = new Uint8Array(0);
  /** Offset of the buffer's first byte in the input, and its line. A row begins there. */
  #base: number;
  #line: number;

  constructor(context: DecoderContext, settings: CsvSettings) {
    this.#input = context.input;
    this.#settings = settings;
    const { quote, trim } = settings;
    const delimiter = settings.delimiter ?? (/\.tsv$/i.test(context.input) ? '\t' : ',');
    const options = {
      delimiter,
      quote,
      trim,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\n', '\r\n'],
    };
    // A byte order mark is one at the very beginning only.
    this.#parse = (bytes) => parse(bytes as Buffer, { ...options, bom: this.#base === 0 });
    this.#scanner = new CsvRowScanner(delimiter.charCodeAt(0), quote.charCodeAt(0));
    this.#base = context.position?.offset ?? 0;
    this.#line = context.position?.line ?? 1;
    const { header } = settings;
    if (isCsvState(context.position?.state)) this.#open(context.position.state);
    else if (typeof header !== 'boolean') this.#open({ columns: header, width: header.length });
  }

  get skipped(): number {
    return this.#skipped;
  }

  get state(): unknown {
    return this.#state;
  }

  push(bytes: Uint8Array): void {
    const kept = this.#buffer.length;
    this.#buffer = kept === 0 ? bytes : joined([this.#buffer, bytes], kept + bytes.length);
    this.#decode(kept);
    // A quote that is never closed must not swallow the rest of the file: the line it is on is the bad row.
    while (this.#buffer.length > MAX_ROW_BYTES) this.#giveUpFirstLine();
  }

  finish(): void {
    while (this.#buffer.length > 0) {
      if (this.#scanner.insideQuotes) this.#giveUpFirstLine();
      else {
        const end = this.#buffer.length;
        const nextLine = this.#line + this.#scanner.lines + 1;
        const bad = this.#take([{ start: 0, end, line: this.#line, nextLine }]);
        this.#drop(bad?.end ?? end, (bad?.nextLine ?? nextLine) - this.#line);
        this.#scanner.reset();
        this.#decode(0);
      }
    }
  }

  /** Takes all rows that have ended; bytes of the buffer before `scanned` have been through the scanner. */
  #decode(scanned: number): void {
    let bad: Row | undefined;
    let from = scanned;
    do {
      const rows: Row[] = [];
      let start = 0;
      let line = this.#line;
      for (let end = this.#scanner.next(this.#buffer, from); end !== -1;) {
        const nextLine = line + this.#scanner.lines;
        rows.push({ start, end: end + 1, line, nextLine });
        start = end + 1;
        line = nextLine;
        this.#scanner.lines = 0;
        end = this.#scanner.next(this.#buffer, start);
      }
      bad = this.#take(rows);
      this.#drop(bad?.end ?? start, (bad?.nextLine ?? line) - this.#line);
      if (bad !== undefined) this.#scanner.reset();
      from = 0;
    } while (bad !== undefined);
  }

  #giveUpFirstLine(): void {
    const newline = this.#buffer.indexOf(10);
    const end = newline === -1 ? this.#buffer.length : newline + 1;
    const reason = this.#scanner.insideQuotes
      ? 'a quote in it is never closed'
      : `it is longer than ${MAX_ROW_BYTES} bytes`;
    this.#reject({ start: 0, end, line: this.#line, nextLine: this.#line + 1 }, reason);
    this.#drop(end, 1);
    this.#scanner.reset();
    this.#decode(0);
  }

  #drop(bytes: number, lines: number): void {
    this.#base += bytes;
    this.#line += lines;
    this.#buffer = this.#buffer.subarray(bytes);
  }

  /**
   * Records rows. A bad one of several lines is probably a stray quote and the rows up to the next: then it ends with the
   * answer, its first line, behind which rows are to be looked for again.
   */
  #take(found: readonly Row[]): Row | undefined {
    let rows = found.filter((row) => !this.#isBlank(row));
    if (this.#reader === undefined && rows[0] !== undefined && this.#readFirst(rows[0])) rows = rows.slice(1);
    return this.#record(rows);
  }

  /** Parses rows together, and in halves as long as one of them is bad. */
  #record(rows: readonly Row[]): Row | undefined {
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return undefined;
    let texts: string[][];
    try {
      texts = this.#parse(this.#buffer.subarray(first.start, last.end));
      if (texts.length !== rows.length) throw new Error(`it reads as ${texts.length} rows`);
    } catch (error) {
      if (rows.length === 1) return this.#rejectParsed(first, error);
      const half = rows.length >> 1;
      return this.#record(rows.slice(0, half)) ?? this.#record(rows.slice(half));
    }
    for (let i = 0; i < rows.length; i++) {
      const bad = this.#add(rows[i] as Row, texts[i] as string[]);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }

  #add(row: Row, texts: readonly string[]): Row | undefined {
    let value: unknown;
    try {
      value = this.#readerOf().read(texts);
    } catch (error) {
      return this.#rejectParsed(row, error);
    }
    this.records.values.push(value as T);
    this.records.offsets.push(this.#base + row.end);
    this.records.lines.push(row.nextLine);
    return undefined;
  }

  #rejectParsed(row: Row, error: unknown): Row | undefined {
    this.#reject(row, error instanceof Error ? error.message : String(error), error);
    if (row.nextLine - row.line === 1) return undefined;
    return {
      start: row.start,
      end: this.#buffer.indexOf(10, row.start) + 1,
      line: row.line,
      nextLine: row.line + 1,
    };
  }

  #parseRow(row: Row): string[] {
    const rows = this.#parse(this.#buffer.subarray(row.start, row.end));
    if (rows.length !== 1 || rows[0] === undefined) throw new Error(`it reads as ${rows.length} rows`);
    return rows[0];
  }

  /** The first row: the header, or what fixes the width of rows without one. True when it is not a record. */
  #readFirst(row: Row): boolean {
    let texts: string[];
    try {
      texts = this.#parseRow(row);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw rowNotParsed({ ...this.#failureOf(row), reason, cause: error });
    }
    if (this.#settings.header === false) {
      this.#open({ width: texts.length });
      return false;
    }
    const columns = texts.map((text) => text.trim());
    const twice = columns.find((name, i) => columns.indexOf(name) !== i);
    if (twice !== undefined || columns.includes('')) {
      const reason = twice ? `'${twice}' is there twice` : 'a name is empty';
      throw csvHeaderInvalid(this.#input, row.line, columns, reason);
    }
    const unknown = Object.keys(this.#settings.types).find((name) => !columns.includes(name));
    if (unknown !== undefined) {
      throw csvHeaderInvalid(
        this.#input,
        row.line,
        columns,
        `types speaks of '${unknown}', which is not among them`,
      );
    }
    this.#open({ columns, width: columns.length });
    return true;
  }

  #open(state: CsvState): void {
    this.#state = state;
    this.#reader = new CsvRowReader(state.columns, state.width, this.#settings);
  }

  #readerOf(): CsvRowReader {
    if (this.#reader === undefined) throw new Error('a row came before the header');
    return this.#reader;
  }

  #isBlank(row: Row): boolean {
    const buffer = this.#buffer;
    for (let i = row.start; i < row.end; i++) {
      const byte = buffer[i];
      if (byte !== 10 && byte !== 13) return false;
    }
    return true;
  }

  #reject(row: Row, reason: string, cause?: unknown): void {
    if (this.#settings.onError === 'fail') throw rowNotParsed({ ...this.#failureOf(row), reason, cause });
    this.#skipped++;
  }

  #failureOf(row: Row) {
    const text = this.#text.decode(this.#buffer.subarray(row.start, row.end)).replace(/\r?\n$/, '');
    return { format: 'CSV', input: this.#input, line: row.line, text };
  }
}

function isCsvState(state: unknown): state is CsvState {
  return typeof state === 'object' && state !== null && 'width' in state;
}
