import { compareDecimals } from './decimal.ts';
import type { LogicalType } from './logical-type.ts';
import { identityOf } from './value-identity.ts';

/** IS NOT DISTINCT FROM: NULL equals NULL. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a !== a && b !== b;
  return identityOf(a) === identityOf(b);
}

export function equalRows(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => equalValues(value, b[at]));
}

/** Negative, zero or positive, for values that are not NULL. */
export function compareValues(type: LogicalType): (a: unknown, b: unknown) => number {
  if (type.name === 'DECIMAL') return (a, b) => compareDecimals(a as string, b as string);
  return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
}

export interface SortKey {
  readonly column: number;
  readonly type: LogicalType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The order of rows by columns; NULL counts as lower than anything unless told otherwise, as in Flink. */
export function compareRows(
  keys: readonly SortKey[],
): (a: readonly unknown[], b: readonly unknown[]) => number {
  const orders = keys.map(({ type }) => compareValues(type));
  return (a, b) => {
    for (let at = 0; at < keys.length; at++) {
      const { column, descending, nullsFirst } = keys[at]!;
      const left = a[column];
      const right = b[column];
      if (left === right) continue;
      if (left === null) return nullsFirst ? -1 : 1;
      if (right === null) return nullsFirst ? 1 : -1;
      const order = orders[at]!(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}
