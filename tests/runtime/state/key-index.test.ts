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

test('an index that takes over the keys of another finds them where they were, and fills the same gaps', () =>
  holds(
    fc.tuple(fc.array(key, { maxLength: 200, size: 'max' }), fc.array(fc.nat({ max: 199 })), fc.array(key)),
    ([keys, deleted, added]) => {
      const before = new KeyIndex();
      const all: unknown[] = [...keys, ['a', 1], ['b', 1]];
      for (const one of all) before.slotOf(one);
      for (const at of deleted) before.delete(all[at % all.length]);
      const after = new KeyIndex();
      after.restore([...before.keys]);
      expect([after.size, after.integers]).toEqual([before.size, before.integers]);
      for (const one of all) expect(after.find(one)).toBe(before.find(one));
      const gaps = before.keys.flatMap((one, slot) => (one === undefined ? [slot] : []));
      const taken = new Set(added.filter((one) => after.find(one) < 0).map((one) => after.slotOf(one)));
      expect([...taken].slice(0, gaps.length)).toEqual(gaps.slice(0, taken.size));
      // −0 is the key 0.
      for (const one of added) expect(after.keys[after.slotOf(one)] === one).toBe(true);
      return Promise.resolve();
    },
  ));
