import { conjunctsOf, type Expression } from '../plan/expression.ts';
import type { Relation, RelationJoinType } from '../plan/relation.ts';

/**
 * An outer join behind which a condition lets no row with the NULLs of a side through is none on that side: `l LEFT JOIN r … WHERE
 * r.y > 1` is an inner join, which has no such rows to add and to take back.
 */
export function narrowOuterJoin(relation: Relation): Relation | undefined {
  if (relation.kind !== 'filter' || relation.input.kind !== 'join') return undefined;
  const join = relation.input;
  const width = join.left.columns.length;
  const parts = conjunctsOf(relation.condition);
  const type = narrowed(
    join.type,
    parts.some((part) => refuses(part, (index) => index < width)),
    parts.some((part) => refuses(part, (index) => index >= width)),
  );
  return type === join.type ? undefined : { ...relation, input: { ...join, type } };
}

/** @param left true if no row with NULLs in place of the left side passes */
function narrowed(type: RelationJoinType, left: boolean, right: boolean): RelationJoinType {
  const keepsLeft = (type === 'left' || type === 'full') && !right;
  const keepsRight = (type === 'right' || type === 'full') && !left;
  if (type !== 'left' && type !== 'right' && type !== 'full') return type;
  return keepsLeft && keepsRight ? 'full' : keepsLeft ? 'left' : keepsRight ? 'right' : 'inner';
}

/** True if a condition is not TRUE where the columns are NULL. */
function refuses(part: Expression, of: (index: number) => boolean): boolean {
  if (isNull(part, of)) return true;
  if (part.kind !== 'call') return false;
  const { name, args } = part;
  if (name === 'AND') return args.some((arg) => refuses(arg, of));
  if (name === 'OR') return args.every((arg) => refuses(arg, of));
  return ['IS NOT NULL', 'IS TRUE', 'IS FALSE'].includes(name) && isNull(args[0]!, of);
}

const STRICT = new Set('= <> < <= > >= + - * / % || NOT NEGATE CAST TRY_CAST FIELD ITEM'.split(' '));

/** True if an expression is NULL where the columns are. */
function isNull(part: Expression, of: (index: number) => boolean): boolean {
  if (part.kind === 'input') return of(part.index);
  if (part.kind !== 'call') return false;
  const { name, args, implementation } = part;
  if (name === 'AND' || name === 'OR') return args.every((arg) => isNull(arg, of));
  if (name === 'IN') return isNull(args[0]!, of);
  const strict = implementation === undefined ? STRICT.has(name) : implementation.strict;
  return strict && args.some((arg) => isNull(arg, of));
}
