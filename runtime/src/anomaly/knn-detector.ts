import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import {
  createRecent,
  createRoughRecent,
  isFull,
  meanOf,
  pushRecent,
  type RecentValues,
} from './recent-values.ts';
import { createTail, tailSurprise, type TailState } from './tail-model.ts';

/** Options of `knnDetector`. */
export interface KnnOptions {
  /** Points of an embedding, default 8. */
  readonly dimension?: number;
  /** Records from one point to the next; a point is the mean of so many. Default 1. */
  readonly stride?: number;
  /** How many nearest embeddings count, default 3. */
  readonly neighbours?: number;
  /** Records that are remembered, default 1000. */
  readonly history?: number;
  /** Records that are not scored, default 50 more than an embedding is long. */
  readonly warmUp?: number;
}

/** State of `knnDetector`. */
interface KnnState {
  readonly recent: RecentValues;
  /** A ring of the means of `stride` records, one a record, as they differ from the first. */
  readonly points: RecentValues;
  /** The first record. */
  origin: number;
  readonly tail: TailState;
}

/**
 * Mean distance of the last records, taken as one point in space, from the most similar stretches of the past, and how
 * rarely it was as large: a conformal measure (Burnaev and Ishimtsev, "Conformalized density- and distance-based anomaly
 * detection in time-series data", 2016), with the tail of `tailDetector` in place of the rank among past distances.
 * Finds shapes that were not seen before, at levels that were.
 * @throws {TidemarkError} `bad-argument` for an option that is no whole number
 * @example
 * const detector = knnDetector({ dimension: 4 });
 * const state = detector.createState();
 * // It goes up and down, and once it stays.
 * const values = Array.from({ length: 300 }, (_, i) => (i > 200 && i < 206 ? 5 : 5 + 5 * Math.sin(i)));
 * const scores = values.map((value, i) => detector.score(state, value, i));
 * const place = scores.indexOf(Math.max(...scores));
 * [place > 200, place < 210]; // → [true, true]
 */
export function knnDetector(options: KnnOptions = {}): AnomalyDetector {
  const dimension = wholeNumber('dimension', options.dimension ?? 8, 1);
  const stride = wholeNumber('stride', options.stride ?? 1, 1);
  const neighbours = wholeNumber('neighbours', options.neighbours ?? 3, 1);
  const length = dimension * stride;
  const history = wholeNumber('history', options.history ?? 1_000, 4 * length + neighbours);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? length + 50, 1);
  // Neighbouring embeddings of means are all but the same: every other one does.
  const every = Math.max(1, stride >> 1);
  const now = new Float64Array(dimension);
  const nearest = new Float64Array(neighbours);

  /** The embedding that ends so many records ago, squared distance from `now`; stops where it is too far. */
  function distanceFrom(points: RecentValues, ago: number, tooFar: number): number {
    const { values, next } = points;
    let at = next - 1 - ago;
    if (at < 0) at += values.length;
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      const difference = now[i]! - values[at]!;
      sum += difference * difference;
      if (sum >= tooFar) return sum;
      at -= stride;
      if (at < 0) at += values.length;
    }
    return sum;
  }

  function meanDistance(points: RecentValues): number {
    for (let i = 0; i < dimension; i++) {
      const at = points.next - 1 - i * stride;
      now[i] = points.values[at < 0 ? at + points.values.length : at]!;
    }
    nearest.fill(Infinity);
    const last = neighbours - 1;
    // Those that overlap with the last records are similar because they are the same.
    for (let ago = length; ago + length <= points.count; ago += every) {
      const distance = distanceFrom(points, ago, nearest[last]!);
      if (distance >= nearest[last]!) continue;
      let at = last;
      for (; at > 0 && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!;
      nearest[at] = distance;
    }
    let sum = 0;
    for (let i = 0; i < neighbours; i++) sum += Math.sqrt(nearest[i]!);
    return sum / neighbours;
  }

  return {
    name: `nearest neighbours ${dimension}×${stride}`,
    parameters: { dimension, stride, neighbours, history, warmUp },
    warmUp,
    createState: (): KnnState => ({
      recent: createRecent(stride),
      points: createRoughRecent(history),
      origin: NaN,
      tail: createTail(),
    }),
    score(state: KnnState, value: number) {
      if (!Number.isFinite(value)) return 0;
      const { recent, points, tail } = state;
      if (Number.isNaN(state.origin)) state.origin = value;
      pushRecent(recent, value - state.origin);
      if (!isFull(recent)) return 0;
      pushRecent(points, meanOf(recent));
      if (points.count < Math.max(warmUp, 2 * length + neighbours * every)) return 0;
      return scoreOf(tailSurprise(tail, meanDistance(points)));
    },
  };
}
