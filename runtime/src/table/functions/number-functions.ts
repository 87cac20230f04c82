import Big from 'big.js';
import { toDecimal } from '../types/decimal.ts';
import { exactInteger, negateExact, type ExactInteger } from '../types/exact-integer.ts';
import { arithmeticType } from '../types/common-type.ts';
import {
  decimal, DOUBLE, INT, isApproximate, isNumeric, MAX_PRECISION, STRING, type LogicalType,
} from '../types/logical-type.ts'; // prettier-ignore
import { scalar, type Literals, type ScalarFunction } from './scalar-function.ts';

const ofDouble = (name: string, evaluate: (x: number) => number) => scalar(name, [DOUBLE], DOUBLE, evaluate);

/** Functions of numbers. */
export const numberFunctions: readonly ScalarFunction[] = [
  scalar('ABS', ['number'], ([type]) => type, abs, { typed: true }),
  scalar('SIGN', ['number'], ([type]) => type, sign, { typed: true }),
  scalar('FLOOR', ['number'], roundedType, (types: readonly LogicalType[]) => rounding(types[0]!, Math.floor), { typed: true }),
  scalar('CEIL', ['number'], roundedType, (types: readonly LogicalType[]) => rounding(types[0]!, Math.ceil), { typed: true }),
  scalar('ROUND', ['number', INT], typeOfDigits, round, { typed: true, optional: 1 }),
  scalar('TRUNCATE', ['number', INT], typeOfDigits, truncate, { typed: true, optional: 1 }),
  scalar('POWER', [DOUBLE, DOUBLE], DOUBLE, Math.pow),
  operator('MOD', '%'),
  ofDouble('SQRT', Math.sqrt),
  ofDouble('EXP', Math.exp),
  ofDouble('LN', Math.log),
  ofDouble('LOG10', Math.log10),
  ofDouble('LOG2', Math.log2),
  scalar('LOG', [DOUBLE, DOUBLE], DOUBLE, (a: number, b?: number) => (b === undefined ? Math.log(a) : Math.log(b) / Math.log(a)), { optional: 1 }),
  ofDouble('SIN', Math.sin),
  ofDouble('COS', Math.cos),
  ofDouble('TAN', Math.tan),
  ofDouble('COT', (x) => 1 / Math.tan(x)),
  ofDouble('ASIN', Math.asin),
  ofDouble('ACOS', Math.acos),
  ofDouble('ATAN', Math.atan),
  scalar('ATAN2', [DOUBLE, DOUBLE], DOUBLE, Math.atan2),
  ofDouble('SINH', Math.sinh),
  ofDouble('COSH', Math.cosh),
  ofDouble('TANH', Math.tanh),
  ofDouble('DEGREES', (x) => (x * 180) / Math.PI),
  ofDouble('RADIANS', (x) => (x * Math.PI) / 180),
  scalar('PI', [], DOUBLE, () => Math.PI),
  scalar('E', [], DOUBLE, () => Math.E),
  scalar('BIN', ['integer'], STRING, (n: ExactInteger) => BigInt.asUintN(64, BigInt(n)).toString(2)),
  scalar('HEX', ['any'], STRING, (value: ExactInteger | string) => typeof value === 'string' ? Array.from(new TextEncoder().encode(value), (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase() : BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase()),
]; // prettier-ignore

function abs([type]: readonly LogicalType[]): (value: never) => unknown {
  if (type!.name === 'DECIMAL') return (value: string) => value.replace('-', '');
  return (value: ExactInteger) => (value < 0 ? negateExact(value) : value);
}

function sign([type]: readonly LogicalType[]): (value: never) => unknown {
  if (type!.name === 'DECIMAL') {
    const { scale } = type as { scale: number };
    return (value: string) => toDecimal(new Big(value).cmp(0), 38, scale);
  }
  return (value: ExactInteger) => (value > 0 ? 1 : value < 0 ? -1 : 0);
}

function roundedType([type]: readonly LogicalType[]): LogicalType {
  return type!.name === 'DECIMAL' ? decimal((type as { precision: number }).precision, 0) : type!;
}

function rounding(type: LogicalType, ofNumber: (value: number) => number): (value: never) => unknown {
  if (type.name !== 'DECIMAL')
    return (value: ExactInteger) =>
      typeof value === 'bigint' ? value : isApproximate(type) ? ofNumber(value) : value;
  const up = ofNumber(0.5) === 1;
  return (value: string) => {
    const towardsZero = new Big(value).round(0, 0);
    const rest = new Big(value).cmp(towardsZero);
    const whole = rest > 0 && up ? towardsZero.plus(1) : rest < 0 && !up ? towardsZero.minus(1) : towardsZero;
    return toDecimal(whole, 38, 0);
  };
}

/** A function that is another name of an operator. */
function operator(name: string, of: string): ScalarFunction {
  return {
    name,
    signature: `${name}(exact number, exact number)`,
    bind: (types) => {
      const [a, b] = types;
      const exact = (type: LogicalType | undefined) =>
        type !== undefined && isNumeric(type) && !isApproximate(type);
      if (types.length !== 2 || !exact(a) || !exact(b)) return undefined;
      return { args: types, type: arithmeticType(of, a!, b!), operator: of };
    },
  };
}

/** A DECIMAL has as many digits behind the point as are asked for, if that is written out. */
function typeOfDigits([type]: readonly LogicalType[], [, digits]: Literals): LogicalType {
  if (type!.name !== 'DECIMAL' || (digits !== undefined && typeof digits !== 'number')) return type!;
  const { precision, scale } = type as { precision: number; scale: number };
  const kept = Math.max(0, digits ?? 0);
  return kept >= scale ? type! : decimal(Math.min(MAX_PRECISION, 1 + precision - scale + kept), kept);
}

function round(types: readonly LogicalType[], literals: Literals): (...args: never[]) => unknown {
  return roundBy(types, literals, 1);
}

function truncate(types: readonly LogicalType[], literals: Literals): (...args: never[]) => unknown {
  return roundBy(types, literals, 0);
}

function roundBy(
  types: readonly LogicalType[],
  literals: Literals,
  mode: 0 | 1,
): (...args: never[]) => unknown {
  const type = typeOfDigits(types, literals);
  const to = (value: string | number | bigint, digits: number) =>
    new Big(typeof value === 'bigint' ? String(value) : value).round(digits, mode);
  if (type.name === 'DECIMAL')
    return (value: string, digits = 0) => toDecimal(to(value, digits), 38, type.scale);
  if (isApproximate(type))
    return (value: number, digits = 0) => (Number.isFinite(value) ? to(value, digits).toNumber() : value);
  return (value: ExactInteger, digits = 0) =>
    digits >= 0 ? value : exactInteger(BigInt(to(value, digits).toFixed(0)));
}
