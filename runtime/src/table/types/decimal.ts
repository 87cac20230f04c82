import Big from 'big.js';
import { wholeNumberText } from './whole-number-text.ts';

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
  // Of so few digits different numbers are different doubles, in the same order.
  if (isShort(a) && isShort(b)) return Math.sign(Number(a) - Number(b));
  return new Big(a).cmp(b);
}

/** Arithmetic on exact numbers whose result has the precision and scale given. */
export function decimalArithmetic(
  operator: '+' | '-' | '*' | '/' | '%',
  precision: number,
  scale: number,
): (a: ExactNumber, b: ExactNumber) => DecimalText | null {
  const compute = OPERATIONS[operator];
  const exact = (a: ExactNumber, b: ExactNumber) => toDecimal(compute(bigOf(a), bigOf(b)), precision, scale);
  if (operator === '/' || operator === '%') return exact;
  return (a, b) => {
    if (!isShort(a) || !isShort(b)) return exact(a, b);
    const units = shortArithmetic(operator, a, b, scale);
    if (!Number.isSafeInteger(units)) return exact(a, b);
    return Math.abs(units) < 10 ** precision ? unitsToText(units, scale) : null;
  };
}

/** Characters of a text whose digits a double holds exactly. */
const SHORT = 15;

/** True if a double holds the digits exactly. */
function isShort(value: ExactNumber): value is string | number {
  if (typeof value === 'string') return value.length <= SHORT;
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/**
 * Whole units of the result's scale, by doubles: most numbers have few digits.
 * @returns no safe integer if the result has too many digits, or more than the scale
 */
function shortArithmetic(
  operator: '+' | '-' | '*',
  a: string | number,
  b: string | number,
  scale: number,
): number {
  const [scaleA, scaleB] = [scaleOf(a), scaleOf(b)];
  if (operator === '*') {
    const missing = scale - scaleA - scaleB;
    return missing < 0 ? NaN : timesPower(unitsOf(a) * unitsOf(b), missing);
  }
  if (scale < scaleA || scale < scaleB) return NaN;
  const left = timesPower(unitsOf(a), scale - scaleA);
  const right = timesPower(unitsOf(b), scale - scaleB);
  return operator === '+' ? left + right : left - right;
}

/** NaN if the result is no safe integer; a product that is one has not been rounded. */
function timesPower(units: number, power: number): number {
  const product = units * 10 ** power;
  return Number.isSafeInteger(units) && Number.isSafeInteger(product) ? product : NaN;
}

function scaleOf(value: string | number): number {
  if (typeof value === 'number') return 0;
  const point = value.indexOf('.');
  return point < 0 ? 0 : value.length - point - 1;
}

function unitsOf(value: string | number): number {
  return typeof value === 'number' ? value : Number(value.replace('.', ''));
}

/** Digits behind the point that are looked up. */
const LOOKED_UP = 3;
/** The point and what may stand behind it, by scale. */
const FRACTIONS = Array.from({ length: LOOKED_UP + 1 }, (_, scale) =>
  Array.from({ length: scale === 0 ? 0 : 10 ** scale }, (_, rest) => `.${String(rest).padStart(scale, '0')}`),
);

/** What a unit of the next place is, by scale. */
const POWERS = Array.from({ length: 40 }, (_, scale) => 10 ** scale);

/** A DECIMAL of so many units of its scale. @param units a safe integer */
export function unitsToText(units: number, scale: number): DecimalText {
  if (scale === 0) return String(units);
  const size = Math.abs(units);
  const power = POWERS[scale]!;
  // The remainder of doubles is slow; the quotient may be rounded up to the next whole number.
  let whole = Math.floor(size / power);
  let rest = size - whole * power;
  if (rest < 0) {
    whole--;
    rest += power;
  }
  const fraction = scale <= LOOKED_UP ? FRACTIONS[scale]![rest]! : `.${String(rest).padStart(scale, '0')}`;
  const text = wholeNumberText(whole) + fraction;
  return units < 0 ? `-${text}` : text;
}

/** How many units of its scale a DECIMAL has; `undefined` if a double does not hold them exactly. */
export function textToUnits(text: DecimalText): number | undefined {
  return isShort(text) ? unitsOf(text) : undefined;
}

export type ExactNumber = DecimalText | number | bigint;

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
