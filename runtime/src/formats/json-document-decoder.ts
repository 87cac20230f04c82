import type { DecodedRecords, Decoder, DecoderContext, OnRowError } from './format.ts';
import { documentNotParsed, rowNotParsed } from './format-errors.ts';
import { JsonArraySeeker } from './json-array-seeker.ts';
import { joined } from './line-decoder.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

type Phase = 'seeking' | 'elements' | 'behind';

/** Finds the array of records in a document and hands its elements, one by one, to `JSON.parse`. */
export class JsonDocumentDecoder<T> implements Decoder<T> {
  readonly records: DecodedRecords<T> = { values: [], offsets: [], lines: [] };
  /** True in every position behind a record: there the array goes on. */
  readonly state: unknown = { inArray: true };
  #skipped = 0;
  readonly #input: string;
  readonly #onError: OnRowError;
  readonly #check: ((value: unknown) => T) | undefined;
  readonly #text = new TextDecoder();
  readonly #seeker: JsonArraySeeker;
  #phase: Phase = 'seeking';
  #buffer: Uint8Array = new Uint8Array(0);
  /** Offset of the buffer's first byte in the input, and the line that the scan has come to. */
  #base: number;
  #line: number;
  /** Where in the buffer the element being scanned begins, -1 between elements. */
  #start = -1;
  #startLine = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #needComma = false;

  constructor(
    context: DecoderContext,
    path: readonly string[],
    onError: OnRowError,
    check?: (value: unknown) => T,
  ) {
    this.#check = check;
    this.#input = context.input;
    this.#onError = onError;
    this.#base = context.position?.offset ?? 0;
    this.#line = context.position?.line ?? 1;
    this.#seeker = new JsonArraySeeker(path);
    if (context.position?.state !== undefined) {
      this.#phase = 'elements';
      this.#needComma = true;
    }
  }

  get skipped(): number {
    return this.#skipped;
  }

  push(bytes: Uint8Array): void {
    if (this.#phase === 'behind') return;
    const kept = this.#buffer.length;
    this.#buffer = kept === 0 ? bytes : joined([this.#buffer, bytes], kept + bytes.length);
    const from = this.#phase === 'seeking' ? this.#seek(kept) : kept;
    if (this.#phase === 'elements') this.#scan(from);
    const done = this.#start === -1 ? this.#buffer.length : this.#start;
    this.#base += done;
    this.#buffer = this.#buffer.subarray(done);
    if (this.#start !== -1) this.#start = 0;
    if (this.#buffer.length > MAX_RECORD_BYTES) {
      throw this.#failure(this.#startLine, `one record is longer than ${MAX_RECORD_BYTES} bytes`);
    }
  }

  finish(): void {
    if (this.#phase === 'behind') return;
    if (this.#phase === 'seeking') {
      if (this.#seeker.empty) return;
      throw this.#failure(this.#line, this.#seeker.explain());
    }
    if (this.#start !== -1) {
      throw this.#failure(this.#startLine, 'the document ends inside the record that begins here');
    }
    throw this.#failure(this.#line, 'the document ends before its array of records does');
  }

  #seek(from: number): number {
    const end = this.#seeker.seek(this.#buffer, from, this.#line);
    this.#line = this.#seeker.line;
    if (this.#seeker.problem !== undefined) throw this.#failure(this.#line, this.#seeker.problem);
    if (end === -1) return this.#buffer.length;
    this.#phase = 'elements';
    return end;
  }

  #scan(from: number): void {
    const buffer = this.#buffer;
    for (let i = from; i < buffer.length; i++) {
      const byte = buffer[i] as number;
      if (byte === NEWLINE) this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          if (this.#depth === 0) this.#emit(i + 1);
        }
        continue;
      }
      if (this.#start === -1) {
        if (!this.#between(byte, i)) return;
        if (this.#start === -1) continue;
      }
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
      else if (this.#depth > 0) {
        if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --this.#depth === 0) this.#emit(i + 1);
      } else if (byte <= 0x20 || byte === COMMA || byte === CLOSE_ARRAY) {
        // A number or a literal ends before what follows it, which is then looked at again; so is its line break.
        if (byte === NEWLINE) this.#line--;
        this.#emit(i);
        if (byte === NEWLINE) this.#line++;
        if (!this.#between(byte, i)) return;
      }
    }
  }

  /** Looks at a byte between two elements; false at the end of the array. */
  #between(byte: number, i: number): boolean {
    if (byte <= 0x20) return true;
    if (byte === CLOSE_ARRAY) {
      this.#phase = 'behind';
      return false;
    }
    if (byte === COMMA && this.#needComma) {
      this.#needComma = false;
      return true;
    }
    if (this.#needComma || byte === COMMA || byte === CLOSE_OBJECT) {
      const found = String.fromCharCode(byte);
      throw this.#failure(
        this.#line,
        `'${found}' where ${this.#needComma ? "',' or ']'" : 'a record'} should be`,
        i,
      );
    }
    this.#start = i;
    this.#startLine = this.#line;
    return true;
  }

  #emit(end: number): void {
    const text = this.#text.decode(this.#buffer.subarray(this.#start, end));
    this.#start = -1;
    this.#needComma = true;
    let value: T;
    try {
      const parsed: unknown = JSON.parse(text);
      value = this.#check === undefined ? (parsed as T) : this.#check(parsed);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (this.#onError === 'fail') {
        throw rowNotParsed({
          format: 'JSON',
          input: this.#input,
          line: this.#startLine,
          text,
          reason,
          cause,
        });
      }
      this.#skipped++;
      return;
    }
    this.records.values.push(value);
    this.records.offsets.push(this.#base + end);
    this.records.lines.push(this.#line);
  }

  #failure(line: number, reason: string, at = Math.max(this.#start, 0)): Error {
    const text = this.#text.decode(this.#buffer.subarray(at, at + 400));
    return documentNotParsed({ format: 'JSON', input: this.#input, line, text, reason });
  }
}
