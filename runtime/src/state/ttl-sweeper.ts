import { unsupported } from '../errors.ts';
import type { StateColumn } from './state-column.ts';
import type { TtlEntry, TtlScope } from './ttl.ts';

/** Slots looked at in one go; the rest of a pass follows after 1 ms of the clock. */
const SLOTS_AT_ONCE = 4096;

/** The slots of keyed state as a sweep goes through them. */
export interface SweptSlots {
  readonly slotCount: number;
  /** Where the current key keeps what expires. */
  readonly expiringCells: readonly StateColumn[];
  /** Makes the slot's key current while `work` runs; does nothing for a free slot. */
  withSlot(slot: number, work: () => void): void;
}

/** What a cut must know of sweeps: when the next one is due, and the shortest time to live seen, in ms. */
export interface SweepSnapshot {
  readonly nextTime: number;
  readonly shortest: number;
}

/**
 * Takes away what has expired and is not touched any more, so that memory does not grow with every key ever seen. It
 * goes by the lane's clock, as timers do, and not oftener than twice in a time to live.
 */
export class TtlSweeper implements TtlScope {
  readonly #slots: SweptSlots;
  #clock: (() => number) | undefined;
  #shortest = Infinity;
  /** The next slot of the pass, and when something will expire that the pass has left or that was written since. */
  #at = 0;
  #earliest = Infinity;
  /** When to sweep next, on the lane's clock; `Infinity` if nothing can expire. */
  nextTime = Infinity;

  constructor(slots: SweptSlots) {
    this.#slots = slots;
  }

  /** The clock of the lane; known when the operator opens. */
  set clock(clock: () => number) {
    this.#clock = clock;
  }

  now(): number {
    if (this.#clock !== undefined) return this.#clock();
    throw unsupported(
      'A time to live',
      'this state has no clock.',
      'Keep it in a process function on a keyed stream.',
    );
  }

  /** `undefined` if nothing can expire. */
  snapshot(): SweepSnapshot | undefined {
    const { nextTime } = this;
    return nextTime === Infinity ? undefined : { nextTime, shortest: this.#shortest };
  }

  restore(snapshot: SweepSnapshot | undefined): void {
    this.nextTime = snapshot?.nextTime ?? Infinity;
    this.#shortest = snapshot?.shortest ?? Infinity;
    this.#at = 0;
  }

  written(timeToLive: number): void {
    const expiry = this.now() + timeToLive;
    if (timeToLive < this.#shortest) this.#shortest = timeToLive;
    if (expiry < this.#earliest) this.#earliest = expiry;
    // A pass that is under way ends with what is earliest.
    if (this.#at === 0 && this.nextTime > expiry + timeToLive) this.nextTime = expiry;
  }

  /** Goes on with the pass, or begins one. */
  sweep(): void {
    const now = this.now();
    const slots = this.#slots;
    if (this.#at === 0) this.#earliest = Infinity;
    const end = this.#at + SLOTS_AT_ONCE;
    const visit = (): void => {
      for (const cell of slots.expiringCells) {
        const next = sweepCell(cell, now);
        if (next < this.#earliest) this.#earliest = next;
      }
    };
    for (; this.#at < slots.slotCount && this.#at < end; this.#at++) slots.withSlot(this.#at, visit);
    if (this.#at < slots.slotCount) {
      this.nextTime = now + 1;
      return;
    }
    this.#at = 0;
    const spacing = Math.max(1, Math.floor(this.#shortest / 2));
    this.nextTime = this.#earliest === Infinity ? Infinity : Math.max(this.#earliest, now + spacing);
  }
}

/** Removes what has expired; returns when there is something to remove next, `Infinity` if nothing is left. */
function sweepCell(cell: StateColumn, now: number): number {
  const held = cell.peek() as TtlEntry | TtlEntry[] | Map<unknown, TtlEntry> | undefined;
  if (held === undefined) return Infinity;
  if (Array.isArray(held)) {
    const left = held.filter(({ sweepAt }) => sweepAt > now);
    if (left.length < held.length) cell.set(left.length === 0 ? undefined : left);
    return left.reduce((next, { sweepAt }) => Math.min(next, sweepAt), Infinity);
  }
  if (held instanceof Map) return sweepMap(cell, held, now);
  if (held.sweepAt > now) return held.sweepAt;
  cell.set(undefined);
  return Infinity;
}

function sweepMap(cell: StateColumn, held: Map<unknown, TtlEntry>, now: number): number {
  let next = Infinity;
  let touched = false;
  for (const [key, { sweepAt }] of held) {
    if (sweepAt > now) next = Math.min(next, sweepAt);
    else {
      // As one who may change it: a cut that is being written must have it as it was.
      if (!touched) cell.get();
      touched = true;
      held.delete(key);
    }
  }
  if (held.size === 0) cell.set(undefined);
  return next;
}
