import type { ViewClock } from './view-clock.ts';

/** At most 20 ticks a second. */
const LEAST_GAP = 50;
/** jupyter_server drops output above 1 MB/s; views leave room for the cells' own. */
const BYTES_PER_MS = 800;

/**
 * Calls `tick` soon after it was asked to, never sooner than the pace allows: what a tick sent, in bytes, puts off the
 * next one.
 */
export class TickPace {
  readonly #clock: ViewClock;
  readonly #tick: () => number;
  #earliest = 0;
  #cancel: (() => void) | undefined;

  /** `tick` returns the bytes that it has sent. */
  constructor(clock: ViewClock, tick: () => number) {
    this.#clock = clock;
    this.#tick = tick;
    this.#earliest = clock.now();
  }

  request(): void {
    if (this.#cancel !== undefined) return;
    this.#cancel = this.#clock.after(Math.max(0, this.#earliest - this.#clock.now()), () => {
      this.#cancel = undefined;
      const bytes = this.#tick();
      this.#earliest = this.#clock.now() + Math.max(LEAST_GAP, bytes / BYTES_PER_MS);
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
