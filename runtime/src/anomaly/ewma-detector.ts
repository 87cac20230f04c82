import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { deviationsFrom, normalSurprise } from './normal-distribution.ts';

/** Options of `ewmaDetector`. */
export interface EwmaOptions {
  /** Records after which a value weighs half, default 50. */
  readonly halfLife?: number;
  /** Records that are not scored, default 20. */
  readonly warmUp?: number;
}

/** State of `ewmaDetector`: two moments, the smallest of all detectors. */
interface EwmaState {
  seen: number;
  mean: number;
  variance: number;
}

/**
 * Deviations from an exponentially weighted mean, as a control chart has them (Roberts, "Control chart tests based on
 * geometric moving averages", 1959); mean and variance are updated as by Finch, "Incremental calculation of weighted mean and
 * variance", 2009.
 * @throws {TidemarkError} `bad-argument` for an option that is no whole number ≥ 1
 * @example
 * const detector = ewmaDetector({ halfLife: 10, warmUp: 3 });
 * const state = detector.createState();
 * const scores = [20, 21, 19, 20, 21, 60].map((value, i) => detector.score(state, value, i));
 * scores.map((score) => score > 0.999); // → [false, false, false, false, false, true]
 */
export function ewmaDetector(options: EwmaOptions = {}): AnomalyDetector {
  const halfLife = wholeNumber('halfLife', options.halfLife ?? 50, 1);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? 20, 1);
  const weight = 1 - 0.5 ** (1 / halfLife);
  return {
    name: 'exponentially weighted',
    parameters: { halfLife, warmUp },
    warmUp,
    createState: (): EwmaState => ({ seen: 0, mean: 0, variance: 0 }),
    score(state: EwmaState, value: number) {
      if (!Number.isFinite(value)) return 0;
      const surprise =
        state.seen < warmUp
          ? 0
          : normalSurprise(deviationsFrom(state.mean, Math.sqrt(state.variance), value));
      state.seen += 1;
      // As long as there are few, all weigh the same.
      const alpha = Math.max(weight, 1 / state.seen);
      const step = alpha * (value - state.mean);
      state.mean += step;
      state.variance = (1 - alpha) * (state.variance + step * (value - (state.mean - step)));
      return scoreOf(surprise);
    },
  };
}
