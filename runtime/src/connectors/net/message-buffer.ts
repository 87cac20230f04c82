import type { PollResult } from '../source.ts';

/** Messages held before the peer is made to wait, and how few are left when it may go on. */
const MAX_MESSAGES = 16_384;
const MAX_BYTES = 8 * 1024 * 1024;
const RESUME_BELOW = MAX_MESSAGES / 4;

/** Holds what a peer sends until the stream takes it, and makes the peer wait when that is too much. */
export class MessageBuffer<T> {
  readonly #onReady: () => void;
  readonly #pause: (paused: boolean) => void;
  #values: T[] = [];
  #sizes: number[] = [];
  #at = 0;
  #bytes = 0;
  #paused = false;
  #failure: Error | undefined;
  #trouble: Error | undefined;
  #ended = false;

  /** @param pause tells the peer to wait, or to go on */
  constructor(onReady: () => void, pause: (paused: boolean) => void) {
    this.#onReady = onReady;
    this.#pause = pause;
  }

  add(value: T, bytes: number): void {
    this.#values.push(value);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    if (!this.#paused && (this.#waiting >= MAX_MESSAGES || this.#bytes >= MAX_BYTES)) this.#setPaused(true);
    this.#onReady();
  }

  /** What keeps the peer from being heard for now. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  set trouble(trouble: Error | undefined) {
    this.#trouble = trouble;
    // So that somebody looks.
    this.#onReady();
  }

  /** What came before is still handed over. */
  end(): void {
    this.#ended = true;
    this.#onReady();
  }

  /** What came before is still handed over. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#onReady();
  }

  /** @param positionAfter where the source stands after so many more messages */
  poll(max: number, positionAfter: (taken: number) => unknown): PollResult<T> {
    if (this.#waiting === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#ended ? 'end' : 'wait';
    }
    const values = this.#values.slice(this.#at, this.#at + max);
    for (let i = 0; i < values.length; i++) this.#bytes -= this.#sizes[this.#at + i] ?? 0;
    this.#at += values.length;
    if (this.#at === this.#values.length) {
      this.#values = [];
      this.#sizes = [];
      this.#at = 0;
    }
    if (this.#paused && this.#waiting < RESUME_BELOW && this.#bytes < MAX_BYTES) this.#setPaused(false);
    return { values, position: positionAfter(values.length) };
  }

  get #waiting(): number {
    return this.#values.length - this.#at;
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#pause(paused);
  }
}
