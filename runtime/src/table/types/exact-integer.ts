// BIGINT: a number while it is a safe integer, else a bigint. One value has one form, so that values compare by `===`.

/** A BIGINT. */
export type ExactInteger = number | bigint;

const LOW = -(2n ** 63n);
const HIGH = 2n ** 63n - 1n;

/** The one form of a value. */
export function exactInteger(value: bigint): ExactInteger {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Wraps around as 64-bit integers do. */
function wrapped(value: bigint): ExactInteger {
  return exactInteger(value < LOW || value > HIGH ? BigInt.asIntN(64, value) : value);
}

export function addExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return wrapped(BigInt(a) + BigInt(b));
}

export function subtractExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return wrapped(BigInt(a) - BigInt(b));
}

export function multiplyExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return wrapped(BigInt(a) * BigInt(b));
}

/** Towards zero, as Java's. */
export function divideExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const quotient = Math.trunc(a / b);
    // The division of doubles is off by one for few large dividends only.
    return Math.abs(a) < 2 ** 52 ? (quotient === 0 ? 0 : quotient) : exactInteger(BigInt(a) / BigInt(b));
  }
  return wrapped(BigInt(a) / BigInt(b));
}

export function moduloExact(a: ExactInteger, b: ExactInteger): ExactInteger {
  if (typeof a === 'number' && typeof b === 'number') {
    const rest = a % b;
    return rest === 0 ? 0 : rest;
  }
  return exactInteger(BigInt(a) % BigInt(b));
}

export function negateExact(a: ExactInteger): ExactInteger {
  return typeof a === 'number' ? (a === 0 ? 0 : -a) : wrapped(-a);
}
