// What a format is to a source: bytes in, records and the positions behind them out. No I/O here.

/** Where decoding can go on. Plain JSON data. */
export interface DecoderPosition {
  /** Bytes of the input before it. */
  readonly offset: number;
  /** The line of the input that begins there, from 1. */
  readonly line: number;
  /** What the decoder must know from before it, such as a header. */
  readonly state?: unknown;
}

/** Decoded records and, parallel to them, where decoding goes on behind each. */
export interface DecodedRecords<T> {
  /** The records. */
  readonly values: T[];
  /** Bytes of the input before the position behind each. */
  readonly offsets: number[];
  /** The line, from 1, at the position behind each. */
  readonly lines: number[];
}

/** One reading of one input. Throws on a row that does not parse; records before that row are already in `records`. */
export interface Decoder<T> {
  /** What has been decoded; the reader takes it out. */
  readonly records: DecodedRecords<T>;
  /** Rows left out so far because they did not parse (`onError: 'skip'`). */
  readonly skipped: number;
  /** Goes with every position of this reading. */
  readonly state: unknown;
  /** Takes the bytes that follow those already given; it may keep them. */
  push(bytes: Uint8Array): void;
  /** The input has ended: what is left is the last record, or an error. */
  finish(): void;
}

/** What a decoder is opened with. */
export interface DecoderContext {
  /** Names the input in errors: a path. */
  readonly input: string;
  /** Where the first byte given to `push` stands; the beginning when left out. */
  readonly position?: DecoderPosition;
}

/** How the bytes of a file or message become records. */
export interface Format<T> {
  /** In kebab-case, for errors and the fingerprint: `'csv'`. */
  readonly name: string;
  /** Everything that makes two formats of a name differ, as plain data. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Functions of the user that it calls. */
  readonly functions?: readonly unknown[];
  /** Opens it for one reading of one input. */
  createDecoder(context: DecoderContext): Decoder<T>;
  /** How records become a file that is written from front to back; absent if they cannot. */
  readonly rows?: RowFormat<T>;
  /** How a message is one record; absent if records are found in longer inputs only. */
  readonly messages?: MessageFormat<T>;
}

/** How records become the text of a file, one after the other. */
export interface RowFormat<T> {
  /** What names of such files end in: `'.csv'`. */
  readonly extension: string;
  /** Opens it for one file. @param state of the encoder that wrote what is already there */
  createEncoder(state?: unknown): RowEncoder<T>;
}

/** One writing of one file. */
export interface RowEncoder<T> {
  /** Text of a record with what ends it; of the first with what stands above it. Throws on a value that cannot be written. */
  encode(value: T): string;
  /** What must be known to go on in the middle of the file, such as a header. */
  readonly state: unknown;
}

/** How one message of a broker becomes one record, and a record one message. */
export interface MessageFormat<T> {
  /** Throws on a message that does not parse. */
  decode(bytes: Uint8Array): T;
  /** Throws on a value that cannot be written. */
  encode(value: T): Uint8Array;
  /** Fetches what must be known before these messages are decoded, such as a schema; `undefined` if nothing is missing. */
  beforeDecode?(messages: readonly (Uint8Array | null)[]): Promise<void> | undefined;
  /** Fetches what must be known before values of a topic are encoded; called once. */
  beforeEncode?(topic: string): Promise<void>;
}

/** What happens to a row that does not parse: the branch fails with it, or it is counted and left out. */
export type OnRowError = 'fail' | 'skip';
