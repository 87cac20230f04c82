import { TimerQueue, type Timer } from '../time/timer-queue.ts';
import { settle, type Entries, type KeyedTable } from './entries.ts';
import { KeyIndex } from './key-index.ts';
import { SlotTable } from './slot-table.ts';

type KeyTimer = Timer<unknown>;

/** A key with more timers has a map of them. */
const LONGEST_CHAIN = 16;
/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;

/** Timers of one time domain by key: the same key and time are one timer. A key's few timers are a chain. */
export class KeyedTimers extends SlotTable implements KeyedTable {
  readonly name: string;
  /** Times and places in the order of registration, by turns. */
  readonly columns = ['timers'];
  readonly #queue = new TimerQueue<unknown>();
  #index = new KeyIndex();
  /** By the slots of the index. */
  #byKey: (KeyTimer | Map<number, KeyTimer> | undefined)[] = [];

  /** @param name tells it from what else its operator keeps */
  constructor(name = 'timers') {
    super();
    this.name = name;
  }

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
    this.grow(slot);
    const first = byKey[slot];
    if (first instanceof Map) {
      if (first.has(time)) return;
      if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
      first.set(time, this.#queue.add(time, key));
      return;
    }
    let length = 0;
    for (let timer = first; timer !== undefined; timer = timer.next) {
      if (timer.time === time) return;
      length++;
    }
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
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

  get slotCount(): number {
    return this.#byKey.length;
  }

  keyAt(slot: number): unknown {
    return this.#index.keys[slot];
  }

  valueAt(slot: number): unknown {
    const first = this.#byKey[slot];
    if (first === undefined) return undefined;
    const timers: number[] = [];
    if (first instanceof Map) for (const { time, order } of first.values()) timers.push(time, order);
    else
      for (let timer: KeyTimer | undefined = first; timer; timer = timer.next)
        timers.push(timer.time, timer.order);
    return timers;
  }

  restore(entries: readonly Entries[]): void {
    const { keys, columns } = settle(entries);
    this.#index.restore(keys);
    this.grow(keys.length);
    columns['timers']?.forEach((held, slot) =>
      this.#put(slot, keys[slot], (held ?? []) as readonly number[]),
    );
    this.#queue.settle();
  }

  /** Puts a key's timers back, in the chain they were in. */
  #put(slot: number, key: unknown, held: readonly number[]): void {
    const chain: KeyTimer[] = [];
    for (let at = 0; at < held.length; at += 2) chain.push(this.#queue.add(held[at]!, key, held[at + 1]));
    chain.forEach((timer, at) => (timer.next = chain[at + 1]));
    this.#byKey[slot] =
      chain.length <= LONGEST_CHAIN ? chain[0] : new Map(chain.map((timer) => [timer.time, timer]));
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
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
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
