import { TimerQueue, type Timer } from './timer-queue.ts';

/** What is due at which time, where much is due at the same times: one timer for each time. */
export class TimeBuckets<T> {
  readonly #queue = new TimerQueue<T[]>();
  readonly #buckets = new Map<number, T[]>();

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
