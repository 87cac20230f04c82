import Big from 'big.js';
import { castFunction } from '../types/cast.ts';
import { decimalArithmetic, toDecimal } from '../types/decimal.ts';
import { addExact, divideExact, subtractExact, type ExactInteger } from '../types/exact-integer.ts';
import { BIGINT, decimal, isApproximate, isNumeric, type LogicalType } from '../types/logical-type.ts';
import type {
  AggregateFunctionDefinition,
  Aggregator,
  AggregatorCode,
  BoundAggregate,
} from './aggregate-function.ts';

/** What sums have seen: how many values, and their total. */
type Total = [count: number, sum: unknown];
type Plus = (a: unknown, b: unknown) => unknown;

interface Arithmetic {
  readonly zero: unknown;
  readonly plus: Plus;
  readonly minus: Plus;
}

function arithmeticOf(type: LogicalType): Arithmetic {
  if (type.name === 'DECIMAL') {
    const { scale } = type;
    return {
      zero: toDecimal(0, 38, scale),
      plus: decimalArithmetic('+', 38, scale) as Plus,
      minus: decimalArithmetic('-', 38, scale) as Plus,
    };
  }
  if (isApproximate(type)) {
    return {
      zero: 0,
      plus: (a, b) => (a as number) + (b as number),
      minus: (a, b) => (a as number) - (b as number),
    };
  }
  return { zero: 0, plus: addExact as Plus, minus: subtractExact as Plus };
}

/** A sum as code: numbers are added where the code stands as long as they are exact. */
function sumCode(type: LogicalType, plus: Plus): AggregatorCode | undefined {
  if (type.name === 'DECIMAL') return undefined;
  const sum = (into: string, value: string, bind: (object: unknown) => string) => {
    if (isApproximate(type)) return `${into} += ${value};`;
    const exact = `typeof ${into} === 'number' && typeof ${value} === 'number' && Number.isSafeInteger(${into} + ${value})`;
    return `${into} = ${exact} ? ${into} + ${value} : ${bind(plus)}(${into}, ${value});`;
  };
  return {
    create: '[0, 0]',
    add: (place, value, bind) => `{ const held = ${place}; held[0]++; ${sum('held[1]', value, bind)} }`,
    merge: (place, other, bind) =>
      `{ const held = ${place}, seen = ${other}; held[0] += seen[0]; ${sum('held[1]', 'seen[1]', bind)} }`,
    copy: (accumulator) => `[${accumulator}[0], ${accumulator}[1]]`,
  };
}

function totals(type: LogicalType, result: (total: Total) => unknown): Aggregator {
  const { zero, plus, minus } = arithmeticOf(type);
  return {
    code: sumCode(type, plus),
    ignoresNull: true,
    create: (): Total => [0, zero],
    add(total, value) {
      const held = total as Total;
      held[0]++;
      held[1] = plus(held[1], value);
      return held;
    },
    retract(total, value) {
      const held = total as Total;
      held[0]--;
      held[1] = minus(held[1], value);
      return held;
    },
    merge(a, b) {
      const [count, sum] = b as Total;
      const held = a as Total;
      held[0] += count;
      held[1] = plus(held[1], sum);
      return held;
    },
    result: (total) => result(total as Total),
  };
}

function sumType(type: LogicalType): LogicalType {
  return type.name === 'DECIMAL' ? decimal(38, type.scale) : type;
}

/** The sum has the type of its values, as in Flink; in between it does not overflow. */
function bindSum(types: readonly LogicalType[], empty: 'null' | 'zero'): BoundAggregate | undefined {
  const [type] = types;
  if (types.length !== 1 || !isNumeric(type!)) return undefined;
  const result = sumType(type!);
  const finish =
    type!.name === 'DECIMAL' || isApproximate(type!)
      ? (sum: unknown) => sum
      : castFunction(BIGINT, type!, false);
  return {
    args: [type!],
    type: result,
    create: () => totals(type!, ([count, sum]) => (count === 0 && empty === 'null' ? null : finish(sum))),
  };
}

/** AVG of whole numbers is a whole number, of DECIMAL(p, s) a DECIMAL with at least six digits behind the point. */
function bindAverage(types: readonly LogicalType[]): BoundAggregate | undefined {
  const type = types[0];
  if (type === undefined || types.length !== 1 || !isNumeric(type)) return undefined;
  if (type.name === 'DECIMAL') {
    const scale = Math.max(6, type.scale);
    return {
      args: [type],
      type: decimal(38, scale),
      create: () =>
        totals(type, ([count, sum]) =>
          count === 0 ? null : toDecimal(new Big(sum as string).div(count), 38, scale),
        ),
    };
  }
  const average = isApproximate(type)
    ? ([count, sum]: Total) => (count === 0 ? null : (sum as number) / count)
    : ([count, sum]: Total) => (count === 0 ? null : divideExact(sum as ExactInteger, count));
  return { args: [type], type, create: () => totals(type, average) };
}

const counts: Aggregator = {
  ignoresNull: true,
  code: {
    create: '0',
    add: (place) => `${place}++;`,
    merge: (place, other) => `${place} += ${other};`,
    copy: (accumulator) => accumulator,
    result: (accumulator) => accumulator,
  },
  create: () => 0,
  add: (count) => (count as number) + 1,
  retract: (count) => (count as number) - 1,
  merge: (a, b) => (a as number) + (b as number),
  result: (count) => count,
};

/** Aggregates that add up. */
export const sumAggregates: readonly AggregateFunctionDefinition[] = [
  { name: 'COUNT', signature: 'COUNT(*), COUNT(value)', bind: (types) => ({ args: types, type: BIGINT, create: () => counts }) },
  { name: 'SUM', signature: 'SUM(number)', bind: (types) => bindSum(types, 'null') },
  { name: 'SUM0', signature: 'SUM0(number)', bind: (types) => bindSum(types, 'zero') },
  { name: 'AVG', signature: 'AVG(number)', bind: bindAverage },
]; // prettier-ignore
