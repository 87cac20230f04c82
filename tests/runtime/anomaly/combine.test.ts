import { describe, expect, test } from 'vitest';
import {
  combine,
  evaluate,
  ewmaDetector,
  knnDetector,
  multiScaleDetector,
  tailDetector,
  type AnomalyDetector,
} from 'tidemark';
import { START_MS, STEP_MS, madeSeries, scoresOf, type Happening } from './made-series.ts';

/** A detector whose score is the value. */
const saysItself: AnomalyDetector = {
  name: 'says itself',
  warmUp: 0,
  createState: () => undefined,
  score: (_, value) => value,
};
const never: AnomalyDetector = { ...saysItself, score: () => 0 };

const usual = new Array<number>(400).fill(0.5);

describe('combine', () => {
  test('the surprise of the whole is the root mean square of the parts', () => {
    const both = combine([saysItself, never], { alarms: [] });
    // −log10(1 − 0.999) is 3: √(9 / 2) = 2.1213.
    expect(scoresOf(both, [0.999])[0]).toBeCloseTo(1 - 10 ** -2.1213, 6);
  });

  test('one detector alone counts for at most one in 100,000', () => {
    expect(scoresOf(combine([saysItself], { alarms: [] }), [1 - 1e-9])[0]).toBeCloseTo(1 - 1e-5, 9);
  });

  test('detectors that keep their state by themselves go together with those that are packed', () => {
    const [packed, own, within] = [tailDetector(), ewmaDetector(), combine([knnDetector()], { alarms: [] })];
    const values = madeSeries(5, [{ kind: 'spike', first: 900, last: 903 }], 1_000);
    const each = [own, packed, within].map((detector) => scoresOf(detector, values));
    const surprise = (score: number) => Math.min(5, -Math.log10(1 - score));
    const expected = values.map((_, i) => {
      const squares = each.reduce((sum, scores) => sum + surprise(scores[i]!) ** 2, 0);
      return 1 - 10 ** -Math.sqrt(squares / 3);
    });
    const found = scoresOf(combine([own, packed, within], { alarms: [], warmUp: 0 }), values);
    for (const [i, score] of found.entries()) expect(score).toBeCloseTo(expected[i]!, 12);
  });

  test('one event is one alarm; what comes at half to twice the quiet after it counts for more and more', () => {
    // Belongs to the event for 2, 3, 4, 6 or 8 records.
    const detector = combine([saysItself], { alarms: [0.99], quiet: 4 });
    const scores = scoresOf(detector, [
      ...[...usual, 0.995, 0.995, 0.5, 0.995],
      ...new Array<number>(8).fill(0.5),
      0.995,
    ]).slice(400);
    expect(scores.flatMap((score, at) => (score >= 0.99 ? [at] : []))).toEqual([0, 12]);
    // Half of log10(1 / 0.01), and the mean of that, four times, and of all.
    expect(scores[1]).toBeCloseTo(1 - 10 ** -1);
    expect(scores[3]).toBeCloseTo(1 - 10 ** -((4 * 1 - Math.log10(0.005)) / 5));
  });

  test('an event that grows to the next level is another alarm', () => {
    const detector = combine([saysItself], { alarms: [0.9, 0.99], quiet: 50 });
    const scores = scoresOf(detector, [...usual, 0.95, 0.96, 0.995, 0.999, 0.95]);
    expect(scores.slice(400).map((score) => score >= 0.9)).toEqual([true, false, true, false, false]);
  });

  test('a short series does not fall silent: quiet is at most a quarter of it', () => {
    const detector = combine([saysItself], { alarms: [0.99], quiet: 150 });
    const scores = scoresOf(detector, [
      ...new Array<number>(39).fill(0),
      0.995,
      ...new Array<number>(10).fill(0),
      0.995,
    ]);
    expect([scores[39]! >= 0.99, scores[50]! >= 0.99]).toEqual([true, true]);
  });
});

describe('multiScaleDetector', () => {
  /** Series with one happening each, of every kind. */
  const kinds = ['spike', 'shift', 'missing season', 'noise', 'stuck'] as const;
  const happenings = kinds.flatMap((kind, at): Happening[] => {
    const first = 2000 + 64 + at;
    return [{ kind, first, last: first + (kind === 'spike' ? 2 : 80) }];
  });

  test('keeps all of a series in two arrays', () => {
    const { floats, numbers, parts } = multiScaleDetector().createState() as {
      floats: Float32Array;
      numbers: Float64Array;
      parts: unknown[];
    };
    expect(parts).toEqual([]);
    // 31 tails of 64 values, seasons of 24 and 168 slots, two histories of 500.
    expect(floats.length).toBe(31 * 64 + 4 * (24 + 168) + 2 * 500);
    expect(floats.byteLength + numbers.byteLength).toBeLessThan(20_000);
  });

  test('finds what happens to made series, with few false alarms', () => {
    const scored = happenings.flatMap((happening, key) =>
      scoresOf(multiScaleDetector(), madeSeries(100 + key, [happening])).map((score, i) => ({
        key,
        timestamp: START_MS + i * STEP_MS,
        score,
      })),
    );
    const labels = happenings.map(({ first, last }, key) => ({
      key,
      start: START_MS + (first - 50) * STEP_MS,
      end: START_MS + (last + 50) * STEP_MS,
    }));
    const { standard } = evaluate(scored, labels, { threshold: 0.99 });
    expect(standard.recall).toBe(1);
    expect(standard.falseAlarms).toBeLessThan(3 * happenings.length);
  });
});
