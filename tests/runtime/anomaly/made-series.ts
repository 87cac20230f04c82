import type { AnomalyDetector } from 'tidemark';

/** Numbers in 0 to 1 that only depend on the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normally distributed around 0 with deviation 1. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A record every five minutes. */
export const STEP_MS = 300_000;
export const START_MS = Date.UTC(2024, 0, 1);

/** What happens to a made series. */
export interface Happening {
  readonly kind: 'spike' | 'shift' | 'stuck' | 'missing season' | 'noise';
  readonly first: number;
  readonly last: number;
}

/** Ten days of a sensor with a daily season and noise, and what happens to it. */
export function madeSeries(seed: number, happenings: readonly Happening[] = [], length = 2880): number[] {
  const random = seeded(seed);
  let before = 0;
  return Array.from({ length }, (_, i) => {
    const season = 10 * Math.sin((2 * Math.PI * (i % 288)) / 288);
    let value = 50 + season + normal(random);
    for (const { kind, first, last } of happenings) {
      if (i < first || i > last) continue;
      if (kind === 'spike') value += 25;
      if (kind === 'shift') value += 15;
      if (kind === 'stuck') value = before;
      if (kind === 'missing season') value -= season;
      if (kind === 'noise') value += 8 * normal(random);
    }
    before = value;
    return value;
  });
}

/** Scores of a series with a record every five minutes. */
export function scoresOf(detector: AnomalyDetector, values: readonly number[]): number[] {
  const state = detector.createState();
  return values.map((value, i) => detector.score(state, value, START_MS + i * STEP_MS));
}
