/** How long a slice may take before the event loop gets its turn, in ms. */
export const SLICE_MS = 10;
/**
 * How much of that what is done in the background may have, in ms. Half of it: the more the stream goes on meanwhile, the more of
 * what is being written has to be copied first, and lies in memory until it is.
 */
const BACKGROUND_MS = 5;
/** The longest sleep while something runs, so that timers and progress are looked at, in ms. */
const IDLE_MS = 50;

/** Work done in slices. `slice` returns true if there is more to do at once. */
export interface SlicedWork {
  slice(expired: () => boolean): boolean;
  /** Goes on with what need not be done in a slice. True if there is more to do at once. */
  background?(expired: () => boolean): boolean;
  /** Real ms until something is due; `undefined` if only `wake` can tell. */
  sleepFor(): number | undefined;
}

/**
 * Runs work in slices of about 10 ms and yields to the event loop between them: the one place where the engine meets
 * real time.
 */
export class SliceLoop {
  readonly #work: SlicedWork;
  #scheduled: { cancel: () => void } | undefined;
  #stopped = true;
  /** True while something is left to do in the background: a slice is shorter by as much. */
  #shared = false;

  constructor(work: SlicedWork) {
    this.#work = work;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
  }

  /** Makes the next slice come at once. Also starts the loop again after a slice that was terminated from outside. */
  wake(): void {
    if (this.#stopped) return;
    this.#scheduled?.cancel();
    const immediate = setImmediate(() => this.#run());
    this.#scheduled = { cancel: () => clearImmediate(immediate) };
  }

  #run(): void {
    this.#scheduled = undefined;
    const end = performance.now() + (this.#shared ? SLICE_MS - BACKGROUND_MS : SLICE_MS);
    const working = this.#work.slice(() => performance.now() >= end);
    const start = performance.now();
    this.#shared = this.#work.background?.(() => performance.now() >= start + BACKGROUND_MS) ?? false;
    const more = this.#shared || working;
    if (this.#stopped || this.#scheduled) return;
    if (more) return this.wake();
    const sleep = this.#work.sleepFor();
    if (sleep === undefined) return;
    const timer = setTimeout(() => this.#run(), Math.min(Math.max(1, sleep), IDLE_MS));
    this.#scheduled = { cancel: () => clearTimeout(timer) };
  }
}

/** Calls back after `ms` of real time; returns how to prevent it. */
export function afterRealTime(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
