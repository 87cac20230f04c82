import { badArgument } from '../../errors.ts';
import { toMillis, type DurationLike } from '../../time/duration.ts';

/** How a connection that breaks is made again. */
export interface ReconnectOptions {
  /** Before the first attempt, `'500 ms'` when left out; each further one takes twice as long. */
  readonly initialDelay?: DurationLike;
  /** At most, `'30 s'` when left out. */
  readonly maxDelay?: DurationLike;
  /** How often it is tried until the stream fails; without a limit when left out. */
  readonly attempts?: number;
}

/** So many failures in a row are nothing to speak of: many a server ends connections now and then. */
const QUIET_FAILURES = 1;

/** Delays between attempts to connect, on the clock on the wall: the world outside does not wait for a stream's clock. */
export class BackOff {
  readonly #initial: number;
  readonly #max: number;
  readonly #attempts: number;
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Told what is tried again, when that has failed more than once, and when it is over. */
  onTrouble: (trouble: Error | undefined) => void = () => undefined;

  /** @param options `false` never to try again */
  constructor(options: ReconnectOptions | false = {}) {
    const { initialDelay = '500 ms', maxDelay = '30 s', attempts = Infinity } = options || { attempts: 0 };
    this.#initial = toMillis(initialDelay);
    this.#max = toMillis(maxDelay);
    this.#attempts = attempts;
    for (const delay of [this.#initial, this.#max]) {
      if (delay < 0) throw badArgument('delay', delay, 'It must not be negative.', "Give '500 ms'.");
    }
  }

  /**
   * Calls back after the next delay; false if it was tried often enough.
   * @param trouble what is to be said meanwhile
   */
  tryAgain(connect: () => void, trouble: Error): boolean {
    if (this.#failed >= this.#attempts) return false;
    const delay = Math.min(this.#initial * 2 ** this.#failed, this.#max);
    this.#failed += 1;
    if (this.#failed > QUIET_FAILURES) this.onTrouble(trouble);
    this.#timer = setTimeout(connect, delay);
    return true;
  }

  /** It has worked: the next failure is the first again. */
  succeeded(): void {
    if (this.#failed > QUIET_FAILURES) this.onTrouble(undefined);
    this.#failed = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
