/**
 * Says how unusual each value of a series is, from what came before it. A detector itself has no state and no clock:
 * `createState` makes the state of one series, plain data that can be cloned and is bounded, and `score` changes it.
 *
 * A score is 1 − p, where p is how likely a usual record is to be at least as unusual: 0.99 is seen once in a hundred
 * usual records, 0.999 once in a thousand.
 * @example
 * const detector = ewmaDetector({ halfLife: 10, warmUp: 5 });
 * const state = detector.createState();
 * const scores = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 9].map((value, i) => detector.score(state, value, i));
 * [scores[10]! < 0.9, scores[11]! > 0.999]; // → [true, true]
 */
export interface AnomalyDetector<S = unknown> {
  /** For charts and tables. */
  readonly name: string;
  /** What makes it differ from others of its kind: an edit of them is an edit of the job (law 3). */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Records of a series whose score is 0, while it learns. */
  readonly warmUp: number;
  /** The state of a series that has not begun. */
  createState(): S;
  /**
   * Scores a value and learns from it. A value that is no finite number is neither scored nor learned.
   * @param timestamp in epoch ms; only detectors that know a season read it
   * @returns 0 (usual) to 1
   */
  score(state: S, value: number, timestamp: number): number;
}

/** No surprise counts for more: below it, 1 − p still tells one p from another. */
const GREATEST_SURPRISE = 15;

/** How many digits a probability has behind the point, −log10 p, of a score. */
export function surpriseOf(score: number): number {
  return Math.min(GREATEST_SURPRISE, -Math.log10(1 - score));
}

/** The score 1 − p of a surprise −log10 p. */
export function scoreOf(surprise: number): number {
  return surprise <= 0 ? 0 : 1 - 10 ** -Math.min(GREATEST_SURPRISE, surprise);
}
