import { badArgument, TidemarkError } from '../errors.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';

/** `sum(0)` on a stream of numbers, `sum(1)` on one of tuples, `sum('field')` on one of objects. */
export type FieldName = string | number;

export type FieldAggregation = 'sum' | 'min' | 'max' | 'minBy' | 'maxBy';

/**
 * The reduction behind `sum`, `min` and `max` of a field: the first record with that field replaced; and behind `minBy`
 * and `maxBy`: the record that has the extreme, the first of equals.
 */
export function fieldReduce(
  aggregation: FieldAggregation,
  field: FieldName | ((value: unknown) => unknown),
): ReduceFunction<unknown> {
  if (typeof field === 'function') {
    if (aggregation === 'minBy') return (a, b) => (less(field(b), field(a)) ? b : a);
    if (aggregation === 'maxBy') return (a, b) => (less(field(a), field(b)) ? b : a);
    throw badArgument(
      aggregation,
      field,
      'A function gives numbers, not records.',
      'This is an error of ours.',
    );
  }
  const read = (value: unknown): unknown => fieldOf(value, field, aggregation);
  switch (aggregation) {
    case 'minBy':
      return (a, b) => (less(read(b), read(a)) ? b : a);
    case 'maxBy':
      return (a, b) => (less(read(a), read(b)) ? b : a);
    case 'min':
      return (a, b) => (less(read(b), read(a)) ? withField(a, field, read(b)) : a);
    case 'max':
      return (a, b) => (less(read(a), read(b)) ? withField(a, field, read(b)) : a);
    case 'sum':
      return (a, b) => withField(a, field, numberOf(read(a), field) + numberOf(read(b), field));
  }
}

/** The reduction of numbers behind `sum(fn)`, `min(fn)` and `max(fn)`. */
export function numberReduce(aggregation: 'sum' | 'min' | 'max'): ReduceFunction<number> {
  if (aggregation === 'sum') return (a, b) => a + b;
  return aggregation === 'min' ? (a, b) => (b < a ? b : a) : (a, b) => (b > a ? b : a);
}

/** A reduction as an aggregation: what all records reduce to. */
export function reducing(reduce: ReduceFunction<unknown>): AggregateFunction<unknown, unknown, unknown> {
  return {
    createAccumulator: () => undefined,
    add: (value, reduced) => (reduced === undefined ? value : reduce(reduced, value)),
    getResult: (reduced) => reduced,
    merge: (a, b) => (a === undefined ? b : b === undefined ? a : reduce(a, b)),
  };
}

/** The same, of a number taken from each record. */
export function reducingNumbers(
  aggregation: 'sum' | 'min' | 'max',
  numberFrom: (value: unknown) => number,
): AggregateFunction<unknown, unknown, unknown> {
  const { add, ...others } = reducing(numberReduce(aggregation) as ReduceFunction<unknown>);
  return { ...others, add: (value, reduced) => add(numberFrom(value), reduced) };
}

function fieldOf(value: unknown, field: FieldName, aggregation: FieldAggregation): unknown {
  if (typeof value !== 'object' || value === null) {
    if (field === 0) return value;
    throw missingField(value, field, aggregation);
  }
  const found = (value as Record<FieldName, unknown>)[field];
  if (found === undefined) throw missingField(value, field, aggregation);
  return found;
}

function missingField(value: unknown, field: FieldName, aggregation: FieldAggregation): TidemarkError {
  return new TidemarkError(
    'missing-field',
    `${aggregation}(${JSON.stringify(field)}) has met a record without that field. Perhaps its name is misspelt, or some ` +
      'records lack it. Name a field that all records have, or give a function.',
    { details: { field, aggregation } },
  );
}

function numberOf(value: unknown, field: FieldName): number {
  if (typeof value === 'number') return value;
  throw new TidemarkError(
    'not-a-number',
    `sum(${JSON.stringify(field)}) has met a ${typeof value} where a number belongs. Perhaps it was read from text. Convert ` +
      'it with map(…) first, or give a function that returns a number.',
    { details: { field } },
  );
}

function withField(value: unknown, field: FieldName, replaced: unknown): unknown {
  if (typeof value !== 'object' || value === null) return replaced;
  if (Array.isArray(value)) {
    const copy: unknown[] = value.slice();
    copy[field as number] = replaced;
    return copy;
  }
  return { ...value, [field]: replaced };
}

function less(a: unknown, b: unknown): boolean {
  return (a as number) < (b as number);
}
