import { crc32 } from 'node:zlib';
import type { Format } from '../../formats/format.ts';
import type { PollResult, SourceReader, SourceReaderContext } from '../source.ts';
import type { BackOff } from './back-off.ts';
import type { Endpoint } from './endpoint.ts';
import { MessageBuffer } from './message-buffer.ts';
import { connectionFailed, connectionLost, reasonOf } from './net-errors.ts';

/** What the last document was, so that the same one is not fetched, or handed over, again. */
interface Version {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly length: number;
  readonly hash: number;
}

/** Fetches a document again and again, on the clock on the wall; a document that has not changed gives no records. */
export class PollingReader<T> implements SourceReader<T> {
  readonly #endpoint: Endpoint;
  readonly #format: Format<T>;
  readonly #every: number;
  readonly #backOff: BackOff;
  readonly #buffer: MessageBuffer<T>;
  readonly #abort = new AbortController();
  #version: Version | undefined;
  #worked = false;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    endpoint: Endpoint,
    format: Format<T>,
    every: number,
    backOff: BackOff,
    { position, onReady }: SourceReaderContext,
  ) {
    this.#endpoint = endpoint;
    this.#format = format;
    this.#every = every;
    this.#backOff = backOff;
    this.#version = position as Version | undefined;
    this.#buffer = new MessageBuffer<T>(onReady, () => undefined);
    backOff.onTrouble = (trouble) => (this.#buffer.trouble = trouble);
    void this.#fetch();
  }

  trouble(): Error | undefined {
    return this.#buffer.trouble;
  }

  poll(max: number): PollResult<T> {
    return this.#buffer.poll(max, () => this.#version);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#backOff.stop();
    this.#abort.abort();
  }

  async #fetch(): Promise<void> {
    this.#attempts += 1;
    let reason: string;
    try {
      reason = await this.#read();
    } catch (error) {
      reason = reasonOf(error);
    }
    if (this.#abort.signal.aborted) return;
    if (reason === '') {
      this.#worked = true;
      this.#attempts = 0;
      this.#backOff.succeeded();
      this.#timer = setTimeout(() => void this.#fetch(), this.#every);
      return;
    }
    const lost = connectionLost('httpSource()', this.#endpoint.shown, reason);
    // An address that never worked is probably wrong.
    if (this.#worked && this.#backOff.tryAgain(() => void this.#fetch(), lost)) return;
    this.#buffer.fail(connectionFailed('httpSource()', this.#endpoint.shown, reason, this.#attempts));
  }

  /** @returns what has failed, nothing if nothing has */
  async #read(): Promise<string> {
    const { url, headers } = await this.#endpoint.reveal();
    const { etag, lastModified } = this.#version ?? {};
    const response = await fetch(url, {
      headers: {
        ...headers,
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
      },
      signal: this.#abort.signal,
    });
    if (response.status === 304) return '';
    if (!response.ok) return `the server answered with status ${response.status}`;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const version = versionOf(response.headers, bytes);
    const unchanged = version.length === this.#version?.length && version.hash === this.#version.hash;
    this.#version = version;
    if (!unchanged) this.#decode(bytes);
    return '';
  }

  #decode(bytes: Uint8Array): void {
    try {
      const decoder = this.#format.createDecoder({ input: this.#endpoint.shown });
      decoder.push(bytes);
      decoder.finish();
      for (const value of decoder.records.values) this.#buffer.add(value, 0);
    } catch (error) {
      this.#buffer.fail(error as Error);
      this.close();
    }
  }
}

function versionOf(headers: Headers, bytes: Uint8Array): Version {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return {
    ...(etag === null ? {} : { etag }),
    ...(lastModified === null ? {} : { lastModified }),
    length: bytes.length,
    hash: crc32(bytes),
  };
}
