import { notSupported } from '../sql-errors.ts';
import type { SourceRange } from '../parse/position.ts';
import { BIGINT } from '../types/logical-type.ts';
import { anyPart, callOf, input, literal, rewrite, type Expression } from './expression.ts';
import type { Aggregate, Relation } from './relation.ts';

/** A sub-query with the conditions on the query around it, which are still to become those of a join. */
export interface CorrelatedRelation {
  readonly relation: Relation;
  /** On the outer columns as `outer`, the sub-query's own as `input`. */
  readonly correlation: readonly Expression[];
  /** So many columns are what it selects; what the query around compares with stands behind them. */
  readonly visible: number;
  readonly single?: SingleRow;
}

/**
 * What a correlated sub-query of aggregates without GROUP BY selects: one row for each of the query around, though there be no row to
 * sum up. So it is computed behind the join, on the columns of its relation, which has the aggregates for each value that is compared with.
 */
export interface SingleRow {
  readonly items: readonly Expression[];
  readonly having: Expression | undefined;
}

/** An equality of a value of the query around and one of the sub-query. */
export interface OuterEquality {
  readonly inner: Expression;
  /** The equality with another expression for the sub-query's value. */
  with(inner: Expression): Expression;
}

/**
 * Rows of the sub-query can be grouped, or counted, for each value of the query around if they are compared by `=`.
 * @throws {TidemarkError} `sql-unsupported` if the part compares otherwise
 */
export function outerEquality(part: Expression, what: string, at: SourceRange): OuterEquality {
  if (part.kind === 'call' && (part.name === '=' || part.name === 'IS NOT DISTINCT FROM')) {
    const [a, b] = part.args as [Expression, Expression];
    if (isOuter(a) && isInner(b)) return { inner: b, with: (inner) => ({ ...part, args: [a, inner] }) };
    if (isOuter(b) && isInner(a)) return { inner: a, with: (inner) => ({ ...part, args: [inner, b] }) };
  }
  throw notSupported(
    `${what} that is compared with the query around it by something else than =`,
    'Join the two tables on that condition, and group by the key of the outer one.',
    at,
  );
}

export function hasOuter(expression: Expression): boolean {
  return anyPart(expression, ({ kind }) => kind === 'outer');
}

function isOuter(expression: Expression): boolean {
  return hasOuter(expression) && !anyPart(expression, ({ kind }) => kind === 'input');
}

function isInner(expression: Expression): boolean {
  return !hasOuter(expression) && anyPart(expression, ({ kind }) => kind === 'input');
}

/** The expression where the sub-query's columns stand behind `width` others, which are those of the query around. */
export function besideOuter(expression: Expression, width: number): Expression {
  return rewrite(expression, (leaf) => {
    if (leaf.kind === 'outer') return input(leaf.index, leaf.type);
    return leaf.kind === 'input' ? { ...leaf, index: leaf.index + width } : undefined;
  });
}

/** The expression on groups that may not be there: there nothing was counted. Other aggregates of no row are NULL. */
export function withZeros(expression: Expression, { keys, calls }: Aggregate): Expression {
  return rewrite(expression, (part) => {
    if (part.kind !== 'input' || calls[part.index - keys.length]?.name !== 'COUNT') return undefined;
    return callOf('COALESCE', [part, literal(0, BIGINT)], BIGINT);
  });
}
