/** What was usual at each part of a season, such as each hour of a day. */
export interface SeasonState {
  /** One a slot; NaN where nothing was learned. */
  readonly usual: Float32Array;
  /** The slot that is being collected, −1 before the first. */
  slot: number;
  sum: number;
  count: number;
}

/** Weight of the newest season. */
const NEWEST = 0.3;

/** A season of so many parts, of which nothing is known. */
export function createSeason(slots: number): SeasonState {
  return { usual: new Float32Array(slots).fill(NaN), slot: -1, sum: 0, count: 0 };
}

/** The part of the season in which a time (epoch ms) lies. */
export function slotOf(slots: number, period: number, timestamp: number): number {
  const place = timestamp % period;
  return Math.floor(((place < 0 ? place + period : place) / period) * slots);
}

/**
 * How far a value is above (or, negative, below) all of what was usual in this part of the season and in its two
 * neighbours: what comes a little earlier or later than the day before is no surprise. NaN where nothing was learned.
 */
export function seasonResidual({ usual }: SeasonState, slot: number, value: number): number {
  const slots = usual.length;
  let [low, high] = [Infinity, -Infinity];
  for (let step = -1; step <= 1; step++) {
    const each = usual[(slot + step + slots) % slots]!;
    // Nothing is learned yet, or records are further apart than slots.
    if (Number.isNaN(each)) {
      if (step === 0) return NaN;
      continue;
    }
    if (each < low) low = each;
    if (each > high) high = each;
  }
  return value > high ? value - high : value < low ? value - low : 0;
}

/** Learns a value; a slot's usual value changes once the slot is over. */
export function learnSeason(season: SeasonState, slot: number, value: number): void {
  if (slot !== season.slot) {
    if (season.count > 0) {
      const mean = season.sum / season.count;
      const usual = season.usual[season.slot]!;
      season.usual[season.slot] = Number.isNaN(usual) ? mean : usual + NEWEST * (mean - usual);
    }
    season.slot = slot;
    season.sum = 0;
    season.count = 0;
  }
  season.sum += value;
  season.count += 1;
}
