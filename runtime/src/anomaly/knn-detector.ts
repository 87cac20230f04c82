import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { PackedRecent } from './packed-recent.ts';
import { packable, type PackedScorer, type PackedState, type StateLayout } from './packed-state.ts';
import { Tail } from './tail-model.ts';

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

  function placeIn(layout: StateLayout): PackedScorer {
    const recent = new PackedRecent(layout, stride);
    // A ring of the means of `stride` records, one a record, as they differ from the first: seven digits of each will do.
    const points = layout.floats(history);
    const next = layout.numbers(1);
    const count = layout.numbers(1);
    // The first record.
    const origin = layout.numbers(1);
    const tail = new Tail(layout);

    function pushPoint({ floats, numbers }: PackedState, value: number): void {
      const place = numbers[next]!;
      floats[points + place] = value;
      numbers[next] = place + 1 === history ? 0 : place + 1;
      if (numbers[count]! < history) numbers[count]! += 1;
    }

    /** The embedding whose last point is at this place of the ring, squared distance from `now`; stops where it is too far. */
    function distanceFrom(floats: Float32Array, last: number, tooFar: number): number {
      let at = last;
      let sum = 0;
      for (let i = 0; i < dimension; i++) {
        const difference = now[i]! - floats[points + at]!;
        sum += difference * difference;
        if (sum >= tooFar) return sum;
        at -= stride;
        if (at < 0) at += history;
      }
      return sum;
    }

    function meanDistance({ floats, numbers }: PackedState): number {
      const newest = numbers[next]! - 1;
      const known = numbers[count]!;
      for (let i = 0; i < dimension; i++) {
        const at = newest - i * stride;
        now[i] = floats[points + (at < 0 ? at + history : at)]!;
      }
      nearest.fill(Infinity);
      const last = neighbours - 1;
      // Those that overlap with the last records are similar because they are the same.
      for (let ago = length; ago + length <= known; ago += every) {
        const place = newest - ago;
        const distance = distanceFrom(floats, place < 0 ? place + history : place, nearest[last]!);
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
      begin: () => undefined,
      score: (state, value) => {
        if (!Number.isFinite(value)) return 0;
        const { numbers } = state;
        if (recent.count(state) === 0) numbers[origin] = value;
        recent.push(state, value - numbers[origin]!);
        if (!recent.isFull(state)) return 0;
        pushPoint(state, recent.mean(state));
        if (numbers[count]! < Math.max(warmUp, 2 * length + neighbours * every)) return 0;
        return scoreOf(tail.surprise(state, meanDistance(state)));
      },
    };
  }

  const name = `nearest neighbours ${dimension}×${stride}`;
  return packable({ name, parameters: { dimension, stride, neighbours, history, warmUp }, warmUp }, placeIn);
}
