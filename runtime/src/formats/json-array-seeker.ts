const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEWLINE = 0x0a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Walks a JSON document, in pieces, up to the `[` of the array that a path of property names leads to. */
export class JsonArraySeeker {
  line = 1;
  /** Set when the document cannot hold records. */
  problem: string | undefined;
  readonly #path: readonly string[];
  /** The containers around the scan: the current key of an object, `undefined` for an array. */
  readonly #stack: { key?: string; isArray: boolean }[] = [];
  /** Arrays seen on the way, for the error that names them. */
  readonly #arrays: string[] = [];
  readonly #text = new TextDecoder();
  #string: number[] | undefined;
  #lastString = '';
  #escaped = false;
  #started = false;

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  get empty(): boolean {
    return !this.#started;
  }

  /** The index behind the array's `[`, or -1 when it has not come yet. */
  seek(buffer: Uint8Array, from: number, line: number): number {
    this.line = line;
    for (let i = from; i < buffer.length; i++) {
      const byte = buffer[i] as number;
      if (byte === NEWLINE) this.line++;
      if (this.#string !== undefined) this.#inString(byte);
      else if (byte === QUOTE) this.#string = [];
      else if (byte === OPEN_ARRAY) {
        if (this.#atTarget()) return i + 1;
        const path = this.#here();
        if (path !== undefined) this.#arrays.push(path);
        this.#stack.push({ isArray: true });
      } else if (byte === OPEN_OBJECT) this.#stack.push({ isArray: false });
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#stack.pop();
      else if (byte === COLON || byte === COMMA) {
        const top = this.#stack.at(-1);
        if (top !== undefined && !top.isArray) top.key = byte === COLON ? this.#lastString : undefined;
      } else if (!this.#started && byte > 0x20 && byte < 0x80) {
        this.problem = 'it begins with neither an array nor an object';
        return -1;
      }
      // Bytes above ASCII here are a byte order mark.
      if (byte > 0x20 && byte < 0x80) this.#started = true;
    }
    return -1;
  }

  /** Why the document has ended without the array. */
  explain(): string {
    const found =
      this.#arrays.length === 0
        ? 'it has no array that property names lead to'
        : `it has arrays at ${this.#arrays.map((path) => `'${path}'`).join(', ')}`;
    return this.#path.length === 0
      ? `it is not an array; ${found}`
      : `there is no array at '${this.#path.join('.')}'; ${found}`;
  }

  #inString(byte: number): void {
    const string = this.#string as number[];
    if (!this.#escaped && byte === QUOTE) {
      const text = this.#text.decode(Uint8Array.from(string));
      this.#lastString = text.includes('\\') ? unescaped(text) : text;
      this.#string = undefined;
      return;
    }
    this.#escaped = !this.#escaped && byte === BACKSLASH;
    string.push(byte);
  }

  #here(): string | undefined {
    if (this.#arrays.length >= 8 || this.#stack.some((level) => level.key === undefined)) return undefined;
    return this.#stack.map((level) => level.key).join('.');
  }

  #atTarget(): boolean {
    const path = this.#path;
    return this.#stack.length === path.length && path.every((name, i) => this.#stack[i]?.key === name);
  }
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
