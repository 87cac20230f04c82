import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codePointOffset, utf16Offset } from '../../../kernel/src/messages/code-points.ts';

test('a cursor in code points is found in code units and back, emoji or not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, n) => {
      const points = n % ([...text].length + 1);
      const units = utf16Offset(text, points);
      expect(units).toBe([...text].slice(0, points).join('').length);
      expect(codePointOffset(text, units)).toBe(points);
    }),
  );
});

test('a cursor behind the text is at its end', () => {
  expect(utf16Offset('😀', 5)).toBe(2);
});
