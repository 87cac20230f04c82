import { BOOLEAN, INT, STRING, type LogicalType } from '../types/logical-type.ts';
import { equalValues, compareValues } from '../types/compare.ts';
import { identityOf } from '../types/value-identity.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

const element = ([type]: readonly LogicalType[]) => (type as { element?: LogicalType }).element;
const first = ([type]: readonly LogicalType[]) => type;

/** Functions that choose, and those of arrays and maps. */
export const otherFunctions: readonly ScalarFunction[] = [
  scalar('NULLIF', ['common', 'common'], first, (a: unknown, b: unknown) => (b !== null && equalValues(a, b) ? null : a), { takesNull: true }),
  scalar('IFNULL', ['common', 'common'], first, (a: unknown, b: unknown) => a ?? b, { takesNull: true }),
  scalar('IF', [BOOLEAN, 'common', 'common'], (types) => types[1], (condition: unknown, a: unknown, b: unknown) => (condition === true ? a : b), { takesNull: true }),
  scalar('GREATEST', ['common'], first, (types: readonly LogicalType[]) => extreme(types[0]!, 1), { rest: true, typed: true }),
  scalar('LEAST', ['common'], first, (types: readonly LogicalType[]) => extreme(types[0]!, -1), { rest: true, typed: true }),
  scalar('CARDINALITY', ['array'], INT, (array: readonly unknown[]) => array.length),
  scalar('CARDINALITY', ['map'], INT, (map: Map<unknown, unknown>) => map.size),
  scalar('ELEMENT', ['array'], element, only),
  scalar('ARRAY_CONTAINS', ['array', 'any'], BOOLEAN, (array: readonly unknown[] | null, value: unknown) => array === null ? null : array.some((item) => equalValues(item, value)), { takesNull: true }),
  scalar('ARRAY_POSITION', ['array', 'any'], INT, (array: readonly unknown[], value: unknown) => array.findIndex((item) => equalValues(item, value)) + 1),
  scalar('ARRAY_DISTINCT', ['array'], first, (array: readonly unknown[]) => [...new Map(array.map((item) => [identityOf(item), item])).values()]),
  scalar('ARRAY_REVERSE', ['array'], first, (array: readonly unknown[]) => array.toReversed()),
  scalar('ARRAY_APPEND', ['array', 'any'], first, (array: readonly unknown[] | null, value: unknown) => array === null ? null : [...array, value], { takesNull: true }),
  scalar('ARRAY_CONCAT', ['array'], first, (...arrays: readonly (readonly unknown[])[]) => arrays.flat(1), { rest: true }),
  scalar('ARRAY_MAX', ['array'], element, (types: readonly LogicalType[]) => arrayExtreme(types[0]!, 1), { typed: true }),
  scalar('ARRAY_MIN', ['array'], element, (types: readonly LogicalType[]) => arrayExtreme(types[0]!, -1), { typed: true }),
  scalar('ARRAY_JOIN', ['array', STRING, STRING], STRING, (array: readonly unknown[], separator: string, forNull: string | null = null) => array.map((item) => item ?? forNull).filter((item) => item !== null).join(separator), { optional: 1 }),
  scalar('MAP_KEYS', ['map'], ([type]) => ({ name: 'ARRAY', element: (type as { key: LogicalType }).key }), (map: Map<unknown, unknown>) => [...map.keys()]),
  scalar('MAP_VALUES', ['map'], ([type]) => ({ name: 'ARRAY', element: (type as { value: LogicalType }).value }), (map: Map<unknown, unknown>) => [...map.values()]),
]; // prettier-ignore

/** The one element. */
function only(array: readonly unknown[]): unknown {
  if (array.length > 1)
    throw new RangeError(`ELEMENT takes an array of one element, and has one of ${array.length}: write [1].`);
  return array[0] ?? null;
}

function extreme(type: LogicalType, sign: number): (...args: never[]) => unknown {
  const compare = compareValues(type);
  return (...values: unknown[]) =>
    values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best));
}

function arrayExtreme(type: LogicalType, sign: number): (array: never) => unknown {
  const best = extreme((type as { element: LogicalType }).element, sign);
  return (array: readonly unknown[]) => {
    const present = array.filter((item) => item !== null);
    return present.length === 0 ? null : best(...(present as never[]));
  };
}
