import { expect, it } from 'vitest';
import { timerLateness } from '../../bench/loop-gaps.ts';

it('a timer that falls due at any moment waits for the rest of the gap that it falls into', () => {
  // Of 1,000 ms, ten are more than 90 ms before the end of the long gap.
  expect(timerLateness([...Array<number>(90).fill(10), 100], 0.99)).toBeCloseTo(90);
  expect(timerLateness(Array<number>(100).fill(10), 0.99)).toBeCloseTo(9.9);
  expect(timerLateness(Array<number>(100).fill(10), 0)).toBe(0);
});

it('is what trying every moment tells', () => {
  const gaps = [3, 17, 8, 42, 5, 25, 12];
  const waits = gaps.flatMap((gap) => Array.from({ length: gap * 100 }, (_, at) => gap - at / 100));
  const sorted = waits.sort((a, b) => a - b);
  for (const share of [0.5, 0.9, 0.99])
    expect(timerLateness(gaps, share)).toBeCloseTo(sorted[Math.floor(sorted.length * share)]!, 1);
});
