import type { PackedState, StateLayout } from './packed-state.ts';

/** Weight of the newest season. */
const NEWEST = 0.3;

/** The part of the season in which a time (epoch ms) lies. */
export function slotOf(slots: number, period: number, timestamp: number): number {
  const place = timestamp % period;
  return Math.floor(((place < 0 ? place + period : place) / period) * slots);
}

/** What was usual at each part of a season, such as each hour of a day. */
export class Season {
  readonly #slots: number;
  /** Places of what is usual, one a slot; NaN where nothing was learned. */
  readonly #usual: number;
  /** The slot that is being collected, −1 before the first. */
  readonly #slot: number;
  readonly #sum: number;
  readonly #count: number;

  /** @param slots how many parts it has */
  constructor(layout: StateLayout, slots: number) {
    this.#slots = slots;
    this.#usual = layout.floats(slots);
    this.#slot = layout.numbers(1);
    this.#sum = layout.numbers(1);
    this.#count = layout.numbers(1);
  }

  begin({ floats, numbers }: PackedState): void {
    floats.fill(NaN, this.#usual, this.#usual + this.#slots);
    numbers[this.#slot] = -1;
  }

  /**
   * How far a value is above (or, negative, below) all of what was usual in this part of the season and in its two
   * neighbours: what comes a little earlier or later than the day before is no surprise. NaN where nothing was learned.
   */
  residual({ floats }: PackedState, slot: number, value: number): number {
    const slots = this.#slots;
    let [low, high] = [Infinity, -Infinity];
    for (let step = -1; step <= 1; step++) {
      const each = floats[this.#usual + ((slot + step + slots) % slots)]!;
      // Nothing is learned yet, or records are further apart than slots.
      if (Number.isNaN(each)) {
        if (step === 0) return NaN;
        continue;
      }
      if (each < low) low = each;
      if (each > high) high = each;
    }
    return value > high ? value - high : value < low ? value - low : 0;
  }

  /** Learns a value; a slot's usual value changes once the slot is over. */
  learn({ floats, numbers }: PackedState, slot: number, value: number): void {
    const collected = numbers[this.#slot]!;
    if (slot !== collected) {
      const count = numbers[this.#count]!;
      if (count > 0) {
        const mean = numbers[this.#sum]! / count;
        const usual = floats[this.#usual + collected]!;
        floats[this.#usual + collected] = Number.isNaN(usual) ? mean : usual + NEWEST * (mean - usual);
      }
      numbers[this.#slot] = slot;
      numbers[this.#sum] = 0;
      numbers[this.#count] = 0;
    }
    numbers[this.#sum]! += value;
    numbers[this.#count]! += 1;
  }
}
