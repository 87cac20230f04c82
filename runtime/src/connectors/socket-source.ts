import { connect, type Socket } from 'node:net';
import type { PollResult, Source, SourceReader, SourceReaderContext } from './source.ts';
import { socketFailed, socketLineTooLong, sourceOptionInvalid } from './connector-errors.ts';

/** How a socket is read. */
export interface SocketOptions {
  /** What ends a record; `'\n'` when left out, and then a `'\r'` before it is no part of the record. */
  readonly delimiter?: string;
}

/** Lines held before the peer is made to wait, and how few are left when it may go on. */
const MAX_BUFFERED_LINES = 16_384;
const MAX_BUFFERED_CHARACTERS = 8 * 1024 * 1024;
const RESUME_BELOW_LINES = MAX_BUFFERED_LINES / 4;
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;

/**
 * Lines of text from a TCP socket, until the peer closes it. What the stream does not take yet waits in a bounded
 * buffer, then at the peer. It cannot be read again: its records are recorded.
 * @throws {TidemarkError} `source-option-invalid`, when the cell runs; `socket-failed`, while the stream does.
 * @example
 * const lines = env.fromSource(socketSource('localhost', port, { delimiter: '\n' }));
 * await lines.executeAndCollect({ limit: 1 }); // → ['INFO started']
 */
export function socketSource(host: string, port: number, options: SocketOptions = {}): Source<string> {
  const delimiter = options.delimiter ?? '\n';
  return {
    kind: 'socket',
    parameters: { host, port, delimiter },
    boundedness: 'unbounded',
    rereadable: false,
    createReader: (context) => new SocketReader(host, port, delimiter, context),
    validate() {
      if (typeof host !== 'string' || host === '') {
        throw sourceOptionInvalid('socketSource', 'host', host, 'is the name or address of a machine');
      }
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw sourceOptionInvalid('socketSource', 'port', port, 'is a whole number from 1 to 65535');
      }
      if (delimiter === '')
        throw sourceOptionInvalid('socketSource', 'delimiter', delimiter, 'has a character at least');
    },
  };
}

class SocketReader implements SourceReader<string> {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #delimiter: string;
  readonly #onReady: () => void;
  #lines: string[] = [];
  #head = 0;
  #characters = 0;
  /** The beginning of a line whose delimiter has not come, in pieces. */
  #partial: string[] = [];
  #partialLength = 0;
  #read: number;
  #ended = false;
  #failure: Error | undefined;

  constructor(host: string, port: number, delimiter: string, context: SourceReaderContext) {
    this.#host = host;
    this.#port = port;
    this.#delimiter = delimiter;
    this.#onReady = context.onReady;
    this.#read = typeof context.position === 'number' ? context.position : 0;
    this.#socket = connect({ host, port });
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#onText(text));
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('error', (error) => this.#fail(socketFailed(host, port, error)));
  }

  poll(max: number): PollResult<string> {
    const waiting = this.#lines.length - this.#head;
    if (waiting === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#ended ? 'end' : 'wait';
    }
    const taken = Math.min(max, waiting);
    const values = this.#lines.slice(this.#head, this.#head + taken);
    this.#head += taken;
    this.#read += taken;
    if (this.#head === this.#lines.length) {
      this.#lines = [];
      this.#head = 0;
    }
    for (const line of values) this.#characters -= line.length;
    if (this.#socket.isPaused() && !this.#isFull() && waiting - taken < RESUME_BELOW_LINES)
      this.#socket.resume();
    return { values, position: this.#read };
  }

  close(): void {
    this.#socket.removeAllListeners();
    // A connection that is still being made may fail after this; there is nobody left to tell.
    this.#socket.on('error', () => undefined);
    this.#socket.destroy();
    this.#ended = true;
    this.#lines = [];
    this.#head = 0;
  }

  #onText(text: string): void {
    // A delimiter of several characters may be cut in two between pieces.
    const overlap = this.#delimiter.length > 1 ? this.#partial.join('') : '';
    let rest = text;
    if (overlap !== '') {
      rest = overlap + text;
      this.#partial = [];
      this.#partialLength = 0;
    }
    const before = this.#lines.length;
    let start = 0;
    for (let end = rest.indexOf(this.#delimiter); end !== -1; end = rest.indexOf(this.#delimiter, start)) {
      this.#addLine(rest.slice(start, end), this.#delimiter === '\n');
      start = end + this.#delimiter.length;
    }
    if (start < rest.length) {
      this.#partial.push(rest.slice(start));
      this.#partialLength += rest.length - start;
    }
    if (this.#partialLength > MAX_LINE_CHARACTERS) {
      this.#fail(socketLineTooLong(this.#host, this.#port, MAX_LINE_CHARACTERS, this.#delimiter));
      this.#socket.destroy();
      return;
    }
    if (this.#isFull()) this.#socket.pause();
    if (this.#lines.length > before) this.#onReady();
  }

  #addLine(tail: string, stripReturn: boolean): void {
    let line = tail;
    if (this.#partialLength > 0) {
      line = this.#partial.join('') + tail;
      this.#partial = [];
      this.#partialLength = 0;
    }
    if (stripReturn && line.endsWith('\r')) line = line.slice(0, -1);
    this.#lines.push(line);
    this.#characters += line.length;
  }

  #isFull(): boolean {
    return (
      this.#lines.length - this.#head >= MAX_BUFFERED_LINES || this.#characters >= MAX_BUFFERED_CHARACTERS
    );
  }

  #onEnd(): void {
    if (this.#partialLength > 0) this.#addLine('', false);
    this.#ended = true;
    this.#onReady();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#onReady();
  }
}
