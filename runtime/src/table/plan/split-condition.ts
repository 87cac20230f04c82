import { callOf, conjunctsOf, inputsOf, remapInputs, type Expression } from './expression.ts';
import type { EqualColumns } from './relation.ts';
import { BOOLEAN } from '../types/logical-type.ts';

export interface JoinCondition {
  readonly equal: readonly EqualColumns[];
  readonly rest: Expression | undefined;
}

/** Tells the equalities between the two sides of a join apart from what else must hold. */
export function splitJoinCondition(condition: Expression | undefined, leftColumns: number): JoinCondition {
  const equal: EqualColumns[] = [];
  const rest: Expression[] = [];
  for (const part of condition === undefined ? [] : conjunctsOf(condition)) {
    const pair = equality(part, leftColumns);
    if (pair === undefined) rest.push(part);
    else equal.push(pair);
  }
  return { equal, rest: allOf(rest) };
}

/** Which side of a join an expression reads; `undefined` if both or none. */
export function sideOf(expression: Expression, leftColumns: number): 'left' | 'right' | undefined {
  const read = inputsOf(expression);
  if (read.length === 0) return undefined;
  if (read.every((index) => index < leftColumns)) return 'left';
  return read.every((index) => index >= leftColumns) ? 'right' : undefined;
}

export function allOf(conditions: readonly Expression[]): Expression | undefined {
  if (conditions.length <= 1) return conditions[0];
  return callOf('AND', conditions, BOOLEAN);
}

function equality(part: Expression, leftColumns: number): EqualColumns | undefined {
  if (part.kind !== 'call' || (part.name !== '=' && part.name !== 'IS NOT DISTINCT FROM')) return undefined;
  const [a, b] = part.args as [Expression, Expression];
  const [sideA, sideB] = [sideOf(a, leftColumns), sideOf(b, leftColumns)];
  if (sideA === undefined || sideB === undefined || sideA === sideB) return undefined;
  const [left, right] = sideA === 'left' ? [a, b] : [b, a];
  return {
    left,
    right: remapInputs(right, (index) => index - leftColumns),
    nullSafe: part.name !== '=',
  };
}
