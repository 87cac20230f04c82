import { anyPart, rewrite, type Expression } from '../plan/expression.ts';
import type { Relation } from '../plan/relation.ts';

/** Two projections become one; one that changes nothing goes. */
export function mergeProjects(relation: Relation): Relation | undefined {
  if (relation.kind !== 'project') return undefined;
  const { input, expressions, columns } = relation;
  const same =
    expressions.length === input.columns.length &&
    expressions.every(
      (expression, at) =>
        expression.kind === 'input' &&
        expression.index === at &&
        input.columns[at]!.name === columns[at]!.name,
    );
  if (same) return input;
  if (input.kind !== 'project') return undefined;
  // What is computed once must not be computed twice if that could be seen, or costs.
  if (input.expressions.some((expression, at) => !isCheap(expression) && uses(expressions, at) > 1))
    return undefined;
  return {
    ...relation,
    input: input.input,
    expressions: expressions.map((expression) => substitute(expression, input.expressions)),
  };
}

/** Puts expressions in place of the columns that they make. */
export function substitute(expression: Expression, by: readonly Expression[]): Expression {
  return rewrite(expression, (part) => (part.kind === 'input' ? by[part.index]! : undefined));
}

function isCheap(expression: Expression): boolean {
  return expression.kind !== 'call' || expression.name === 'FIELD';
}

function uses(expressions: readonly Expression[], column: number): number {
  let count = 0;
  for (const expression of expressions) {
    anyPart(expression, (part) => {
      if (part.kind === 'input' && part.index === column) count++;
      return false;
    });
  }
  return count;
}

/** True if it gives the same whenever it is asked: no clock, no user function that says otherwise. */
export function isStable(expression: Expression): boolean {
  return !anyPart(
    expression,
    (part) => part.kind === 'call' && (part.implementation?.volatile === true || CLOCK.has(part.name)),
  );
}

const CLOCK = new Set([
  'PROCTIME',
  'CURRENT_TIMESTAMP',
  'NOW',
  'CURRENT_ROW_TIMESTAMP',
  'LOCALTIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'LOCALTIME',
]);
