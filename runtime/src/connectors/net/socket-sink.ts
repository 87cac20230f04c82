import { connect as connectSocket } from 'node:net';
import type { Format } from '../../formats/format.ts';
import type { Sink } from '../../operators/sink.ts';
import { sinkOptionInvalid } from '../connector-errors.ts';
import { BackOff, type ReconnectOptions } from './back-off.ts';
import { messagesOf } from './message-decoder.ts';
import { connectionFailed, connectionLost, reasonOf } from './net-errors.ts';
import { OutgoingWriter, type Connect } from './outgoing.ts';

/** How a socket is written to. */
export interface SocketSinkOptions<T> {
  /** How a record becomes a line; as text when left out. */
  readonly format?: Format<T>;
  /** What ends a record, `'\n'` when left out. */
  readonly delimiter?: string;
  /** How it is connected again when the connection breaks; `false`: the stream fails then. */
  readonly reconnect?: ReconnectOptions | false;
}

/**
 * Writes every record as a line of text to a TCP socket. What has not left when the connection breaks, or when the job fails,
 * is sent again: at least once, but for what was on its way when a connection broke. While the peer takes no more, the
 * stream waits.
 * @throws {TidemarkError} `sink-option-invalid`; while running, `connection-failed`
 * @example
 * env.fromData('up', 'down').sinkTo(socketSink('localhost', port));
 * await (await env.execute()).finished();
 */
export function socketSink<T>(host: string, port: number, options: SocketSinkOptions<T> = {}): Sink<T> {
  const { format, delimiter = '\n', reconnect } = options;
  if (typeof host !== 'string' || host === '')
    throw sinkOptionInvalid('socketSink', 'host', host, 'is the name or address of a machine');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw sinkOptionInvalid('socketSink', 'port', port, 'is a whole number from 1 to 65535');
  const messages = messagesOf('socketSink', format);
  const text = new TextDecoder();
  const where = `${host}:${port}`;
  return {
    kind: 'socket',
    parameters: { host, port, delimiter, format: format?.name, options: format?.parameters },
    functions: format?.functions ?? [],
    createWriter: (context) =>
      new OutgoingWriter(
        (value: T) => text.decode(messages.encode(value)) + delimiter,
        connectTo(host, port),
        new BackOff(reconnect),
        context,
        (reason, attempts) => connectionFailed('socketSink()', where, reason, attempts),
        (reason) => connectionLost('socketSink()', where, reason),
      ),
  };
}

function connectTo(host: string, port: number): Connect {
  return (opened, broken) => {
    let over = false;
    const end = (reason: string): void => {
      if (!over) broken(reason);
      over = true;
    };
    const socket = connectSocket({ host, port });
    socket.on('connect', () =>
      opened({ send: (message, done) => void socket.write(message, done), close: () => void socket.end() }),
    );
    // What the peer says is of no interest, but its end is.
    socket.on('data', () => undefined);
    socket.on('error', (error) => end(reasonOf(error)));
    socket.on('close', () => end('it was closed'));
    return () => {
      over = true;
      if (socket.connecting) socket.destroy();
    };
  };
}
