import { describe, expect, test } from 'vitest';
import { NAB_PROFILES, NabScorer, probationLength } from '../../../runtime/src/anomaly/nab-score.ts';

const { standard, lowFalsePositives, lowFalseNegatives } = NAB_PROFILES;

/** 100 records, of which those at the given places are detected; probation is the first 15. */
function detectedAt(places: readonly number[], windows: readonly (readonly [number, number])[]): NabScorer {
  const scores = Array.from({ length: 100 }, (_, i) => (places.includes(i) ? 1 : 0));
  return new NabScorer([{ scores, windows }]);
}

const sigmoid = (position: number) => 2 / (1 + Math.exp(5 * position)) - 1;

describe('the score of the Numenta Anomaly Benchmark', () => {
  test('is 0 for a detector that says nothing, in every profile', () => {
    const scorer = detectedAt([], [[50, 59]]);
    for (const profile of Object.values(NAB_PROFILES)) expect(scorer.at(1, profile).score).toBe(0);
  });

  test('is 100 for a detection at the left edge of every window', () => {
    const scorer = detectedAt(
      [50, 80],
      [
        [50, 59],
        [80, 89],
      ],
    );
    for (const profile of Object.values(NAB_PROFILES))
      expect(scorer.at(1, profile).score).toBeCloseTo(100, 10);
  });

  test('gives a detection the value of its place in the window, and only the earliest counts', () => {
    // Halfway: the position is −(59 − 55 + 1)/10 = −0.5, and 2/(1 + e^−2.5) − 1 = 0.848284 of at most 0.986614.
    const half = 0.848284 / 0.986614;
    expect(detectedAt([55], [[50, 59]]).at(1, standard).score).toBeCloseTo((100 * (half + 1)) / 2, 3);
    expect(detectedAt([55, 58, 59], [[50, 59]]).at(1, standard).score).toBeCloseTo((100 * (half + 1)) / 2, 3);
    expect(detectedAt([55], [[50, 59]]).at(1, lowFalseNegatives).score).toBeCloseTo(
      (100 * (half + 2)) / 3,
      3,
    );
  });

  test('takes 0.11 off for a detection before any window, and twice as much where false alarms are dear', () => {
    expect(detectedAt([20], [[50, 59]]).at(1, standard).score).toBeCloseTo((100 * -0.11) / 2, 10);
    expect(detectedAt([20], [[50, 59]]).at(1, lowFalsePositives).score).toBeCloseTo((100 * -0.22) / 2, 10);
  });

  test('takes less off right after a window, by the sigmoid of the distance, and all of it after three widths', () => {
    const off = (place: number) => detectedAt([place], [[50, 59]]).at(1, standard).score;
    expect(off(60)).toBeCloseTo((100 * 0.11 * sigmoid(1 / 9)) / 2, 10);
    expect(off(68)).toBeCloseTo((100 * 0.11 * sigmoid(1)) / 2, 10);
    expect(off(86)).toBeCloseTo((100 * -0.11) / 2, 10);
    expect(off(99)).toBeCloseTo((100 * -0.11) / 2, 10);
  });

  test('does not look at probation: 15 % of the series, and of 5000 records at most', () => {
    expect([probationLength(100), probationLength(4032), probationLength(18_050)]).toEqual([15, 604, 750]);
    expect(detectedAt([0, 14], [[50, 59]]).at(1, standard).score).toBe(0);
    expect(detectedAt([15], [[50, 59]]).at(1, standard).score).toBeLessThan(0);
  });

  test('counts missed windows as missed, over all series', () => {
    const scores = Array.from({ length: 100 }, (_, i) => (i === 50 ? 1 : 0));
    const windows = [[50, 59]] as const;
    const scorer = new NabScorer([
      { scores, windows },
      { scores: scores.map(() => 0), windows },
    ]);
    expect(scorer.at(1, standard).score).toBeCloseTo(50, 10);
    expect(scorer.at(1, standard)).toMatchObject({ found: 1, inside: 1, outside: 0 });
  });

  test('the best threshold is the one with the highest score, the same for all series', () => {
    const series = (values: Readonly<Record<number, number>>, windows: [number, number][]) => ({
      scores: Array.from({ length: 100 }, (_, i) => values[i] ?? 0),
      windows,
    });
    // 0.7 finds both windows with one false alarm; 0.9 only one with none; 0.5 has 20 false alarms more.
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [20 + i, 0.5]));
    const scorer = new NabScorer([
      series({ 50: 0.9, ...many }, [[50, 59]]),
      series({ 30: 0.8, 70: 0.7 }, [[70, 79]]),
    ]);
    expect(scorer.best(standard)).toMatchObject({ threshold: 0.7, found: 2, outside: 1 });
    expect(scorer.best(standard).score).toBeCloseTo((100 * (4 - 0.11)) / 4, 10);
  });

  test('a threshold detects what reaches it', () => {
    const scorer = new NabScorer([
      { scores: Array.from({ length: 100 }, (_, i) => i / 100), windows: [[90, 99]] },
    ]);
    expect(scorer.at(0.95, standard)).toMatchObject({ found: 1, inside: 5, outside: 0 });
    expect(scorer.at(0.955, standard)).toMatchObject({ inside: 4 });
  });
});
