import type { AnomalyDetector } from 'tidemark';
import { normalSurprise } from '../../runtime/src/anomaly/normal-distribution.ts';
import {
  createRecent,
  deviationOf,
  meanOf,
  pushRecent,
  type RecentValues,
} from '../../runtime/src/anomaly/recent-values.ts';

interface WindowState {
  readonly recent: RecentValues;
  mean: number;
  deviation: number;
  since: number;
}

/** What the normal distribution has on one side only is half of both. */
const ONE_SIDE = Math.log10(2);

/**
 * The windowed Gaussian of the benchmark, from its description: the tail probability Q of a value on one side, with mean and
 * deviation of the last 6400 records, computed anew for every record until there are so many and every 100 from then on. Its
 * score is 1 − Q in floating point, and its published threshold 1: what is so far out that Q is lost. A check of the
 * scorer, since its score is published; for use there is `gaussianDetector`.
 */
export const windowedGaussian: AnomalyDetector = {
  name: 'windowed Gaussian, published',
  warmUp: 1,
  createState: (): WindowState => ({ recent: createRecent(6400), mean: 0, deviation: 1, since: 0 }),
  score(state: WindowState, value: number): number {
    const { recent } = state;
    const surprise = normalSurprise((value - state.mean) / state.deviation) + ONE_SIDE;
    const score = recent.count === 0 ? 0 : 1 - 10 ** -surprise;
    const wasFull = recent.count === recent.values.length;
    pushRecent(recent, value);
    state.since += 1;
    if (!wasFull || state.since === 100) {
      state.since = 0;
      state.mean = meanOf(recent);
      state.deviation = deviationOf(recent, state.mean) || 1e-6;
    }
    return score;
  },
};
