import type { DecodedRecords, Decoder, DecoderContext, OnRowError } from './format.ts';
import { rowNotParsed } from './format-errors.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = '\uFEFF';
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** What a line becomes: `undefined` for one that holds no record. Throws when it does not parse. */
export type ParseLine<T> = (text: string) => T | undefined;

/** Decodes inputs in which a record is a line; `\n` and `\r\n` end it, and the end of the input does. */
export class LineDecoder<T> implements Decoder<T> {
  readonly records: DecodedRecords<T> = { values: [], offsets: [], lines: [] };
  readonly state: unknown = undefined;
  #skipped = 0;
  readonly #input: string;
  readonly #format: string;
  readonly #parse: ParseLine<T>;
  readonly #onError: OnRowError;
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });
  // The beginning of a line whose end has not come, in pieces: joined once, however many pushes it takes.
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #offset: number;
  #line: number;

  constructor(context: DecoderContext, format: string, onError: OnRowError, parse: ParseLine<T>) {
    this.#input = context.input;
    this.#format = format;
    this.#parse = parse;
    this.#onError = onError;
    this.#offset = context.position?.offset ?? 0;
    this.#line = context.position?.line ?? 1;
  }

  get skipped(): number {
    return this.#skipped;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const tail = bytes.subarray(start, end);
      start = end + 1;
      this.#take(tail, 1);
    }
    if (start < bytes.length) {
      this.#pieces.push(bytes.subarray(start));
      this.#pieceBytes += bytes.length - start;
      if (this.#pieceBytes > MAX_LINE_BYTES) {
        throw this.#failure(this.#text.decode(this.#pieces[0]), `it is longer than ${MAX_LINE_BYTES} bytes`);
      }
    }
  }

  finish(): void {
    if (this.#pieceBytes > 0) this.#take(new Uint8Array(0), 0);
  }

  #take(tail: Uint8Array, terminator: number): void {
    let bytes = tail;
    if (this.#pieceBytes > 0) {
      bytes = joined([...this.#pieces, tail], this.#pieceBytes + tail.length);
      this.#pieces = [];
      this.#pieceBytes = 0;
    }
    const length = bytes.length;
    const end = bytes[length - 1] === CARRIAGE_RETURN ? length - 1 : length;
    let text = this.#text.decode(end === length ? bytes : bytes.subarray(0, end));
    if (this.#offset === 0 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    let value: T | undefined;
    try {
      value = this.#parse(text);
    } catch (error) {
      if (this.#onError === 'fail') throw this.#failure(text, reasonOf(error), error);
      this.#skipped++;
    }
    this.#offset += length + terminator;
    this.#line++;
    if (value === undefined) return;
    this.records.values.push(value);
    this.records.offsets.push(this.#offset);
    this.records.lines.push(this.#line);
  }

  #failure(text: string, reason: string, cause?: unknown): Error {
    return rowNotParsed({ format: this.#format, input: this.#input, line: this.#line, text, reason, cause });
  }
}

export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
