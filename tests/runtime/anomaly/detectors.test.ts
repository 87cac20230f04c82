import { describe, expect, test } from 'vitest';
import {
  combine,
  ewmaDetector,
  gaussianDetector,
  halfSpaceTreesDetector,
  holtWintersDetector,
  knnDetector,
  madDetector,
  multiScaleDetector,
  tailDetector,
  type AnomalyDetector,
} from 'tidemark';
import { START_MS, STEP_MS, madeSeries, normal, scoresOf, seeded } from './made-series.ts';

const ALL: readonly AnomalyDetector[] = [
  ewmaDetector(),
  gaussianDetector(),
  madDetector(),
  holtWintersDetector(),
  knnDetector(),
  halfSpaceTreesDetector(),
  ...(['level', 'spread', 'change', 'season'] as const).map((of) => tailDetector({ of })),
  combine([ewmaDetector(), madDetector()]),
  multiScaleDetector(),
];

describe.each(ALL.map((detector) => [detector.name, detector] as const))('%s', (_, detector) => {
  const spike = { kind: 'spike', first: 2000, last: 2003 } as const;

  test('scores are from 0 to 1, and 0 while it warms up', () => {
    const scores = scoresOf(detector, madeSeries(1, [spike]));
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect(scores.slice(0, detector.warmUp).every((score) => score === 0)).toBe(true);
    expect(scores.some((score) => score > 0)).toBe(true);
  });

  test('a spike scores higher than nearly all that came before', () => {
    const scores = scoresOf(detector, madeSeries(1, [spike]));
    const high = Math.max(...scores.slice(2000, 2008));
    const before = scores.slice(600, 2000);
    expect(before.filter((score) => score >= high).length).toBeLessThan(before.length / 100);
  });

  test('goes on the same from a copy of its state', () => {
    const values = madeSeries(2, [spike]);
    const whole = scoresOf(detector, values);
    let state = detector.createState();
    const inPieces = values.map((value, i) => {
      if (i % 500 === 0) state = structuredClone(state);
      return detector.score(state, value, START_MS + i * STEP_MS);
    });
    expect(inPieces).toEqual(whole);
  });

  test('its state does not grow with the series', () => {
    const state = detector.createState();
    const size = () => sizeOf(state);
    const values = madeSeries(3, [], 6000);
    for (let i = 0; i < 3000; i++) detector.score(state, values[i]!, START_MS + i * STEP_MS);
    const half = size();
    for (let i = 3000; i < 6000; i++) detector.score(state, values[i]!, START_MS + i * STEP_MS);
    expect(size()).toBe(half);
  });

  test('a constant series is never unusual', () => {
    const scores = scoresOf(detector, new Array<number>(1500).fill(7));
    expect(Math.max(...scores)).toBeLessThan(0.9);
  });

  test('what is no finite number is neither scored nor learned', () => {
    const values = madeSeries(4, [], 800);
    const state = detector.createState();
    const scores = values.map((value, i) => {
      for (const bad of [NaN, Infinity, -Infinity]) {
        expect(detector.score(state, bad, START_MS + i * STEP_MS)).toBe(0);
      }
      return detector.score(state, value, START_MS + i * STEP_MS);
    });
    expect(scores).toEqual(scoresOf(detector, values));
  });
});

function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 0);
}

describe('a score is one minus a probability', () => {
  const random = seeded(11);
  const values = Array.from({ length: 40_000 }, () => normal(random));

  // The tail looks at either side, and keeps so few values that of 40,000 only the rarest have a score.
  test.each([
    [0.99, 0.01, ewmaDetector({ halfLife: 1000 })],
    [0.99, 0.01, gaussianDetector({ size: 1000, step: 100 })],
    [0.99, 0.01, madDetector({ size: 150 })],
    [0.999, 0.002, tailDetector()],
  ])('%d is reached by the part %d of usual records', (score, expected, detector) => {
    const scores = scoresOf(detector, values).slice(2000);
    const part = scores.filter((each) => each >= score).length / scores.length;
    expect(part).toBeGreaterThan(0.6 * expected);
    expect(part).toBeLessThan(1.6 * expected);
  });
});

describe('each finds what it is for', () => {
  const place = (scores: readonly number[]) => {
    const from = 800;
    const later = scores.slice(from);
    return from + later.indexOf(Math.max(...later));
  };

  test('Holt-Winters: a day without its season', () => {
    const missing = { kind: 'missing season', first: 2064, last: 2100 } as const;
    const at = place(scoresOf(holtWintersDetector(), madeSeries(5, [missing])));
    expect(at).toBeGreaterThanOrEqual(2064);
    expect(at).toBeLessThan(2110);
  });

  test('tail of the season: the same, which the tail of the level does not see', () => {
    const missing = { kind: 'missing season', first: 2064, last: 2100 } as const;
    const values = madeSeries(5, [missing]);
    const highest = (detector: AnomalyDetector) => Math.max(...scoresOf(detector, values).slice(2064, 2116));
    expect(highest(tailDetector({ of: 'season', over: 16 }))).toBeGreaterThan(0.999);
    expect(highest(tailDetector({ of: 'level', over: 16 }))).toBeLessThan(0.99);
  });

  test('tail of the spread: noise at the usual level', () => {
    const noise = { kind: 'noise', first: 2000, last: 2040 } as const;
    const at = place(scoresOf(tailDetector({ of: 'spread' }), madeSeries(6, [noise])));
    expect(at).toBeGreaterThanOrEqual(2000);
    expect(at).toBeLessThan(2060);
  });

  test('tail of the spread: a sensor that is stuck', () => {
    const stuck = { kind: 'stuck', first: 2000, last: 2100 } as const;
    const at = place(scoresOf(tailDetector({ of: 'spread' }), madeSeries(7, [stuck])));
    expect(at).toBeGreaterThanOrEqual(2000);
    expect(at).toBeLessThan(2120);
  });

  test('nearest neighbours: a shape that was not seen', () => {
    const values = Array.from({ length: 1500 }, (_, i) => (i >= 1200 && i < 1210 ? 0 : Math.sin(i / 3)));
    const at = place(scoresOf(knnDetector(), values));
    expect(at).toBeGreaterThanOrEqual(1200);
    expect(at).toBeLessThan(1220);
  });

  test('half-space trees: the same series and seed give the same scores, another seed others', () => {
    const values = madeSeries(8, [{ kind: 'spike', first: 2000, last: 2003 }]);
    const once = scoresOf(halfSpaceTreesDetector({ seed: 5 }), values);
    expect(scoresOf(halfSpaceTreesDetector({ seed: 5 }), values)).toEqual(once);
    expect(scoresOf(halfSpaceTreesDetector({ seed: 6 }), values)).not.toEqual(once);
  });
});

describe('an option out of range', () => {
  test.each([
    () => ewmaDetector({ halfLife: 0 }),
    () => gaussianDetector({ size: 1.5 }),
    () => madDetector({ warmUp: -1 }),
    () => tailDetector({ of: 'season', season: '1 d', slot: '7 h' }),
    () => knnDetector({ history: 10 }),
    () => holtWintersDetector({ alpha: 1 }),
    () => combine([]),
    () => combine([ewmaDetector()], { alarms: [1.5] }),
  ])('is refused: %s', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });
});

test.each([tailDetector(), tailDetector({ of: 'season' }), knnDetector()])(
  '$name scores by what differs, in single precision, wherever the level lies',
  (detector) => {
    // Eighths, so that sums are exact; the greatest value comes again and again.
    const values = Array.from(
      { length: 400 },
      (_, i) => Math.min(60, (i * 37) % 71) / 8 + (i === 350 ? 40 : 0),
    );
    const scoresAt = (level: number): number[] => {
      const state = detector.createState();
      return values.map((value, i) => detector.score(state, level + value, i * 600_000));
    };
    const scores = scoresAt(0);
    expect(Math.max(...scores)).toBeGreaterThan(0.99);
    expect(scores.slice(100).filter((score) => score > 0.99).length).toBeLessThan(12);
    // Single precision knows no eighths up there.
    expect(scoresAt(2 ** 34)).toEqual(scores);
  },
);
