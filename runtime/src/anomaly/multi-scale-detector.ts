import type { AnomalyDetector } from './anomaly-detector.ts';
import { combine, type CombineOptions } from './combine.ts';
import { knnDetector } from './knn-detector.ts';
import { tailDetector } from './tail-detector.ts';

/** Records that are looked at together. */
const SCALES = [1, 4, 16, 64];
/** Of those, enough for a deviation to mean something. */
const SPREADS = [16, 64];

/**
 * The combination to begin with when nothing is known of a series: how rare its level is, over one record and over many;
 * how rare for this hour of the day and of the week; how much it varies, how fast it changes, and whether its shape was seen before.
 * One configuration for everything: `docs/anomaly-detection.md` says how it does on the Numenta Anomaly Benchmark. Its
 * state is about 20 kB a key.
 * @throws {TidemarkError} `bad-argument` for an option out of its range
 * @example
 * const detector = multiScaleDetector({ quiet: 20 });
 * const state = detector.createState();
 * const values = Array.from({ length: 600 }, (_, i) => 10 + Math.sin(i / 5) + (i >= 500 ? 9 : 0));
 * const scores = values.map((value, i) => detector.score(state, value, i * 60_000));
 * scores.findIndex((score, i) => i > 300 && score >= 0.99); // → 500
 */
export function multiScaleDetector(options: CombineOptions = {}): AnomalyDetector {
  return combine(
    [
      ...SCALES.map((over) => tailDetector({ of: 'level', over })),
      ...SCALES.map((over) => tailDetector({ of: 'season', over, season: '1 d' })),
      ...SCALES.map((over) => tailDetector({ of: 'season', over, season: '7 d' })),
      ...SPREADS.map((over) => tailDetector({ of: 'spread', over })),
      tailDetector({ of: 'change' }),
      // With twice the history it finds no more, in twice the time and room.
      knnDetector({ stride: 1, history: 500 }),
      knnDetector({ stride: 4, history: 500 }),
    ],
    { name: 'multi-scale combination', warmUp: 100, ...options },
  );
}
