import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairIndex } from '../../../runtime/src/state/pair-index.ts';
import { holds } from '../property.ts';

const part = fc.constantFrom<string | number>('a', 'b', 1, 2, 0.5);

test('pairs are found by both of their parts, however they come and go', () =>
  holds(
    fc.array(fc.record({ pair: fc.tuple(part, part), adds: fc.boolean() }), { maxLength: 40, size: 'max' }),
    async (steps) => {
      const index = new PairIndex();
      const known = new Map<string, number>();
      steps.forEach(({ pair, adds }, slot) => {
        if (adds) {
          index.set(pair, slot);
          known.set(JSON.stringify(pair), slot);
        } else {
          index.delete(pair);
          known.delete(JSON.stringify(pair));
        }
        for (const { pair: other } of steps) expect(index.get(other)).toBe(known.get(JSON.stringify(other)));
      });
    },
    100,
    2_000,
  ));
