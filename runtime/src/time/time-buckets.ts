import { TimerQueue, type Timer } from './timer-queue.ts';

/** What is due at which time, where much is due at the same times: one timer for each time. */
export class TimeBuckets<T> {
  readonly #queue = new TimerQueue<T[]>();
  readonly #buckets = new Map<number, T[]>();

  /** The first time at which something is due, `Infinity` if nothing is. */
  get nextTime(): number {
    return this.#queue.nextTime;
  }

  /** The last one, `-Infinity` if nothing is. Looks at all times. */
  get lastTime(): number {
    return this.#queue.lastTime;
  }

  add(time: number, target: T): void {
    const bucket = this.#buckets.get(time);
    if (bucket !== undefined) {
      bucket.push(target);
      return;
    }
    const made = [target];
    this.#buckets.set(time, made);
    this.#queue.add(time, made);
  }

  /** Takes the first bucket if it is due at `now`. */
  poll(now: number): Pick<Timer<readonly T[]>, 'time' | 'target'> | undefined {
    const timer = this.#queue.poll(now);
    if (timer !== undefined) this.#buckets.delete(timer.time);
    return timer;
  }
}
