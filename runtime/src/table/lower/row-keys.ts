import type { RowKey } from '../operators/keyed-table-operator.ts';
import type { Expression } from '../plan/expression.ts';
import type { EqualColumns, SortSpecification } from '../plan/relation.ts';
import { compareRows, type SortKey } from '../types/compare.ts';
import { keyOfValues } from '../types/value-identity.ts';
import { compileProjection } from './compile-expression.ts';

/** The key of rows by some values of theirs; `undefined` if there are none, so that all are under one. */
export function rowKey(keys: readonly Expression[]): RowKey | undefined {
  if (keys.length === 0) return undefined;
  if (keys.every((key) => key.kind === 'input')) {
    const columns = keys.map(({ index }) => index);
    return (values) => keyOfValues(values, columns);
  }
  const evaluate = compileProjection(keys);
  const columns = keys.map((_, index) => index);
  return (values) => keyOfValues(evaluate(values), columns);
}

/** True for rows whose key is equal to none because there is NULL in it. */
export function nullInKey(
  equal: readonly EqualColumns[],
  side: 'left' | 'right',
): (values: readonly unknown[]) => boolean {
  const parts = equal.filter(({ nullSafe }) => !nullSafe).map((pair) => pair[side]);
  if (parts.length === 0) return () => false;
  const evaluate = compileProjection(parts);
  return (values) => evaluate(values).includes(null);
}

export interface CompiledOrder {
  readonly sortValues: (values: readonly unknown[]) => unknown[];
  /** Compares what `sortValues` returns. */
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
}

export function compileOrder(order: readonly SortSpecification[]): CompiledOrder {
  const keys = order.map(({ expression, descending, nullsFirst }, column): SortKey => ({
    column, type: expression.type, descending, nullsFirst,
  })); // prettier-ignore
  return {
    sortValues: compileProjection(order.map(({ expression }) => expression)),
    compare: compareRows(keys),
  };
}
