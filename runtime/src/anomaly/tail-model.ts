import type { PackedState, StateLayout } from './packed-state.ts';

/** How many of the largest values are kept. */
const LARGEST = 64;
/** The tail is at most this part of all values. */
const TAIL = 0.05;
const LEAST_SEEN = 20;
const LEAST_IN_TAIL = 3;
/** Least mean excess in multiples of the spread: what is bounded, or all but constant, has no tail to speak of. */
const LEAST_EXCESS = 0.2;
/** How much rarer than all that was seen a value counts, in powers of ten, where all that was seen is the same. */
const BEYOND_CONSTANT = 3;

/**
 * What is known of how a statistic is distributed, by its largest values so far: the method of peaks over a threshold
 * (Pickands, "Statistical inference using extreme order statistics", 1975; for streams: Siffer et al., "Anomaly detection
 * in streams with extreme value theory", 2017) with an exponential tail.
 */
export class Tail {
  /** Places of the largest values: in descending order, in single precision. What is compared with them is rounded as they are. */
  readonly #largest: number;
  /** How many values there were. */
  readonly #seen: number;
  /** How many of the largest are in use. */
  readonly #kept: number;
  readonly #mean: number;
  /** Mean distance from the mean. */
  readonly #spread: number;

  constructor(layout: StateLayout) {
    this.#largest = layout.floats(LARGEST);
    this.#seen = layout.numbers(1);
    this.#kept = layout.numbers(1);
    this.#mean = layout.numbers(1);
    this.#spread = layout.numbers(1);
  }

  /**
   * −log10 of the probability that the statistic is at least this large: the rank among what was seen; beyond all of it, how
   * far against the mean excess of the tail. Then learns the value.
   * @param value by how much it differs matters, not where it lies: a large part that all values share is to be left out
   */
  surprise(state: PackedState, value: number): number {
    const rounded = Math.fround(value);
    const surprise = this.#surpriseOf(state, rounded);
    this.#learn(state, rounded);
    return surprise;
  }

  #surpriseOf(state: PackedState, value: number): number {
    const { floats, numbers } = state;
    const seen = numbers[this.#seen]!;
    const kept = numbers[this.#kept]!;
    if (seen < LEAST_SEEN) return 0;
    const most = floats[this.#largest]!;
    if (value <= most) {
      const rank = this.#countAtLeast(floats, kept, value);
      return rank === kept ? 0 : Math.log10((seen + 1) / (rank + 1));
    }
    const excess = this.#meanExcess(state, seen, kept);
    return Math.log10(seen + 1) + (excess > 0 ? ((value - most) / excess) * Math.LOG10E : BEYOND_CONSTANT);
  }

  #meanExcess({ floats, numbers }: PackedState, seen: number, kept: number): number {
    const peaks = Math.max(LEAST_IN_TAIL, Math.min(kept - 1, Math.floor(TAIL * seen)));
    const first = this.#largest;
    const threshold = floats[first + peaks]!;
    let sum = 0;
    for (let i = first; i < first + peaks; i++) sum += floats[i]! - threshold;
    return Math.max(sum / peaks, LEAST_EXCESS * numbers[this.#spread]!);
  }

  #learn({ floats, numbers }: PackedState, value: number): void {
    const seen = numbers[this.#seen]! + 1;
    numbers[this.#seen] = seen;
    const mean = numbers[this.#mean]! + (value - numbers[this.#mean]!) / seen;
    numbers[this.#mean] = mean;
    numbers[this.#spread]! += (Math.abs(value - mean) - numbers[this.#spread]!) / seen;
    const first = this.#largest;
    const kept = numbers[this.#kept]!;
    if (kept === LARGEST && value <= floats[first + LARGEST - 1]!) return;
    let at = first + Math.min(kept, LARGEST - 1);
    if (kept < LARGEST) numbers[this.#kept] = kept + 1;
    for (; at > first && floats[at - 1]! < value; at--) floats[at] = floats[at - 1]!;
    floats[at] = value;
  }

  /** How many of the kept values are at least this large. */
  #countAtLeast(floats: Float32Array, kept: number, value: number): number {
    let [low, high] = [0, kept];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (floats[this.#largest + middle]! >= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
