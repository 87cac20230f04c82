import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkMaxParallelism,
  defaultMaxParallelism,
  keyGroupOf,
  keyGroupRange,
  subtaskOf,
} from '../../../runtime/src/state/key-group.ts';
import { holds } from '../property.ts';

const keys = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.bigInt(),
  fc.tuple(fc.string(), fc.integer()),
);
const parallelisms = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe('key groups', () => {
  test('are spread over subtasks in ranges that leave none out', () =>
    holds(parallelisms, async ([parallelism, max]) => {
      const groups: number[] = [];
      for (let subtask = 0; subtask < parallelism; subtask++) {
        const { start, end } = keyGroupRange(subtask, max, parallelism);
        for (let group = start; group <= end; group++) {
          groups.push(group);
          expect(subtaskOf(group, max, parallelism)).toBe(subtask);
        }
      }
      expect(groups).toEqual(Array.from({ length: max }, (_, group) => group));
    }));

  test('of equal keys are equal, and below their number', () =>
    holds(fc.tuple(keys, fc.integer({ min: 1, max: 32_768 })), async ([key, max]) => {
      const group = keyGroupOf(key, max);
      expect(group).toBe(keyGroupOf(Array.isArray(key) ? [...key] : key, max));
      expect(Number.isInteger(group) && group >= 0 && group < max).toBe(true);
    }));

  test('tell a number from its text, and 0 from −0 not', () => {
    expect(keyGroupOf(0, 128)).toBe(keyGroupOf(-0, 128));
    const same = Array.from({ length: 200 }, (_, n) => n).filter(
      (n) => keyGroupOf(n, 32_768) === keyGroupOf(String(n), 32_768),
    );
    expect(same.length).toBeLessThan(5);
  });

  test('are all used by few more keys than there are groups', () => {
    const used = (key: (n: number) => unknown) =>
      new Set(Array.from({ length: 2_000 }, (_, n) => keyGroupOf(key(n), 128))).size;
    expect([used((n) => n), used((n) => `key ${n}`), used((n) => ['key', n]), used((n) => n / 7)]).toEqual([
      128, 128, 128, 128,
    ]);
  });

  test('never change: savepoints are laid out by them', () => {
    const sample = [0, 1, -1, 42, 2 ** 40, 0.5, '', 'a', 'key', true, 7n, ['a', 1], { b: 2, a: 1 }];
    expect(sample.map((key) => keyGroupOf(key, 128))).toMatchInlineSnapshot(`
      [
        94,
        42,
        80,
        99,
        59,
        119,
        94,
        81,
        72,
        50,
        30,
        91,
        60,
      ]
    `);
  });

  test.each([
    [1, 128],
    [85, 128],
    [86, 256],
    [171, 256],
    [172, 512],
    [30_000, 32_768],
  ])('by default: parallelism %i has %i', (parallelism, max) => {
    expect(defaultMaxParallelism(parallelism)).toBe(max);
  });

  test('must be as many as subtasks', () => {
    expect(() => checkMaxParallelism(129, 128)).toThrow(expect.objectContaining({ code: 'bad-parallelism' }));
    expect(() => defaultMaxParallelism(32_769)).toThrow(expect.objectContaining({ code: 'bad-parallelism' }));
  });
});
