import { toMillis, type DurationLike } from '../time/duration.ts';
import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { between, wholeNumber } from './anomaly-errors.ts';
import { deviationsFrom, normalSurprise } from './normal-distribution.ts';
import { slotOf } from './season-slots.ts';

/** Options of `holtWintersDetector`. */
export interface HoltWintersOptions {
  /** Length of the season, default a day. */
  readonly season?: DurationLike;
  /** Length of the parts of the season that have a value each, default an hour. */
  readonly slot?: DurationLike;
  /** How fast the level follows, 0 to 1, default 0.1. */
  readonly alpha?: number;
  /** How fast the trend follows, 0 to 1, default 0.001. */
  readonly beta?: number;
  /** How fast the season follows, 0 to 1, default 0.1. */
  readonly gamma?: number;
  /** Records that are not scored, default 50; nor is the first season. */
  readonly warmUp?: number;
}

/** State of `holtWintersDetector`. */
interface HoltWintersState {
  seen: number;
  /** End of the first season in epoch ms, NaN before the first record. */
  learnedAt: number;
  isLearned: boolean;
  level: number;
  trend: number;
  /** What to add to the level in each part of the season; while the first one lasts, the mean of each part. */
  readonly season: Float64Array;
  /** Mean square of the errors so far. */
  variance: number;
}

/** Weight of the newest record of a part of the season while the first one lasts. */
const FIRST_SEASON = 0.3;
/** Weight of the newest error in the deviation. */
const NEWEST = 0.02;

/**
 * Errors of the forecast by level, trend and additive season (Holt, "Forecasting seasonals and trends by exponentially
 * weighted moving averages", 1957; Winters, 1960), against their usual size, as for aberrant behaviour in
 * networks (Brutlag, "Aberrant behavior detection in time series for network monitoring", 2000). The season goes by the
 * clock, not by counting, so that records may be missing.
 * @throws {TidemarkError} `bad-argument` for an option out of its range
 * @example
 * const detector = holtWintersDetector({ season: '1 h', slot: '5 min' });
 * const state = detector.createState();
 * // It is high in the first half of every hour; in the eighth once in the second.
 * const values = Array.from({ length: 480 }, (_, minute) => (minute % 60 < 30 !== (minute === 440) ? 9 : 1));
 * const scores = values.map((value, minute) => detector.score(state, value, minute * 60_000));
 * scores.indexOf(Math.max(...scores)); // → 440
 */
export function holtWintersDetector(options: HoltWintersOptions = {}): AnomalyDetector {
  const period = wholeNumber('season', toMillis(options.season ?? '1 d'), 1);
  const slots = wholeNumber('slots of a season', period / toMillis(options.slot ?? '1 h'), 2);
  const alpha = between('alpha', options.alpha ?? 0.1, 0, 1);
  const beta = between('beta', options.beta ?? 0.001, 0, 1);
  const gamma = between('gamma', options.gamma ?? 0.1, 0, 1);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? 50, 1);

  /** During the first season: the mean of each of its parts. */
  function begin(state: HoltWintersState, slot: number, value: number): void {
    const mean = state.season[slot]!;
    const error = Number.isNaN(mean) ? 0 : value - mean;
    state.season[slot] = Number.isNaN(mean) ? value : mean + FIRST_SEASON * error;
    state.variance += (error * error - state.variance) / state.seen;
  }

  /** After it: the level is their mean, and the season what is above or below. */
  function separate(state: HoltWintersState): void {
    const known = state.season.filter((mean) => !Number.isNaN(mean));
    state.level = known.reduce((sum, mean) => sum + mean, 0) / known.length;
    for (let slot = 0; slot < slots; slot++) {
      const mean = state.season[slot]!;
      state.season[slot] = Number.isNaN(mean) ? 0 : mean - state.level;
    }
    state.isLearned = true;
  }

  function learn(state: HoltWintersState, slot: number, value: number, error: number): void {
    state.variance += NEWEST * (error * error - state.variance);
    const before = state.level;
    const seasonal = state.season[slot]!;
    state.level = alpha * (value - seasonal) + (1 - alpha) * (before + state.trend);
    state.trend = beta * (state.level - before) + (1 - beta) * state.trend;
    state.season[slot] = gamma * (value - state.level) + (1 - gamma) * seasonal;
  }

  return {
    name: 'Holt-Winters',
    parameters: { period, slots, alpha, beta, gamma, warmUp },
    warmUp,
    createState: (): HoltWintersState => ({
      seen: 0,
      learnedAt: NaN,
      isLearned: false,
      level: 0,
      trend: 0,
      season: new Float64Array(slots).fill(NaN),
      variance: 0,
    }),
    score(state: HoltWintersState, value: number, timestamp: number) {
      if (!Number.isFinite(value) || !Number.isFinite(timestamp)) return 0;
      if (state.seen === 0) state.learnedAt = timestamp + period;
      state.seen += 1;
      const slot = slotOf(slots, period, timestamp);
      if (timestamp < state.learnedAt) {
        begin(state, slot, value);
        return 0;
      }
      if (!state.isLearned) separate(state);
      const expected = state.level + state.trend + state.season[slot]!;
      const deviations = deviationsFrom(expected, Math.sqrt(state.variance), value);
      learn(state, slot, value, value - expected);
      return state.seen > warmUp ? scoreOf(normalSurprise(deviations)) : 0;
    },
  };
}
