import { settle, type Entries, type KeyedTable } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import { SlotTable } from '../state/slot-table.ts';
import { TimerQueue, type Timer } from '../time/timer-queue.ts';

/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;
/** Fields of a session as it is written. */
const FIELDS = 5;

/** A session that has not fired. Those of one key neither overlap nor touch. */
export interface Session {
  readonly key: unknown;
  /** Its key's, as long as the key has sessions. */
  readonly slot: number;
  start: number;
  end: number;
  accumulator: unknown;
  /** The key's other sessions. */
  next: Session | undefined;
  /** True once it is part of another. */
  merged: boolean;
  timer: Timer<Session> | undefined;
}

/** The open sessions of all keys with their timers: a short list a key. */
export class SessionTable extends SlotTable implements KeyedTable {
  readonly name = 'sessions';
  /** Start, end, time and place of the timer, and accumulator of each in turn. */
  readonly columns = ['sessions'];
  readonly timers = new TimerQueue<Session>();
  #index = new KeyIndex();
  /** The first session of each key, by the slots of the index. */
  readonly #first: (Session | undefined)[] = [];
  /** Number of sessions. */
  size = 0;

  get slotCount(): number {
    return this.#first.length;
  }

  keyAt(slot: number): unknown {
    return this.#index.keys[slot];
  }

  valueAt(slot: number): unknown {
    if (this.#first[slot] === undefined) return undefined;
    const written: unknown[] = [];
    for (
      let session: Session | undefined = this.#first[slot];
      session !== undefined;
      session = session.next
    ) {
      const { start, end, timer, accumulator } = session;
      written.push(start, end, timer!.time, timer!.order, accumulator);
    }
    return written;
  }

  restore(entries: readonly Entries[]): void {
    const { keys, columns } = settle(entries);
    this.#index.restore(keys);
    this.grow(keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      this.#first.push(undefined);
      const written = (columns['sessions']?.[slot] ?? []) as readonly unknown[];
      // Each is put before those of its key that are there, so the last comes first.
      for (let at = written.length - FIELDS; at >= 0; at -= FIELDS) {
        const [start, end, time, order, accumulator] = written.slice(at) as [
          number,
          number,
          number,
          number,
          unknown,
        ];
        const session = this.#put(slot, keys[slot], start, end, accumulator);
        session.timer = this.timers.add(time, session, order);
      }
    }
    this.timers.settle();
  }

  /** The key's slot, −1 if it has no session; what is in it may then be changed. */
  find(key: unknown): number {
    const slot = this.#index.find(key);
    if (slot >= 0 && this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    return slot;
  }

  /** A session is about to change. */
  touchSession({ slot }: Session): void {
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
  }

  first(slot: number): Session | undefined {
    return this.#first[slot];
  }

  /** Adds a session that fires at its end. */
  add(key: unknown, start: number, end: number, accumulator: unknown): Session {
    const slot = this.#index.slotOf(key);
    while (this.#first.length <= slot) this.#first.push(undefined);
    this.grow(slot);
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    const session = this.#put(slot, key, start, end, accumulator);
    session.timer = this.timers.add(end - 1, session);
    return session;
  }

  /** Takes a session out of its key's list. */
  remove(session: Session): void {
    const { slot } = session;
    this.touchSession(session);
    this.size--;
    let before = this.#first[slot];
    if (before === session) {
      this.#first[slot] = session.next;
    } else {
      while (before!.next !== session) before = before!.next;
      before!.next = session.next;
    }
    if (this.#first[slot] !== undefined) return;
    this.#index.delete(session.key);
    if (this.size === 0 && this.#first.length > KEPT_SLOTS) this.#shrink();
  }

  #put(slot: number, key: unknown, start: number, end: number, accumulator: unknown): Session {
    const next = this.#first[slot];
    const session: Session = { key, slot, start, end, accumulator, next, merged: false, timer: undefined };
    this.#first[slot] = session;
    this.size++;
    return session;
  }

  /** Gives the memory of many keys back when none is left. */
  #shrink(): void {
    this.#index = new KeyIndex();
    this.#first.length = 0;
  }
}
