import Big from 'big.js';

// DECIMAL values are held as text with exactly the digits of their scale. So they compare as keys, are cloned as they are,
// and print as they are.

/** A DECIMAL of its column's scale, such as `'11.10'`. */
export type DecimalText = string;

Big.DP = 40;
Big.RM = 1;
// Text of all digits, never an exponent.
Big.PE = 1_000_000;
Big.NE = -1_000_000;

/** Brings a number to a scale, half up; `null` if it does not fit the precision. */
export function toDecimal(
  value: string | number | bigint | Big,
  precision: number,
  scale: number,
): DecimalText | null {
  const number = new Big(typeof value === 'bigint' ? value.toString() : value).round(scale, 1);
  const text = number.toFixed(scale);
  const digits = text.length - (scale > 0 ? 1 : 0) - (text.startsWith('-') ? 1 : 0);
  if (digits > precision && number.abs().gte(new Big(10).pow(precision - scale))) return null;
  return number.eq(0) ? new Big(0).toFixed(scale) : text;
}

export function compareDecimals(a: DecimalText, b: DecimalText): number {
  return new Big(a).cmp(b);
}

/** Arithmetic on exact numbers whose result has the precision and scale given. */
export function decimalArithmetic(
  operator: '+' | '-' | '*' | '/' | '%',
  precision: number,
  scale: number,
): (a: ExactNumber, b: ExactNumber) => DecimalText | null {
  const compute = OPERATIONS[operator];
  return (a, b) => toDecimal(compute(bigOf(a), bigOf(b)), precision, scale);
}

type ExactNumber = DecimalText | number | bigint;

const OPERATIONS = {
  '+': (a: Big, b: Big) => a.plus(b),
  '-': (a: Big, b: Big) => a.minus(b),
  '*': (a: Big, b: Big) => a.times(b),
  '/': (a: Big, b: Big) => a.div(b),
  '%': (a: Big, b: Big) => a.mod(b),
};

function bigOf(value: ExactNumber): Big {
  return new Big(typeof value === 'bigint' ? value.toString() : value);
}
