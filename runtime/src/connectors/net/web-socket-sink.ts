import type { WebSocket } from 'ws';
import type { Format } from '../../formats/format.ts';
import { json } from '../../formats/json-format.ts';
import type { Sink } from '../../operators/sink.ts';
import { BackOff, type ReconnectOptions } from './back-off.ts';
import { Endpoint, type HeaderCredentials } from './endpoint.ts';
import { messagesOf } from './message-decoder.ts';
import { connectionFailed, connectionLost, reasonOf } from './net-errors.ts';
import { OutgoingWriter, type Connect } from './outgoing.ts';
import type { Credential } from './secret.ts';
import { webSocketLibrary } from './web-socket-library.ts';

/** How a WebSocket is written to. */
export interface WebSocketSinkOptions<T> {
  /** How a record becomes a message, `json()` when left out. Text formats are sent as text. */
  readonly format?: Format<T>;
  /** Header fields of the request that opens it. */
  readonly headers?: HeaderCredentials;
  /** How it is connected again when the connection breaks; `false`: the stream fails then. */
  readonly reconnect?: ReconnectOptions | false;
}

/**
 * Sends every record as a message. What has not left when a connection breaks, or when the job fails, is sent again: at least
 * once, but for what was on its way when a connection broke. While the server takes no more, the stream waits.
 * @param url an address, or a function that makes it when it is needed
 * @throws {TidemarkError} `sink-option-invalid`, `credentials-in-url`; while running, `connection-failed`
 * @example
 * orders.sinkTo(webSocketSink('ws://127.0.0.1:9/alerts', { reconnect: false }));
 * const job = await env.execute();
 * await job.finished(); // throws 'operator-failed'
 */
export function webSocketSink<T>(url: Credential, options: WebSocketSinkOptions<T> = {}): Sink<T> {
  const { format = json<T>(), headers, reconnect } = options;
  const endpoint = new Endpoint('webSocketSink', url, ['ws:', 'wss:'], headers);
  const messages = messagesOf('webSocketSink', format);
  const text = new TextDecoder();
  const encode = (value: T): string | Uint8Array => {
    const bytes = messages.encode(value);
    return format.name === 'avro' ? bytes : text.decode(bytes);
  };
  return {
    kind: 'web-socket',
    parameters: { ...endpoint.parameters, format: format.name, options: format.parameters },
    functions: [...endpoint.functions, ...(format.functions ?? [])],
    createWriter: (context) =>
      new OutgoingWriter(
        encode,
        connectTo(endpoint),
        new BackOff(reconnect),
        context,
        (reason, attempts) => connectionFailed('webSocketSink()', endpoint.shown, reason, attempts),
        (reason) => connectionLost('webSocketSink()', endpoint.shown, reason),
      ),
  };
}

function connectTo(endpoint: Endpoint): Connect {
  return (opened, broken) => {
    let socket: WebSocket | undefined;
    let over = false;
    const end = (reason: string): void => {
      if (!over) broken(reason);
      over = true;
    };
    endpoint.reveal().then(
      ({ url, headers }) => {
        if (over) return;
        const { WebSocket } = webSocketLibrary();
        const open = (socket = new WebSocket(url, { headers }));
        open.on('open', () =>
          opened({ send: (message, done) => open.send(message, done), close: () => open.close() }),
        );
        open.on('unexpected-response', (_request, { statusCode }) => {
          end(`the server answered with status ${statusCode}`);
          open.terminate();
        });
        open.on('error', (error) => end(reasonOf(error)));
        open.on('close', () => end('it was closed'));
      },
      (error: unknown) => end(reasonOf(error)),
    );
    return () => {
      over = true;
      // A closing handshake may be under way, after which the last messages have arrived.
      if (socket !== undefined && socket.readyState === socket.CONNECTING) socket.terminate();
    };
  };
}
