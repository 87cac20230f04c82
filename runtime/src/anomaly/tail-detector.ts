import { scoreOf, type AnomalyDetector } from './anomaly-detector.ts';
import { wholeNumber } from './anomaly-errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { PackedRecent } from './packed-recent.ts';
import { packable, type PackedScorer, type PackedState, type StateLayout } from './packed-state.ts';
import { Season, slotOf } from './season-slots.ts';
import { Tail } from './tail-model.ts';

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

  function placeIn(layout: StateLayout): PackedScorer {
    const seen = layout.numbers(1);
    // The first record: what is kept is how others differ from it.
    const origin = layout.numbers(1);
    const recent = new PackedRecent(layout, over);
    const above = new Tail(layout);
    const below = of === 'change' ? undefined : new Tail(layout);
    const season = of === 'season' ? new Season(layout, slots) : undefined;

    function statistic(state: PackedState, timestamp: number): number {
      if (!recent.isFull(state)) return NaN;
      if (of === 'change') return Math.abs(recent.at(state, 0) - recent.at(state, 1));
      const mean = recent.mean(state);
      if (of === 'spread') return recent.deviation(state, mean);
      if (season === undefined || Number.isNaN(timestamp)) return mean;
      const slot = slotOf(slots, period, timestamp);
      const residual = season.residual(state, slot, mean);
      season.learn(state, slot, mean);
      return residual;
    }

    return {
      begin: (state) => season?.begin(state),
      score: (state, value, timestamp) => {
        if (!Number.isFinite(value)) return 0;
        const { numbers } = state;
        if (numbers[seen] === 0) numbers[origin] = value;
        recent.push(state, value - numbers[origin]!);
        numbers[seen]! += 1;
        const now = statistic(state, timestamp);
        if (Number.isNaN(now)) return 0;
        const high = above.surprise(state, now);
        const low = below?.surprise(state, -now) ?? 0;
        return numbers[seen]! > warmUp ? scoreOf(Math.max(high, low)) : 0;
      },
    };
  }

  const name = `tail of ${of}${of === 'change' ? '' : ` over ${over}`}`;
  return packable({ name, parameters: { of, over, period, slots, warmUp }, warmUp }, placeIn);
}
