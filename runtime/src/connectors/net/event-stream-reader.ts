import { createParser } from 'eventsource-parser';
import type { MessageFormat } from '../../formats/format.ts';
import type { PollResult, SourceReader, SourceReaderContext } from '../source.ts';
import type { BackOff } from './back-off.ts';
import type { Endpoint } from './endpoint.ts';
import { MessageBuffer } from './message-buffer.ts';
import { decodeMessage } from './message-decoder.ts';
import { connectionFailed, connectionLost, reasonOf } from './net-errors.ts';

interface Event<T> {
  readonly id: string | undefined;
  readonly value: T;
}

/** "Do not connect again": how a server of events says that there will be no more. */
const NO_CONTENT = 204;

/** Reads server-sent events; its position is the id of the last event, which the server is told when it is connected again. */
export class EventStreamReader<T> implements SourceReader<T> {
  readonly #endpoint: Endpoint;
  readonly #messages: MessageFormat<T>;
  readonly #backOff: BackOff;
  readonly #buffer: MessageBuffer<Event<T>>;
  readonly #abort = new AbortController();
  readonly #bytes = new TextEncoder();
  /** Of the last event that was handed over, and of the last that came. */
  #taken: string | undefined;
  #came: string | undefined;
  #connected = false;
  #attempts = 0;
  #resume: (() => void) | undefined;
  #paused = false;

  constructor(
    endpoint: Endpoint,
    messages: MessageFormat<T>,
    backOff: BackOff,
    { position, onReady }: SourceReaderContext,
  ) {
    this.#endpoint = endpoint;
    this.#messages = messages;
    this.#backOff = backOff;
    this.#taken = this.#came = typeof position === 'string' ? position : undefined;
    this.#buffer = new MessageBuffer<Event<T>>(onReady, (paused) => {
      this.#paused = paused;
      if (!paused) this.#resume?.();
    });
    backOff.onTrouble = (trouble) => (this.#buffer.trouble = trouble);
    void this.#connect();
  }

  trouble(): Error | undefined {
    return this.#buffer.trouble;
  }

  poll(max: number): PollResult<T> {
    const events = this.#buffer.poll(max, () => undefined);
    if (events === 'wait' || events === 'end') return events;
    this.#taken = events.values.findLast(({ id }) => id !== undefined)?.id ?? this.#taken;
    return { values: events.values.map(({ value }) => value), position: this.#taken };
  }

  close(): void {
    this.#backOff.stop();
    this.#abort.abort();
  }

  async #connect(): Promise<void> {
    this.#attempts += 1;
    let reason: string;
    try {
      const ended = await this.#read();
      if (ended) return this.#buffer.end();
      reason = 'the server ended it';
    } catch (error) {
      if (error instanceof FormatError) return this.#buffer.fail(error.reason);
      reason = error instanceof StatusError ? error.message : reasonOf(error);
    }
    if (this.#abort.signal.aborted) return;
    const lost = connectionLost('httpSource()', this.#endpoint.shown, reason);
    // An address that never worked is probably wrong.
    if (this.#connected && this.#backOff.tryAgain(() => void this.#connect(), lost)) return;
    this.#buffer.fail(connectionFailed('httpSource()', this.#endpoint.shown, reason, this.#attempts));
  }

  /** Resolves when the connection ends: with true if there will be no more. */
  async #read(): Promise<boolean> {
    const { url, headers } = await this.#endpoint.reveal();
    const last: Record<string, string> = this.#came === undefined ? {} : { 'last-event-id': this.#came };
    const response = await fetch(url, {
      headers: { ...headers, ...last, accept: 'text/event-stream' },
      signal: this.#abort.signal,
    });
    if (response.status === NO_CONTENT) return true;
    if (!response.ok || response.body === null) throw new StatusError(response.status);
    this.#connected = true;
    this.#attempts = 0;
    this.#backOff.succeeded();
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (id !== undefined) this.#came = id;
        this.#add(id, data);
      },
    });
    const text = new TextDecoder();
    for await (const piece of response.body) {
      parser.feed(text.decode(piece as Uint8Array, { stream: true }));
      if (this.#paused) await new Promise<void>((resolve) => (this.#resume = resolve));
    }
    return false;
  }

  #add(id: string | undefined, data: string): void {
    try {
      const bytes = this.#bytes.encode(data);
      this.#buffer.add(
        { id, value: decodeMessage(this.#messages, bytes, this.#endpoint.shown) },
        bytes.length,
      );
    } catch (error) {
      throw new FormatError(error as Error);
    }
  }
}

/** The server has answered, but not with what was asked for. */
class StatusError extends Error {
  constructor(status: number) {
    super(`the server answered with status ${status}`);
  }
}

/** Trying again would change nothing. */
class FormatError extends Error {
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}
