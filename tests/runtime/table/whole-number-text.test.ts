import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsToText } from '../../../runtime/src/table/types/decimal.ts';
import { wholeNumberText } from '../../../runtime/src/table/types/whole-number-text.ts';
import { holds } from '../property.ts';

test('the digits are those of the number, on both sides of each power of ten', () => {
  for (let power = 1; power <= Number.MAX_SAFE_INTEGER; power *= 10)
    for (const whole of [power - 1, power, power + 1]) expect(wholeNumberText(whole)).toBe(String(whole));
  expect(wholeNumberText(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
});

test('of numbers of any size', () =>
  holds(
    fc.oneof(fc.maxSafeNat(), fc.nat(2_000_000_000), fc.nat(2_000_000)),
    (whole) => {
      expect(wholeNumberText(whole)).toBe(String(whole));
      return Promise.resolve();
    },
    2_000,
  ));

test('zeros within, before the point and behind it, are kept', () => {
  expect(unitsToText(1_000_000_000, 3)).toBe('1000000.000');
  expect(unitsToText(-1_002_003_004, 3)).toBe('-1002003.004');
  expect(unitsToText(7, 3)).toBe('0.007');
  expect(unitsToText(0, 2)).toBe('0.00');
  expect(unitsToText(1_000_050_000, 5)).toBe('10000.50000');
});
