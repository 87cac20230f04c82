const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Where a quoted field may begin, an unquoted one goes on, a quoted one goes on, a quote was seen inside one. */
const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const QUOTE_IN_QUOTED = 3;

/** Finds the ends of CSV rows, in pieces: a line break inside a quoted field ends no row. */
export class CsvRowScanner {
  readonly #quote: number;
  readonly #delimiter: number;
  #state = FIELD_START;
  /** Line breaks in the row so far, quoted ones included. */
  lines = 0;

  constructor(delimiter: number, quote: number) {
    this.#delimiter = delimiter;
    this.#quote = quote;
  }

  get insideQuotes(): boolean {
    return this.#state === QUOTED;
  }

  reset(): void {
    this.#state = FIELD_START;
    this.lines = 0;
  }

  /** The index of the `\n` that ends the row, or -1 when it is not in the buffer. */
  next(buffer: Uint8Array, from: number): number {
    const quote = this.#quote;
    const delimiter = this.#delimiter;
    let state = this.#state;
    for (let i = from; i < buffer.length; i++) {
      const byte = buffer[i] as number;
      if (state === QUOTED) {
        if (byte === quote) state = QUOTE_IN_QUOTED;
        else if (byte === NEWLINE) this.lines++;
      } else if (byte === NEWLINE) {
        this.#state = FIELD_START;
        this.lines++;
        return i;
      } else if (byte === quote) {
        state = state === UNQUOTED ? UNQUOTED : QUOTED;
      } else if (byte === delimiter) state = FIELD_START;
      else if (byte !== CARRIAGE_RETURN) state = UNQUOTED;
    }
    this.#state = state;
    return -1;
  }
}
