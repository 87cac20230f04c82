import { compileExpression } from '../lower/compile-expression.ts';
import { literal, type Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/relation.ts';
import { isStable } from './merge-projects.ts';

/** What is known beforehand is computed once: `1 + 1`, `x AND TRUE`, and a filter that lets all through. */
export function foldConstants(relation: Relation): Relation | undefined {
  if (relation.kind === 'filter') {
    const condition = fold(relation.condition);
    if (condition.kind === 'literal' && condition.value === true) return relation.input;
    return condition === relation.condition ? undefined : { ...relation, condition };
  }
  if (relation.kind !== 'project') return undefined;
  const expressions = relation.expressions.map(fold);
  return expressions.every((expression, at) => expression === relation.expressions[at])
    ? undefined
    : { ...relation, expressions };
}

export function fold(expression: Expression): Expression {
  if (expression.kind !== 'call') return expression;
  const args = expression.args.map(fold);
  const folded = args.every((arg, at) => arg === expression.args[at]) ? expression : { ...expression, args };
  if (folded.name === 'AND' || folded.name === 'OR') return foldLogic(folded, args);
  if (args.length === 0 || !args.every((arg) => arg.kind === 'literal') || !isStable(folded)) return folded;
  // A user's function may do more than compute.
  if (folded.implementation?.userFunction !== undefined) return folded;
  if (['ARRAY', 'MAP', 'ROW'].includes(folded.name)) return folded;
  try {
    return literal(compileExpression(folded)([]), folded.type);
  } catch {
    // It fails when a row asks for it: 1 / 0 in a branch of CASE that is never taken must not.
    return folded;
  }
}

function foldLogic(
  expression: Expression & { readonly kind: 'call' },
  args: readonly Expression[],
): Expression {
  const neutral = expression.name === 'AND';
  const is = (arg: Expression, value: boolean) => arg.kind === 'literal' && arg.value === value;
  if (args.some((arg) => is(arg, !neutral))) return literal(!neutral, expression.type);
  const left = args.filter((arg) => !is(arg, neutral));
  if (left.length === args.length) return expression;
  if (left.length === 0) return literal(neutral, expression.type);
  return left.length === 1 ? left[0]! : { ...expression, args: left };
}
