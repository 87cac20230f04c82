import { badSql } from '../sql-errors.ts';
import { NOWHERE } from '../parse/position.ts';
import { parseSqlDate, parseSqlTimestamp, parseTime } from './date-time-text.ts';
import { toDecimal } from './decimal.ts';
import { exactInteger } from './exact-integer.ts';
import {
  isApproximate,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
  sameType,
  showType,
  type LogicalType,
} from './logical-type.ts';
import { textOf } from './value-text.ts';

type Convert = (value: never) => unknown;

const DAY = 86_400_000;
const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-128n, 127n],
  SMALLINT: [-32_768n, 32_767n],
  INT: [-(2n ** 31n), 2n ** 31n - 1n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** True if CAST knows the way between the types. */
export function canCast(from: LogicalType, to: LogicalType): boolean {
  return conversion(from, to) !== undefined;
}

/**
 * What CAST does with a value that is not NULL. What cannot be converted fails with `cast-failed`; with `safe`, as in TRY_CAST, it
 * is NULL.
 */
export function castFunction(from: LogicalType, to: LogicalType, safe: boolean): (value: unknown) => unknown {
  const convert = conversion(from, to) as ((value: unknown) => unknown) | undefined;
  if (convert === undefined) throw new TypeError(`no cast from ${showType(from)} to ${showType(to)}`);
  // A DECIMAL that does not fit is NULL in Flink, not an error.
  const mayBeNull = (value: unknown) =>
    safe || (to.name === 'DECIMAL' && (isNumeric(from) || typeof value !== 'string'));
  return (value) => {
    const result = convert(value);
    if (result !== undefined) return result;
    if (mayBeNull(value)) return null;
    throw badSql(
      'cast-failed',
      `${typeof value === 'string' ? `'${value}'` : String(value)} cannot be cast to ${showType(to)}.`,
      'TRY_CAST makes NULL of what does not convert.',
      NOWHERE,
    );
  };
}

/** `undefined` from the conversion is a value that cannot be converted. */
function conversion(from: LogicalType, to: LogicalType): Convert | undefined {
  if (from.name === 'NULL' || sameType(from, to) || to.name === 'ANY') return (value: unknown) => value;
  if (from.name === 'ANY') return fromAny(to);
  if (to.name === 'STRING') return toText(from, to);
  if (from.name === 'STRING') return fromText(to);
  if (from.name === 'BOOLEAN' && isNumeric(to))
    return to.name === 'DECIMAL'
      ? (value: boolean) => toDecimal(value ? 1 : 0, to.precision, to.scale) ?? undefined
      : (value: boolean) => (value ? 1 : 0);
  if (isNumeric(from) && to.name === 'BOOLEAN')
    return from.name === 'DECIMAL' ? (value: string) => /[1-9]/.test(value) : (value: number) => value !== 0;
  if (isNumeric(from) && isNumeric(to)) return toNumber(from, to);
  if (isTimestamp(from) && isTimestamp(to))
    return to.name === 'TIMESTAMP' && to.precision < 3 ? truncateTo(to.precision) : (value: number) => value;
  if (from.name === 'DATE' && isTimestamp(to)) return (value: number) => value;
  if (isTimestamp(from) && to.name === 'DATE') return (value: number) => Math.floor(value / DAY) * DAY;
  if (isTimestamp(from) && to.name === 'TIME') {
    const truncate = truncateTo(to.precision);
    return (value: number) => truncate(value - Math.floor(value / DAY) * DAY);
  }
  if (from.name === 'TIME' && (to.name === 'TIME' || isTimestamp(to))) return (value: number) => value;
  if (isInterval(from) && isNumeric(to)) return toNumber({ name: 'BIGINT' }, to);
  if (from.name === 'ARRAY' && to.name === 'ARRAY') {
    const element = nullable(conversion(from.element, to.element));
    return element && ((value: readonly unknown[]) => value.map(element));
  }
  if (from.name === 'MAP' && to.name === 'MAP') {
    const key = nullable(conversion(from.key, to.key));
    const item = nullable(conversion(from.value, to.value));
    return (
      key &&
      item &&
      ((value: Map<unknown, unknown>) => new Map([...value].map(([k, v]) => [key(k), item(v)])))
    );
  }
  if (from.name === 'ROW' && to.name === 'ROW' && from.fields.length === to.fields.length) {
    const parts = to.fields.map(({ name, type }, at) => ({
      name,
      was: from.fields[at]!.name,
      convert: nullable(conversion(from.fields[at]!.type, type)),
    }));
    if (parts.some(({ convert }) => convert === undefined)) return undefined;
    return (value: Record<string, unknown>) =>
      Object.fromEntries(parts.map(({ name, was, convert }) => [name, convert!(value[was])]));
  }
  return undefined;
}

function nullable(convert: Convert | undefined): ((value: unknown) => unknown) | undefined {
  if (convert === undefined) return undefined;
  return (value) =>
    value === null || value === undefined ? null : ((convert as (value: unknown) => unknown)(value) ?? null);
}

function truncateTo(precision: number): (value: number) => number {
  if (precision >= 3) return (value) => value;
  const unit = 10 ** (3 - precision);
  return (value) => Math.floor(value / unit) * unit;
}

function toNumber(from: LogicalType, to: LogicalType): Convert | undefined {
  if (to.name === 'DOUBLE') return (value: string | number | bigint) => Number(value);
  if (to.name === 'FLOAT') return (value: string | number | bigint) => Math.fround(Number(value));
  if (to.name === 'DECIMAL') {
    const { precision, scale } = to;
    return (value: string | number | bigint) =>
      typeof value === 'number' && !Number.isFinite(value)
        ? undefined
        : (toDecimal(value, precision, scale) ?? undefined);
  }
  const [low, high] = RANGES[to.name]!;
  const bits = to.name === 'TINYINT' ? 8 : to.name === 'SMALLINT' ? 16 : to.name === 'INT' ? 32 : 64;
  if (from.name === 'DECIMAL') {
    return (value: string) => {
      const whole = BigInt(value.split('.')[0]!);
      return whole < low || whole > high ? undefined : exactInteger(whole);
    };
  }
  if (isApproximate(from)) {
    // As Java: what is out of range becomes the nearest bound, and NaN 0.
    return (value: number) => {
      if (Number.isNaN(value)) return 0;
      if (value === Infinity || value === -Infinity) return exactInteger(value > 0 ? high : low);
      const whole = BigInt(Math.trunc(value));
      return exactInteger(whole < low ? low : whole > high ? high : whole);
    };
  }
  return (value: number | bigint) => exactInteger(BigInt.asIntN(bits, BigInt(value)));
}

function fromText(to: LogicalType): Convert | undefined {
  const number = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;
  if (to.name === 'BOOLEAN') {
    return (text: string) => {
      const word = text.toLowerCase();
      if (['true', 't', 'yes', 'y', '1'].includes(word)) return true;
      return ['false', 'f', 'no', 'n', '0'].includes(word) ? false : undefined;
    };
  }
  if (isApproximate(to)) {
    return (text: string) => {
      // As in Java a letter may say which it is: 1.5d.
      const plain = text.replace(/(?<=[\d.])[fFdD](?=\s*$)/, '');
      if (!number.test(plain) && !/^\s*([+-]?Infinity|NaN)\s*$/.test(plain)) return undefined;
      return to.name === 'FLOAT' ? Math.fround(Number(plain)) : Number(plain);
    };
  }
  if (to.name === 'DECIMAL') {
    return (text: string) =>
      number.test(text)
        ? (toDecimal(text.trim().replace(/^\+/, ''), to.precision, to.scale) ?? undefined)
        : undefined;
  }
  if (isInteger(to)) {
    const [low, high] = RANGES[to.name]!;
    return (text: string) => {
      if (!/^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$/.test(text)) return undefined;
      const digits = text.trim().replace(/\..*$/, '');
      const whole = BigInt(digits.replace(/^(\+|-$)/, ''));
      return whole < low || whole > high ? undefined : exactInteger(whole);
    };
  }
  if (to.name === 'DATE') return (text: string) => parseSqlDate(text) ?? undefined;
  if (to.name === 'TIME') {
    const truncate = truncateTo(to.precision);
    return (text: string) => {
      const at = parseTime(/^\d{1,2}$/.test(text) ? `${text}:00` : text);
      return at === null ? undefined : truncate(at);
    };
  }
  if (isTimestamp(to)) return (text: string) => parseSqlTimestamp(text) ?? undefined;
  if (to.name === 'BYTES') return (text: string) => new TextEncoder().encode(text);
  return undefined;
}

function toText(from: LogicalType, to: LogicalType & { readonly name: 'STRING' }): Convert | undefined {
  const show = textOf(from);
  if (show === undefined) return undefined;
  const { length, fixed } = to;
  if (length === undefined) return show as Convert;
  return (value: unknown) => {
    const text = show(value).slice(0, length);
    return fixed === true ? text.padEnd(length) : text;
  };
}

/** From what a record holds, whatever it is, to a value of the type. */
function fromAny(to: LogicalType): Convert | undefined {
  return (value: unknown) => {
    if (typeof value === 'string' && to.name !== 'STRING')
      return (fromText(to) as ((text: string) => unknown) | undefined)?.(value);
    if (to.name === 'STRING') return typeof value === 'object' ? JSON.stringify(value) : String(value);
    return value;
  };
}
