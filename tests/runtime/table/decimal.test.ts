import Big from 'big.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDecimals, decimalArithmetic, toDecimal } from '../../../runtime/src/table/types/decimal.ts';
import { holds } from '../property.ts';

/** DECIMALs of up to 25 digits, with few of them mostly, and whole numbers. */
const decimal = fc
  .record({
    digits: fc.integer({ min: 1, max: 25 }),
    scale: fc.integer({ min: 0, max: 6 }),
    few: fc.boolean(),
  })
  .chain(({ digits, scale, few }) =>
    fc
      .bigInt({ min: -(10n ** BigInt(few ? 6 : digits)), max: 10n ** BigInt(few ? 6 : digits) })
      .map((units) => toDecimal(new Big(units.toString()).div(new Big(10).pow(scale)), 38, scale)!),
  );
const number = fc.oneof(decimal, fc.maxSafeInteger());

test('arithmetic is exact, however many digits there are', () =>
  holds(
    fc.record({
      a: number,
      b: number,
      operator: fc.constantFrom('+' as const, '-' as const, '*' as const),
      precision: fc.integer({ min: 6, max: 38 }),
      scale: fc.integer({ min: 0, max: 6 }),
    }),
    ({ a, b, operator, precision, scale }) => {
      const [x, y] = [new Big(a), new Big(b)];
      const result = operator === '+' ? x.plus(y) : operator === '-' ? x.minus(y) : x.times(y);
      expect(decimalArithmetic(operator, precision, scale)(a, b)).toBe(toDecimal(result, precision, scale));
      return Promise.resolve();
    },
    2_000,
  ));

test('so is the order', () =>
  holds(
    fc.tuple(decimal, decimal),
    ([a, b]) => {
      expect(compareDecimals(a, b)).toBe(new Big(a).cmp(new Big(b)));
      expect(compareDecimals(a, `${a}${a.includes('.') ? '0' : '.0'}`)).toBe(0);
      return Promise.resolve();
    },
    1_000,
  ));
