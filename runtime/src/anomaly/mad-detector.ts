import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { deviationsFrom, normalSurprise } from './normal-distribution.ts';
import { createRecent, pushRecent, type RecentValues } from './recent-values.ts';

/** Options of `madDetector`. */
export interface MadOptions {
  /** Records of the window, default 200. */
  readonly size?: number;
  /** Records that are not scored, default 20. */
  readonly warmUp?: number;
}

/** A normal distribution's deviation in multiples of its median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826;

/**
 * Distance from the median of a sliding window in multiples of its median absolute deviation, which a few outliers do not move
 * (Leys et al., "Detecting outliers: do not use standard deviation around the mean, use absolute deviation around the
 * median", 2013).
 * @throws {TidemarkError} `bad-argument` for an option that is no whole number
 * @example
 * const detector = madDetector({ size: 100, warmUp: 4 });
 * const state = detector.createState();
 * const scores = [20, 21, 19, 20, 60, 22, 61].map((value, i) => detector.score(state, value, i));
 * scores.map((score) => score > 0.999); // → [false, false, false, false, true, false, true]
 */
export function madDetector(options: MadOptions = {}): AnomalyDetector {
  const size = wholeNumber('size', options.size ?? 200, 2);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? 20, 1);
  const sorted = new Float64Array(size);
  return {
    name: 'median and MAD',
    parameters: { size, warmUp },
    warmUp,
    createState: (): RecentValues => createRecent(size),
    score(recent: RecentValues, value: number) {
      if (!Number.isFinite(value)) return 0;
      let surprise = 0;
      if (recent.count >= Math.min(warmUp, size)) {
        const { count } = recent;
        const work = sorted.subarray(0, count);
        work.set(recent.values.subarray(0, count));
        const median = medianOf(work.sort());
        for (let i = 0; i < count; i++) work[i] = Math.abs(work[i]! - median);
        surprise = normalSurprise(deviationsFrom(median, DEVIATION_PER_MAD * medianOf(work.sort()), value));
      }
      pushRecent(recent, value);
      return scoreOf(surprise);
    },
  };
}

function medianOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
