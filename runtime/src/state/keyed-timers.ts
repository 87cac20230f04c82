import { TimerQueue, type Timer } from '../time/timer-queue.ts';
import { keyIdentity, type PrimitiveKey } from './key.ts';

/** Timers of one time domain in firing order. */
export type KeyedTimersSnapshot = readonly (readonly [time: number, key: unknown])[];

/** Timers of one time domain by key: the same key and time are one timer. */
export class KeyedTimers {
  readonly #queue = new TimerQueue<unknown>();
  readonly #byKey = new Map<PrimitiveKey, Map<number, Timer<unknown>>>();

  get size(): number {
    return this.#queue.size;
  }

  get nextTime(): number {
    return this.#queue.nextTime;
  }

  get lastTime(): number {
    return this.#queue.lastTime;
  }

  register(key: unknown, time: number): void {
    const identity = keyIdentity(key);
    let timers = this.#byKey.get(identity);
    if (timers === undefined) this.#byKey.set(identity, (timers = new Map()));
    if (!timers.has(time)) timers.set(time, this.#queue.add(time, key));
  }

  delete(key: unknown, time: number): void {
    const timer = this.#byKey.get(keyIdentity(key))?.get(time);
    if (timer === undefined) return;
    this.#queue.delete(timer);
    this.#forget(key, time);
  }

  /** Takes the first timer that is due at `now`. */
  poll(now: number): { readonly time: number; readonly key: unknown } | undefined {
    const timer = this.#queue.poll(now);
    if (timer === undefined) return undefined;
    this.#forget(timer.target, timer.time);
    return { time: timer.time, key: timer.target };
  }

  snapshot(): KeyedTimersSnapshot {
    return this.#queue.sorted().map(({ time, target }) => [time, target] as const);
  }

  restore(snapshot: KeyedTimersSnapshot): void {
    for (const [time, key] of snapshot) this.register(key, time);
  }

  #forget(key: unknown, time: number): void {
    const identity = keyIdentity(key);
    const timers = this.#byKey.get(identity)!;
    timers.delete(time);
    if (timers.size === 0) this.#byKey.delete(identity);
  }
}
