import type { WebSocket } from 'ws';
import type { Format, MessageFormat } from '../../formats/format.ts';
import type { PollResult, Source, SourceReader, SourceReaderContext } from '../source.ts';
import { BackOff, type ReconnectOptions } from './back-off.ts';
import { Endpoint, type HeaderCredentials } from './endpoint.ts';
import { MessageBuffer } from './message-buffer.ts';
import { decodeMessage, messagesOf } from './message-decoder.ts';
import { connectionFailed, connectionLost, reasonOf } from './net-errors.ts';
import type { Credential } from './secret.ts';
import { webSocketLibrary } from './web-socket-library.ts';

/** How a WebSocket is read. */
export interface WebSocketSourceOptions<T> {
  /** How a message becomes a record: `json()`, for instance; its text when left out. */
  readonly format?: Format<T>;
  /** Header fields of the request that opens it. */
  readonly headers?: HeaderCredentials;
  /** Sent whenever the connection is made, such as what is subscribed to. */
  readonly greeting?: string;
  /** How it is connected again when the connection breaks; `false`: the stream fails then. */
  readonly reconnect?: ReconnectOptions | false;
}

/** Closed because all was said. */
const NORMAL_CLOSURE = 1000;

/**
 * The messages of a WebSocket, until the server closes it normally (code 1000). A connection that breaks is made again; what the
 * server sent meanwhile is lost. What the stream does not take yet waits in a bounded buffer, then at the server. It cannot
 * be read again: its records are recorded.
 * @param url an address, or a function that makes it when it is needed
 * @throws {TidemarkError} `source-option-invalid`, `credentials-in-url`; while running, `connection-failed`,
 *   `message-not-parsed`
 * @example
 * const trades = webSocketSource('ws://127.0.0.1:8080/trades', {
 *   format: json<{ price: number }>(),
 *   greeting: JSON.stringify({ subscribe: 'prices' }),
 *   reconnect: { maxDelay: '10 s' },
 * });
 * trades.boundedness; // → 'unbounded'
 */
export function webSocketSource<T = string>(
  url: Credential,
  options: WebSocketSourceOptions<T> = {},
): Source<T> {
  const { format, headers, greeting, reconnect } = options;
  const endpoint = new Endpoint('webSocketSource', url, ['ws:', 'wss:'], headers);
  const messages = messagesOf('webSocketSource', format);
  return {
    kind: 'web-socket',
    parameters: { ...endpoint.parameters, greeting, format: format?.name, options: format?.parameters },
    functions: [...endpoint.functions, ...(format?.functions ?? [])],
    boundedness: 'unbounded',
    rereadable: false,
    createReader: (context) =>
      new WebSocketReader(endpoint, messages, greeting, new BackOff(reconnect), context),
  };
}

class WebSocketReader<T> implements SourceReader<T> {
  readonly #endpoint: Endpoint;
  readonly #messages: MessageFormat<T>;
  readonly #greeting: string | undefined;
  readonly #backOff: BackOff;
  readonly #buffer: MessageBuffer<T>;
  #socket: WebSocket | undefined;
  #read: number;
  /** True once a connection was made: then it is worth trying again. */
  #connected = false;
  #attempts = 0;
  #paused = false;
  #closed = false;

  constructor(
    endpoint: Endpoint,
    messages: MessageFormat<T>,
    greeting: string | undefined,
    backOff: BackOff,
    context: SourceReaderContext,
  ) {
    this.#endpoint = endpoint;
    this.#messages = messages;
    this.#greeting = greeting;
    this.#backOff = backOff;
    this.#read = typeof context.position === 'number' ? context.position : 0;
    this.#buffer = new MessageBuffer<T>(context.onReady, (paused) => this.#setPaused(paused));
    backOff.onTrouble = (trouble) => (this.#buffer.trouble = trouble);
    void this.#connect();
  }

  trouble(): Error | undefined {
    return this.#buffer.trouble;
  }

  poll(max: number): PollResult<T> {
    return this.#buffer.poll(max, (taken) => (this.#read += taken));
  }

  close(): void {
    this.#closed = true;
    this.#backOff.stop();
    this.#socket?.terminate();
  }

  async #connect(): Promise<void> {
    this.#attempts += 1;
    try {
      const { url, headers } = await this.#endpoint.reveal();
      if (this.#closed) return;
      const { WebSocket } = webSocketLibrary();
      this.#open(new WebSocket(url, { headers }));
    } catch (error) {
      this.#buffer.fail(this.#failure(reasonOf(error)));
    }
  }

  #open(socket: WebSocket): void {
    this.#socket = socket;
    let reason = 'it was closed';
    socket.on('open', () => {
      this.#connected = true;
      this.#attempts = 0;
      this.#backOff.succeeded();
      if (this.#paused) socket.pause();
      if (this.#greeting !== undefined) socket.send(this.#greeting);
    });
    socket.on('message', (data: Buffer) => this.#take(data));
    socket.on('unexpected-response', (_request, { statusCode }) => {
      reason = `the server answered with status ${statusCode}`;
      socket.terminate();
    });
    socket.on('error', (error) => (reason = reason === 'it was closed' ? reasonOf(error) : reason));
    socket.on('close', (code) => this.#onClose(code, reason));
  }

  #take(data: Buffer): void {
    try {
      this.#buffer.add(decodeMessage(this.#messages, data, this.#endpoint.shown), data.length);
    } catch (error) {
      this.#buffer.fail(error as Error);
      this.close();
    }
  }

  #onClose(code: number, reason: string): void {
    if (this.#closed) return;
    if (code === NORMAL_CLOSURE) return this.#buffer.end();
    // An address that never worked is probably wrong.
    if (this.#connected && this.#backOff.tryAgain(() => void this.#connect(), this.#lost(reason))) return;
    this.#buffer.fail(this.#failure(reason));
  }

  #lost(reason: string): Error {
    return connectionLost('webSocketSource()', this.#endpoint.shown, reason);
  }

  #failure(reason: string): Error {
    return connectionFailed('webSocketSource()', this.#endpoint.shown, reason, this.#attempts);
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    const socket = this.#socket;
    if (socket?.readyState !== socket?.OPEN) return;
    if (paused) socket?.pause();
    else socket?.resume();
  }
}
