import { scoreOf, surpriseOf, type AnomalyDetector } from './anomaly-detector.ts';
import { between, nothingToCombine, wholeNumber } from './anomaly-errors.ts';

/** Options of `combine`. */
export interface CombineOptions {
  /** For charts and tables, default `combination`. */
  readonly name?: string;
  /** Scores from which on something is an event, each in 0 to 1; one event is one alarm at each. Default 0.984 and 0.992. */
  readonly alarms?: readonly number[];
  /**
   * Records after an alarm without another one at its level, default 150; at most a quarter of the records so far, so
   * that a short series does not fall silent.
   */
  readonly quiet?: number;
  /** Records that are not scored, default the shortest warm-up of the detectors. */
  readonly warmUp?: number;
}

/** State of `combine`. */
interface CombinationState {
  seen: number;
  /** For each level, the records until the next alarm may be raised. */
  readonly quiet: number[];
  readonly parts: readonly unknown[];
}

/** No detector alone counts for more than one in 100,000: what is an event shows in more than one way. */
const GREATEST_SHARE = 5;

/**
 * Scores of several detectors in one: the surprise, −log10(1 − score), of the whole is the root mean square of theirs, so
 * that some that are sure outweigh many that see nothing. One event is one alarm: after a score that reaches an alarm
 * level, what reaches no further level in the next `quiet` records is held below all of them.
 * @throws {TidemarkError} `bad-argument` without detectors, or for an option out of its range
 * @example
 * const detector = combine([ewmaDetector(), tailDetector({ of: 'change' })], { quiet: 10 });
 * const state = detector.createState();
 * const values = Array.from({ length: 200 }, (_, i) => (i === 150 || i === 151 ? 90 : (i * 7) % 11));
 * const scores = values.map((value, i) => detector.score(state, value, i));
 * scores.flatMap((score, i) => (score >= 0.99 ? [i] : [])); // → [150]
 */
export function combine(
  detectors: readonly AnomalyDetector[],
  options: CombineOptions = {},
): AnomalyDetector {
  if (detectors.length === 0) throw nothingToCombine();
  const alarms = (options.alarms ?? [0.984, 0.992]).map((alarm) => surpriseOf(between('alarm', alarm, 0, 1)));
  const held = Math.min(...alarms) / 2;
  const quiet = wholeNumber('quiet', options.quiet ?? 150, 0);
  const shortest = Math.min(...detectors.map((detector) => detector.warmUp));
  const warmUp = wholeNumber('warmUp', options.warmUp ?? shortest, 0);

  /** Whether the surprise is part of an event that raised its alarms before. Counts the quiet down, and begins it. */
  function isRepeat(state: CombinationState, surprise: number): boolean {
    let [reached, raised] = [false, false];
    for (let level = 0; level < alarms.length; level++) {
      const isQuiet = state.quiet[level]! > 0;
      if (isQuiet) state.quiet[level]! -= 1;
      if (surprise < alarms[level]!) continue;
      reached = true;
      if (isQuiet) continue;
      raised = true;
      state.quiet[level] = Math.min(quiet, state.seen >> 2);
    }
    return reached && !raised;
  }

  return {
    name: options.name ?? 'combination',
    parameters: {
      alarms,
      quiet,
      warmUp,
      of: detectors.map(({ name, parameters }) => ({ name, parameters })),
    },
    warmUp,
    createState: (): CombinationState => ({
      seen: 0,
      quiet: alarms.map(() => 0),
      parts: detectors.map((detector) => detector.createState()),
    }),
    score(state: CombinationState, value: number, timestamp: number) {
      if (!Number.isFinite(value)) return 0;
      let squares = 0;
      for (let i = 0; i < detectors.length; i++) {
        const part = surpriseOf(detectors[i]!.score(state.parts[i], value, timestamp));
        squares += Math.min(GREATEST_SHARE, part) ** 2;
      }
      state.seen += 1;
      if (state.seen <= warmUp) return 0;
      const surprise = Math.sqrt(squares / detectors.length);
      return scoreOf(isRepeat(state, surprise) ? held : surprise);
    },
  };
}
