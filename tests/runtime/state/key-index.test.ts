import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyIndex } from '../../../runtime/src/state/key-index.ts';
import { holds } from '../property.ts';

const key = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer(), fc.constantFrom('a', 'b', 1.5, -0));

test('an index that begins with room gives the same slots as one that grows to it', () =>
  holds(
    fc.tuple(fc.array(key, { maxLength: 200, size: 'max' }), fc.integer({ min: 0, max: 12 })),
    ([keys, doubled]) => {
      const grown = new KeyIndex();
      const roomy = new KeyIndex();
      roomy.reserve(2 ** doubled);
      for (const one of keys) expect(roomy.slotOf(one)).toBe(grown.slotOf(one));
      for (const one of keys) expect(roomy.find(one)).toBe(grown.find(one));
      for (const one of keys) {
        grown.delete(one);
        roomy.delete(one);
        expect(roomy.find(one)).toBe(-1);
      }
      expect(roomy.size).toBe(0);
      expect([grown.integers, roomy.integers]).toEqual([0, 0]);
      return Promise.resolve();
    },
  ));
