import type { Format } from '../../formats/format.ts';
import { json } from '../../formats/json-format.ts';
import type { Source } from '../source.ts';
import { toMillis, type DurationLike } from '../../time/duration.ts';
import { sourceOptionInvalid } from '../connector-errors.ts';
import { BackOff, type ReconnectOptions } from './back-off.ts';
import { Endpoint, type HeaderCredentials } from './endpoint.ts';
import { EventStreamReader } from './event-stream-reader.ts';
import { messagesOf } from './message-decoder.ts';
import { PollingReader } from './polling-reader.ts';
import type { Credential } from './secret.ts';

/** How an address is read. */
export interface HttpSourceOptions<T> {
  /**
   * How often the document is fetched, `'10 s'` for instance: then each time it has changed, all its records are handed over.
   * Left out, the server sends events (`text/event-stream`).
   */
  readonly every?: DurationLike;
  /** How the document, or an event's data, becomes records; `json()` when left out. */
  readonly format?: Format<T>;
  /** Header fields of the request. */
  readonly headers?: HeaderCredentials;
  /** How it is tried again when the server is out of reach; `false`: the stream fails then. */
  readonly reconnect?: ReconnectOptions | false;
}

/**
 * What a web server sends: events as they happen, or a document that is fetched again and again. A connection that breaks is made
 * again; a server of events that knows their ids goes on behind the last. A document is fetched only if it has changed, as
 * far as the server can tell (`ETag`, `Last-Modified`). It cannot be read again: its records are recorded.
 * @param url an address, or a function that makes it when it is needed
 * @throws {TidemarkError} `source-option-invalid`, `credentials-in-url`; while running, `connection-failed`,
 *   `message-not-parsed`, `row-not-parsed`
 * @example
 * const quakes = httpSource('https://earthquakes.example/hour.json', {
 *   every: '1 min',
 *   format: json<{ id: string }>({ at: 'features' }),
 *   headers: { authorization: secret('QUAKES_TOKEN') },
 * });
 * const posts = httpSource('https://posts.example/stream', { format: json<{ text: string }>() });
 * [quakes.boundedness, posts.rereadable]; // → ['unbounded', false]
 */
export function httpSource<T>(url: Credential, options: HttpSourceOptions<T> = {}): Source<T> {
  const { format = json<T>(), headers, reconnect } = options;
  const endpoint = new Endpoint('httpSource', url, ['http:', 'https:'], headers);
  const every = options.every === undefined ? undefined : toMillis(options.every);
  if (every !== undefined && !(every > 0)) {
    throw sourceOptionInvalid('httpSource', 'every', every, 'is longer than nothing');
  }
  const messages = every === undefined ? messagesOf('httpSource', format) : undefined;
  return {
    kind: 'http',
    parameters: { ...endpoint.parameters, every, format: format.name, options: format.parameters },
    functions: [...endpoint.functions, ...(format.functions ?? [])],
    boundedness: 'unbounded',
    rereadable: false,
    createReader: (context) =>
      messages === undefined
        ? new PollingReader<T>(endpoint, format, every!, new BackOff(reconnect), context)
        : new EventStreamReader<T>(endpoint, messages, new BackOff(reconnect), context),
  };
}
