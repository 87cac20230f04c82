import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { deviationsFrom, normalSurprise } from './normal-distribution.ts';
import { createRecent, deviationOf, meanOf, pushRecent, type RecentValues } from './recent-values.ts';

/** Options of `gaussianDetector`. */
export interface GaussianOptions {
  /** Records of the window, default 1000. */
  readonly size?: number;
  /** Records after which mean and deviation are computed anew, default 1. */
  readonly step?: number;
  /** Records that are not scored, default 20. */
  readonly warmUp?: number;
}

/** State of `gaussianDetector`. */
interface GaussianState {
  readonly recent: RecentValues;
  mean: number;
  deviation: number;
  sinceStep: number;
}

/**
 * The tail probability of a value under a normal distribution with the mean and deviation of a sliding window: the
 * windowed Gaussian of the Numenta Anomaly Benchmark (Ahmad et al., "Unsupervised real-time anomaly detection for streaming
 * data", 2017).
 * @throws {TidemarkError} `bad-argument` for an option that is no whole number
 * @example
 * const detector = gaussianDetector({ size: 100, warmUp: 4 });
 * const state = detector.createState();
 * const scores = [20, 21, 19, 20, 60].map((value, i) => detector.score(state, value, i));
 * scores.map((score) => score > 0.999); // → [false, false, false, false, true]
 */
export function gaussianDetector(options: GaussianOptions = {}): AnomalyDetector {
  const size = wholeNumber('size', options.size ?? 1_000, 2);
  const step = wholeNumber('step', options.step ?? 1, 1);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? 20, 1);
  return {
    name: 'windowed Gaussian',
    parameters: { size, step, warmUp },
    warmUp,
    createState: (): GaussianState => ({ recent: createRecent(size), mean: 0, deviation: 0, sinceStep: 0 }),
    score(state: GaussianState, value: number) {
      if (!Number.isFinite(value)) return 0;
      const { recent } = state;
      const surprise =
        recent.count < Math.min(warmUp, size)
          ? 0
          : normalSurprise(deviationsFrom(state.mean, state.deviation, value));
      const wasFull = recent.count === size;
      pushRecent(recent, value);
      state.sinceStep += 1;
      if (!wasFull || state.sinceStep >= step) {
        state.sinceStep = 0;
        state.mean = meanOf(recent);
        state.deviation = deviationOf(recent, state.mean);
      }
      return scoreOf(surprise);
    },
  };
}
