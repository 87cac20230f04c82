import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { createRecent, isFull, pushRecent, type RecentValues } from './recent-values.ts';
import { StateLayout, type PackedState } from './packed-state.ts';
import { Tail } from './tail-model.ts';

/** Options of `halfSpaceTreesDetector`. */
export interface HalfSpaceTreesOptions {
  /** Values that are looked at together, the last ones of the series; default 4. */
  readonly dimension?: number;
  /** How many trees, default 25. */
  readonly trees?: number;
  /** How often each tree halves space, 1 to 15, default 6. */
  readonly depth?: number;
  /** Records after which the trees take over what they have counted, default 250. The first of them fix how wide space is, the second are counted, so that as many again are not scored. */
  readonly window?: number;
  /** Of the trees, default 1. */
  readonly seed?: number;
}

/** State of `halfSpaceTreesDetector`. */
interface HalfSpaceTreesState {
  seen: number;
  /** Of the first window: space is as wide again on either side. */
  low: number;
  high: number;
  readonly recent: RecentValues;
  /** Records by tree and node, of the window before and of the present one. */
  mass: Uint32Array;
  counting: Uint32Array;
  readonly tail: PackedState;
}

/**
 * Half-space trees (Tan, Ting and Liu, "Fast anomaly detection for streaming data", 2011): each tree halves space at random
 * again and again, and counts the records in each part; where few were, a record is unusual. How unusual is said by the
 * tail of `tailDetector` over the trees' mean mass.
 * @throws {TidemarkError} `bad-argument` for an option out of its range
 * @example
 * const detector = halfSpaceTreesDetector({ window: 100 });
 * const state = detector.createState();
 * const values = Array.from({ length: 400 }, (_, i) => (i === 350 ? 14 : 5 + 5 * Math.sin(i)));
 * const scores = values.map((value, i) => detector.score(state, value, i));
 * scores.findIndex((score, i) => i > 300 && score > 0.99); // → 350
 */
export function halfSpaceTreesDetector(options: HalfSpaceTreesOptions = {}): AnomalyDetector {
  const dimension = wholeNumber('dimension', options.dimension ?? 4, 1);
  const trees = wholeNumber('trees', options.trees ?? 25, 1);
  const depth = wholeNumber('depth', Math.min(options.depth ?? 6, 15), 1);
  const window = wholeNumber('window', options.window ?? 250, 20);
  const seed = wholeNumber('seed', options.seed ?? 1, 0);
  const nodes = 2 ** (depth + 1);
  // A part with so few records is not looked into any further.
  const fewest = Math.max(1, Math.floor(window / 10));
  const lower = new Float64Array(dimension);
  const upper = new Float64Array(dimension);

  /** Walks down a tree, counts, and gives the mass of the part where the walk of the window before would end. */
  function massIn(state: HalfSpaceTreesState, tree: number): number {
    const width = state.high - state.low || 1;
    for (let axis = 0; axis < dimension; axis++) {
      // A work space of its own for every tree, wider than the data by a random part.
      const shift = randomOf(seed, tree, nodes + axis);
      lower[axis] = state.low - width * shift;
      upper[axis] = state.high + width * (1 - shift);
    }
    let node = 1;
    let mass = -1;
    for (let level = 0; ; level++) {
      const at = tree * nodes + node;
      state.counting[at]! += 1;
      const here = state.mass[at]!;
      if (mass < 0 && (here <= fewest || level === depth)) mass = here * 2 ** level;
      if (level === depth) return mass;
      const axis = Math.floor(randomOf(seed, tree, node) * dimension);
      const middle = (lower[axis]! + upper[axis]!) / 2;
      const isUpper = state.recent.values[(state.recent.next + axis) % dimension]! >= middle;
      if (isUpper) lower[axis] = middle;
      else upper[axis] = middle;
      node = 2 * node + (isUpper ? 1 : 0);
    }
  }

  const layout = new StateLayout();
  const tail = new Tail(layout);
  return {
    name: 'half-space trees',
    parameters: { dimension, trees, depth, window, seed, packed: true },
    warmUp: 2 * window,
    createState: (): HalfSpaceTreesState => ({
      seen: 0,
      low: Infinity,
      high: -Infinity,
      recent: createRecent(dimension),
      mass: new Uint32Array(trees * nodes),
      counting: new Uint32Array(trees * nodes),
      tail: layout.create(),
    }),
    score(state: HalfSpaceTreesState, value: number) {
      if (!Number.isFinite(value)) return 0;
      pushRecent(state.recent, value);
      state.seen += 1;
      if (state.seen <= window) {
        state.low = Math.min(state.low, value);
        state.high = Math.max(state.high, value);
        return 0;
      }
      if (!isFull(state.recent)) return 0;
      let mass = 0;
      for (let tree = 0; tree < trees; tree++) mass += massIn(state, tree);
      const isCounted = state.seen > 2 * window;
      if (state.seen % window === 0) {
        [state.mass, state.counting] = [state.counting, state.mass.fill(0)];
      }
      return isCounted ? scoreOf(tail.surprise(state.tail, -Math.log2(1 + mass / trees))) : 0;
    },
  };
}

/** A number in 0 to 1 for a place in a tree, the same each time (a finalizer of MurmurHash3 over the three). */
function randomOf(seed: number, tree: number, place: number): number {
  let hash =
    Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(tree + 1, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}
