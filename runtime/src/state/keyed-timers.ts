import { TimerQueue, type Timer } from '../time/timer-queue.ts';
import { KeyIndex } from './key-index.ts';

/** Timers of one time domain in firing order. */
export type KeyedTimersSnapshot = readonly (readonly [time: number, key: unknown])[];

type KeyTimer = Timer<unknown>;

/** A key with more timers has a map of them. */
const LONGEST_CHAIN = 16;
/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;

/** Timers of one time domain by key: the same key and time are one timer. A key's few timers are a chain. */
export class KeyedTimers {
  readonly #queue = new TimerQueue<unknown>();
  #index = new KeyIndex();
  /** By the slots of the index. */
  #byKey: (KeyTimer | Map<number, KeyTimer> | undefined)[] = [];

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
    const slot = this.#index.slotOf(key);
    const byKey = this.#byKey;
    while (byKey.length <= slot) byKey.push(undefined);
    const first = byKey[slot];
    if (first instanceof Map) {
      if (!first.has(time)) first.set(time, this.#queue.add(time, key));
      return;
    }
    let length = 0;
    for (let timer = first; timer !== undefined; timer = timer.next) {
      if (timer.time === time) return;
      length++;
    }
    const added = this.#queue.add(time, key);
    added.next = first;
    byKey[slot] = length < LONGEST_CHAIN ? added : mapOf(added);
  }

  delete(key: unknown, time: number): void {
    const timer = this.#find(key, time);
    if (timer === undefined) return;
    this.#queue.delete(timer);
    this.#forget(timer);
  }

  /** Takes the first timer that is due at `now`. */
  poll(now: number): { readonly time: number; readonly key: unknown } | undefined {
    const timer = this.#queue.poll(now);
    if (timer === undefined) return undefined;
    this.#forget(timer);
    return { time: timer.time, key: timer.target };
  }

  snapshot(): KeyedTimersSnapshot {
    return this.#queue.sorted().map(({ time, target }) => [time, target] as const);
  }

  restore(snapshot: KeyedTimersSnapshot): void {
    for (const [time, key] of snapshot) this.register(key, time);
  }

  #find(key: unknown, time: number): KeyTimer | undefined {
    const slot = this.#index.find(key);
    const first = slot < 0 ? undefined : this.#byKey[slot];
    if (first instanceof Map) return first.get(time);
    for (let timer = first; timer !== undefined; timer = timer.next) if (timer.time === time) return timer;
    return undefined;
  }

  #forget(timer: KeyTimer): void {
    const byKey = this.#byKey;
    const slot = this.#index.find(timer.target);
    const first = byKey[slot];
    if (first instanceof Map) {
      first.delete(timer.time);
      if (first.size > 0) return;
      byKey[slot] = undefined;
    } else if (first === timer) {
      byKey[slot] = timer.next;
    } else {
      let before = first!;
      while (before.next !== timer) before = before.next!;
      before.next = timer.next;
    }
    if (byKey[slot] === undefined) this.#release(timer.target);
  }

  #release(key: unknown): void {
    this.#index.delete(key);
    if (this.#index.size > 0 || this.#byKey.length <= KEPT_SLOTS) return;
    this.#index = new KeyIndex();
    this.#byKey = [];
  }
}

function mapOf(first: KeyTimer): Map<number, KeyTimer> {
  const map = new Map<number, KeyTimer>();
  for (let timer: KeyTimer | undefined = first; timer !== undefined; timer = timer.next)
    map.set(timer.time, timer);
  return map;
}
