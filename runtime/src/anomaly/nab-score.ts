/** What a profile of the benchmark counts an anomaly found, a false alarm and an anomaly missed. */
export interface NabProfile {
  /** Weight of a window that was found. */
  readonly truePositive: number;
  /** Weight of a false alarm. */
  readonly falsePositive: number;
  /** Weight of a window that was missed. */
  readonly falseNegative: number;
}

/** A profile of the benchmark by name. */
export type NabProfileName = 'standard' | 'lowFalsePositives' | 'lowFalseNegatives';

/** The three profiles of NAB v1.1. */
export const NAB_PROFILES: Readonly<Record<NabProfileName, NabProfile>> = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  lowFalsePositives: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  lowFalseNegatives: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
};

/** Scores of one series in order, and the anomalies in it as first and last index. */
export interface ScoredSeries {
  readonly scores: ArrayLike<number>;
  readonly windows: readonly (readonly [first: number, last: number])[];
}

/** How scores come out at one threshold. */
export interface ThresholdOutcome {
  /** Scores of at least this much are detections. */
  readonly threshold: number;
  /** 100 for a perfect detector, 0 for one that never detects. */
  readonly score: number;
  /** Windows with a detection. */
  readonly found: number;
  /** Detections inside windows. */
  readonly inside: number;
  /** Detections outside. */
  readonly outside: number;
}

/** One record that counts, once detected. */
interface Candidate {
  readonly score: number;
  /** Of all windows of all series; -1 outside. */
  readonly window: number;
  /** Of the sigmoid, before the profile's weights: 0..1 inside a window, -1..0.. outside. */
  readonly weight: number;
}

/** What no score reaches: nothing is detected. */
const NOTHING = Infinity;

/**
 * The score of the Numenta Anomaly Benchmark, v1.1 (Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms",
 * 2015): the earliest detection in a window counts by a sigmoid of its place in it, each one outside by the sigmoid of its
 * distance from the window before, and each window without any by the weight of a miss. The first 15 % of a
 * series, at most 750 records, are not looked at.
 */
export class NabScorer {
  readonly #candidates: Candidate[] = [];
  /** How many windows count. */
  readonly windows: number;

  constructor(series: readonly ScoredSeries[]) {
    let windows = 0;
    for (const one of series) windows = this.#add(one, windows);
    this.windows = windows;
    this.#candidates.sort((a, b) => b.score - a.score);
  }

  /** At this threshold. */
  at(threshold: number, profile: NabProfile): ThresholdOutcome {
    let outcome: ThresholdOutcome | undefined;
    this.#sweep(profile, threshold, (each) => (outcome = each));
    return { ...outcome!, threshold };
  }

  /** At the threshold with the highest score, over all series; of several, the highest. */
  best(profile: NabProfile): ThresholdOutcome {
    let best: ThresholdOutcome | undefined;
    this.#sweep(profile, -Infinity, (each) => {
      if (!best || each.score > best.score) best = each;
    });
    return best!;
  }

  #add({ scores, windows }: ScoredSeries, firstWindow: number): number {
    const probation = probationLength(scores.length);
    const sorted = [...windows].sort((a, b) => a[0] - b[0]);
    let counted = 0;
    let at = 0;
    let previous: readonly [number, number] | undefined;
    for (const [first, last] of sorted) if (last >= probation && last >= first) counted += 1;
    let index = firstWindow - 1;
    let entered = -1;
    for (let row = 0; row < scores.length; row++) {
      while (at < sorted.length && row > sorted[at]![1]) previous = sorted[at++];
      const current = sorted[at];
      const inside = current !== undefined && row >= current[0];
      if (row < probation) continue;
      if (inside && entered !== at) {
        entered = at;
        index += 1;
      }
      const weight = inside ? weightInside(row, current) : weightOutside(row, previous);
      this.#candidates.push({ score: scores[row]!, window: inside ? index : -1, weight });
    }
    return firstWindow + counted;
  }

  #sweep(profile: NabProfile, lowest: number, visit: (outcome: ThresholdOutcome) => void): void {
    const { truePositive, falsePositive, falseNegative } = profile;
    const best = new Float64Array(this.windows).fill(-Infinity);
    let total = -falseNegative * this.windows;
    let [found, inside, outside] = [0, 0, 0];
    const null_ = total;
    const perfect = truePositive * this.windows;
    let threshold = NOTHING;
    const outcome = (): ThresholdOutcome => ({
      threshold,
      score: perfect === null_ ? 100 * total : (100 * (total - null_)) / (perfect - null_),
      found,
      inside,
      outside,
    });
    for (const { score, window, weight } of this.#candidates) {
      if (score !== threshold) {
        visit(outcome());
        if (score < lowest) return;
        threshold = score;
      }
      if (window < 0) {
        outside += 1;
        total += falsePositive * weight;
        continue;
      }
      inside += 1;
      const before = best[window]!;
      if (before === -Infinity) {
        found += 1;
        total += falseNegative + truePositive * weight;
        best[window] = weight;
      } else if (weight > before) {
        total += truePositive * (weight - before);
        best[window] = weight;
      }
    }
    visit(outcome());
  }
}

/** Records at the start of a series that are not scored. */
export function probationLength(records: number): number {
  return Math.floor(Math.min(0.15 * records, 0.15 * 5000));
}

/** 1 at the left edge of a window, 0.86 in its middle, near 0 at its right edge. */
function weightInside(row: number, [first, last]: readonly [number, number]): number {
  const width = last - first + 1;
  return scaledSigmoid(-(last - row + 1) / width) / scaledSigmoid(-1);
}

/** Near 0 right after a window, −1 long after it or before any. */
function weightOutside(row: number, previous: readonly [number, number] | undefined): number {
  if (!previous) return -1;
  const distance = (row - previous[1]) / (previous[1] - previous[0]);
  return distance >= 3 ? -1 : scaledSigmoid(distance);
}

function scaledSigmoid(position: number): number {
  return 2 / (1 + Math.exp(5 * position)) - 1;
}
