/** What is known of how a statistic is distributed: its largest values so far. */
export interface TailState {
  /** How many values there were. */
  seen: number;
  /** How many of `largest` are in use. */
  kept: number;
  /** In descending order, in single precision: what is compared with them is rounded as they are. */
  readonly largest: Float32Array;
  mean: number;
  /** Mean distance from the mean. */
  spread: number;
}

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

/** The tail of a statistic that has not been seen. */
export function createTail(): TailState {
  return { seen: 0, kept: 0, largest: new Float32Array(LARGEST), mean: 0, spread: 0 };
}

/**
 * −log10 of the probability that the statistic is at least this large, by the method of peaks over a threshold
 * (Pickands, "Statistical inference using extreme order statistics", 1975; for streams: Siffer et al., "Anomaly detection
 * in streams with extreme value theory", 2017) with an exponential tail: the rank among what was seen; beyond all of it,
 * how far against the mean excess of the tail. Then learns the value.
 * @param value by how much it differs matters, not where it lies: a large part that all values share is to be left out
 */
export function tailSurprise(tail: TailState, value: number): number {
  const rounded = Math.fround(value);
  const surprise = surpriseIn(tail, rounded);
  learn(tail, rounded);
  return surprise;
}

function surpriseIn(tail: TailState, value: number): number {
  const { seen, kept, largest } = tail;
  if (seen < LEAST_SEEN) return 0;
  const most = largest[0]!;
  if (value <= most) {
    const rank = countAtLeast(largest, kept, value);
    return rank === kept ? 0 : Math.log10((seen + 1) / (rank + 1));
  }
  const excess = meanExcess(tail);
  return Math.log10(seen + 1) + (excess > 0 ? ((value - most) / excess) * Math.LOG10E : BEYOND_CONSTANT);
}

function meanExcess({ seen, kept, largest, spread }: TailState): number {
  const peaks = Math.max(LEAST_IN_TAIL, Math.min(kept - 1, Math.floor(TAIL * seen)));
  const threshold = largest[peaks]!;
  let sum = 0;
  for (let i = 0; i < peaks; i++) sum += largest[i]! - threshold;
  return Math.max(sum / peaks, LEAST_EXCESS * spread);
}

function learn(tail: TailState, value: number): void {
  const { largest } = tail;
  tail.seen += 1;
  tail.mean += (value - tail.mean) / tail.seen;
  tail.spread += (Math.abs(value - tail.mean) - tail.spread) / tail.seen;
  if (tail.kept === LARGEST && value <= largest[LARGEST - 1]!) return;
  let at = tail.kept < LARGEST ? tail.kept++ : LARGEST - 1;
  for (; at > 0 && largest[at - 1]! < value; at--) largest[at] = largest[at - 1]!;
  largest[at] = value;
}

/** How many of the kept values are at least this large. */
function countAtLeast(largest: Float32Array, kept: number, value: number): number {
  let [low, high] = [0, kept];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (largest[middle]! >= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
