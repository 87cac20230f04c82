import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { createRecent, deviationOf, isFull, meanOf, pushRecent, type RecentValues } from './recent-values.ts';
import { createSeason, learnSeason, seasonResidual, slotOf, type SeasonState } from './season-slots.ts';
import { createTail, tailSurprise, type TailState } from './tail-model.ts';

/** What of a series a `tailDetector` looks at. */
export type TailStatistic = 'level' | 'spread' | 'change' | 'season';

/** Options of `tailDetector`. */
export interface TailOptions {
  /**
   * `level`: mean of the last records; `spread`: their deviation; `change`: distance between one record and the next;
   * `season`: how far their mean is from what is usual at this time of the season. Default `level`.
   */
  readonly of?: TailStatistic;
  /** Records that the statistic is over, default 1, or 16 for `spread`; `change` has none. */
  readonly over?: number;
  /** Length of the season, default a day. */
  readonly season?: DurationLike;
  /** Length of the parts of the season that have a usual value each, default an hour. */
  readonly slot?: DurationLike;
  /** Records that are not scored, default 20. */
  readonly warmUp?: number;
}

/** State of `tailDetector`. */
interface TailDetectorState {
  seen: number;
  /** The first record: what is kept is how others differ from it. */
  origin: number;
  readonly recent: RecentValues;
  readonly above: TailState;
  readonly below: TailState;
  readonly season: SeasonState | undefined;
}

/**
 * How rarely a statistic of the last records was as large, or as small, as it is now: peaks over a threshold with an
 * exponential tail, both ways (Siffer et al., "Anomaly detection in streams with extreme value theory", 2017). It
 * assumes nothing of how values are distributed, and needs some hundreds of them before it can call one rare. Only what is
 * among the 64 largest or smallest so far has a score.
 * @throws {TidemarkError} `bad-argument` for an option that is no whole number
 * @example
 * const detector = tailDetector({ of: 'change' });
 * const state = detector.createState();
 * const values = Array.from({ length: 200 }, (_, i) => (i === 150 ? 30 : (i * 7) % 11));
 * const scores = values.map((value, i) => detector.score(state, value, i));
 * scores.indexOf(Math.max(...scores)); // → 150
 */
export function tailDetector(options: TailOptions = {}): AnomalyDetector {
  const of = options.of ?? 'level';
  const over = of === 'change' ? 2 : wholeNumber('over', options.over ?? (of === 'spread' ? 16 : 1), 1);
  const period = wholeNumber('season', toMillis(options.season ?? '1 d'), 1);
  const slots = wholeNumber('slots of a season', period / toMillis(options.slot ?? '1 h'), 3);
  const warmUp = wholeNumber('warmUp', options.warmUp ?? 20, 1);

  function statistic(state: TailDetectorState, timestamp: number): number {
    const { recent, season } = state;
    if (!isFull(recent)) return NaN;
    if (of === 'change') return Math.abs(recent.values[0]! - recent.values[1]!);
    const mean = meanOf(recent);
    if (of === 'spread') return deviationOf(recent, mean);
    if (season === undefined || Number.isNaN(timestamp)) return mean;
    const slot = slotOf(slots, period, timestamp);
    const residual = seasonResidual(season, slot, mean);
    learnSeason(season, slot, mean);
    return residual;
  }

  return {
    name: `tail of ${of}${of === 'change' ? '' : ` over ${over}`}`,
    parameters: { of, over, period, slots, warmUp },
    warmUp,
    createState: (): TailDetectorState => ({
      seen: 0,
      origin: NaN,
      recent: createRecent(over),
      above: createTail(),
      below: createTail(),
      season: of === 'season' ? createSeason(slots) : undefined,
    }),
    score(state: TailDetectorState, value: number, timestamp: number) {
      if (!Number.isFinite(value)) return 0;
      if (state.seen === 0) state.origin = value;
      pushRecent(state.recent, value - state.origin);
      state.seen += 1;
      const now = statistic(state, timestamp);
      if (Number.isNaN(now)) return 0;
      const above = tailSurprise(state.above, now);
      const below = of === 'change' ? 0 : tailSurprise(state.below, -now);
      return state.seen > warmUp ? scoreOf(Math.max(above, below)) : 0;
    },
  };
}
