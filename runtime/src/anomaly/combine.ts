import { scoreOf, surpriseOf, type AnomalyDetector } from './anomaly-detector.ts';
import { isPackable, StateLayout, type PackedScorer, type PackedState } from './packed-state.ts';
import { between, nothingToCombine, wholeNumber } from './anomaly-errors.ts';

/** Options of `combine`. */
export interface CombineOptions {
  /** For charts and tables, default `combination`. */
  readonly name?: string;
  /** Scores from which on something is an event, each in 0 to 1; one event is one alarm at each. Default 0.984 and 0.992. */
  readonly alarms?: readonly number[];
  /**
   * Records after an alarm for which what is at its level belongs to it, default 150; at most a quarter of the records so far,
   * so that a short series does not fall silent. Where an event ends is not known: the score is the mean of those for half to
   * twice as many.
   */
  readonly quiet?: number;
  /** Records that are not scored, default the shortest warm-up of the detectors. */
  readonly warmUp?: number;
}

/** State of `combine`: of its own and of detectors that can be packed; `parts` are of the others. */
interface CombinationState extends PackedState {
  readonly parts: readonly unknown[];
}

/** No detector alone counts for more than one in 100,000: what is an event shows in more than one way. */
const GREATEST_SHARE = 5;
/** Times `quiet`: what each of them says counts alike. With a single one, which alarms there are hangs on the record. */
const QUIET_TIMES = [0.5, 0.75, 1, 1.5, 2];

/**
 * Scores of several detectors in one: the surprise, −log10(1 − score), of the whole is the root mean square of theirs, so
 * that some that are sure outweigh many that see nothing. One event is one alarm: after a score that reaches an alarm
 * level, what reaches no further level in the next `quiet` records, more or less, is held below all of them.
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
  const lowest = Math.min(...alarms);
  const held = lowest / 2;
  const quiet = wholeNumber('quiet', options.quiet ?? 150, 0);
  const quiets = QUIET_TIMES.map((times) => Math.round(times * quiet));
  const shortest = Math.min(...detectors.map((detector) => detector.warmUp));
  const warmUp = wholeNumber('warmUp', options.warmUp ?? shortest, 0);

  const layout = new StateLayout();
  const seenAt = layout.numbers(1);
  // For each quiet time and, within it, each level: the number of the last record that belongs to the alarm before.
  const untilAt = layout.numbers(quiets.length * alarms.length);
  const packed: PackedScorer[] = [];
  const others: AnomalyDetector[] = [];
  const parts = detectors.map((detector): PackedScorer['score'] => {
    if (isPackable(detector)) {
      const scorer = detector.placeIn(layout);
      packed.push(scorer);
      return scorer.score;
    }
    const at = others.push(detector) - 1;
    return (state, value, timestamp) =>
      detector.score((state as CombinationState).parts[at], value, timestamp);
  });

  /** Whether, with this quiet time, the surprise is part of an event that raised its alarms before. Begins the quiet. */
  function isRepeat({ numbers }: CombinationState, time: number, surprise: number): boolean {
    const seen = numbers[seenAt]!;
    let [reached, raised] = [false, false];
    for (let level = 0; level < alarms.length; level++) {
      if (surprise < alarms[level]!) continue;
      reached = true;
      const at = untilAt + time * alarms.length + level;
      if (seen <= numbers[at]!) continue;
      raised = true;
      numbers[at] = seen + Math.min(quiets[time]!, seen >> 2);
    }
    return reached && !raised;
  }

  /** The surprise that is left when what belongs to events before is held. */
  function withoutRepeats(state: CombinationState, surprise: number): number {
    if (!(surprise >= lowest)) return surprise;
    let sum = 0;
    for (let time = 0; time < quiets.length; time++) sum += isRepeat(state, time, surprise) ? held : surprise;
    return sum / quiets.length;
  }

  return {
    name: options.name ?? 'combination',
    parameters: {
      alarms,
      quiets,
      warmUp,
      packed: true,
      of: detectors.map(({ name, parameters }) => ({ name, parameters })),
    },
    warmUp,
    createState: (): CombinationState => {
      const state = { ...layout.create(), parts: others.map((detector) => detector.createState()) };
      for (const scorer of packed) scorer.begin(state);
      return state;
    },
    score(state: CombinationState, value: number, timestamp: number) {
      if (!Number.isFinite(value)) return 0;
      let squares = 0;
      for (let i = 0; i < parts.length; i++) {
        const part = surpriseOf(parts[i]!(state, value, timestamp));
        squares += Math.min(GREATEST_SHARE, part) ** 2;
      }
      state.numbers[seenAt]! += 1;
      if (state.numbers[seenAt]! <= warmUp) return 0;
      const surprise = Math.sqrt(squares / parts.length);
      return scoreOf(withoutRepeats(state, surprise));
    },
  };
}
