import { BOOLEAN, INT, type LogicalType } from '../types/logical-type.ts';
import { commonType } from '../types/common-type.ts';
import { compareValues, equalValues } from '../types/compare.ts';
import { identityOf } from '../types/value-identity.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

type Values = readonly unknown[];
type Entries = Map<unknown, unknown>;

const first = ([type]: readonly LogicalType[]) => type;
/** The type that all arrays or maps have in common. */
const shared = (types: readonly LogicalType[]) =>
  types.reduce<LogicalType | undefined>((a, b) => a && commonType(a, b), types[0]);
const elementOf = (type: LogicalType) => (type as { readonly element: LogicalType }).element;
const keyOf = (type: LogicalType) => (type as { readonly key: LogicalType }).key;
const valueOf = (type: LogicalType) => (type as { readonly value: LogicalType }).value;

/** Functions that make arrays and maps of others. */
export const collectionFunctions: readonly ScalarFunction[] = [
  scalar('ARRAY_REMOVE', ['array', 'any'], first, (array: Values | null, value: unknown) => array?.filter((item) => !equalValues(item, value)) ?? null, { takesNull: true }),
  scalar('ARRAY_PREPEND', ['array', 'any'], first, (array: Values | null, value: unknown) => array === null ? null : [value, ...array], { takesNull: true }),
  scalar('ARRAY_UNION', ['array', 'array'], shared, (a: Values, b: Values) => distinct([...a, ...b])),
  scalar('ARRAY_INTERSECT', ['array', 'array'], shared, (a: Values, b: Values) => { const there = identities(b); return distinct(a).filter((item) => there.has(identityOf(item))); }),
  scalar('ARRAY_EXCEPT', ['array', 'array'], shared, except),
  scalar('ARRAY_SLICE', ['array', INT, INT], first, slice, { optional: 1 }),
  scalar('ARRAY_SORT', ['array', BOOLEAN, BOOLEAN], first, (types: readonly LogicalType[]) => sorted(elementOf(types[0]!)), { optional: 2, typed: true }),
  scalar('MAP_UNION', ['map'], shared, (...maps: readonly Entries[]) => new Map(maps.flatMap((map) => [...map])), { rest: true }),
  scalar('MAP_ENTRIES', ['map'], ([type]) => ({ name: 'ARRAY', element: { name: 'ROW', fields: [{ name: 'key', type: keyOf(type!) }, { name: 'value', type: valueOf(type!) }] } }), (map: Entries) => Array.from(map, ([key, value]) => ({ key, value }))),
  scalar('MAP_FROM_ARRAYS', ['array', 'array'], ([keys, values]) => ({ name: 'MAP', key: elementOf(keys!), value: elementOf(values!) }), fromArrays),
]; // prettier-ignore

const identities = (values: Values) => new Set(values.map(identityOf));

function distinct(values: Values): unknown[] {
  return [...new Map(values.map((item) => [identityOf(item), item])).values()];
}

function except(a: Values, b: Values): unknown[] {
  const there = identities(b);
  return distinct(a).filter((item) => !there.has(identityOf(item)));
}

/** Both ends are included, from 1; negative ones are counted from the end. */
function slice(array: Values, start: number, end = array.length): unknown[] {
  const place = (at: number) => (at === 0 ? 1 : at > 0 ? at : array.length + at + 1);
  return array.slice(Math.max(0, place(start) - 1), Math.max(0, place(end)));
}

function sorted(element: LogicalType): (...args: never[]) => unknown {
  const compare = compareValues(element);
  return (array: Values, ascending = true, nullsFirst: boolean = ascending) => {
    const present = array.filter((item) => item !== null);
    const nulls = array.filter((item) => item === null);
    present.sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
    return nullsFirst ? [...nulls, ...present] : [...present, ...nulls];
  };
}

function fromArrays(keys: Values, values: Values): Entries {
  if (keys.length !== values.length)
    throw new RangeError(
      `MAP_FROM_ARRAYS has ${keys.length} keys for ${values.length} values: give as many of both.`,
    );
  return new Map(keys.map((key, at) => [key, values[at]]));
}
