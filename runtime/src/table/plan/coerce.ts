import { typeMismatch } from '../sql-errors.ts';
import type { SourceRange } from '../parse/position.ts';
import { canCast, castFunction } from '../types/cast.ts';
import { commonType } from '../types/common-type.ts';
import { isNumeric, isTimePoint, sameType, showType, type LogicalType } from '../types/logical-type.ts';
import { callOf, literal, type Expression } from './expression.ts';

/** The expression as a value of the type; a literal is converted at once. */
export function coerce(expression: Expression, type: LogicalType): Expression {
  if (sameType(expression.type, type) || type.name === 'ANY') return expression;
  if (expression.kind === 'literal') {
    if (expression.value === null) return literal(null, type);
    return literal(castFunction(expression.type, type, false)(expression.value), type);
  }
  // Every text is a STRING already; only a CAST cuts it.
  if (expression.type.name === 'STRING' && type.name === 'STRING') return expression;
  return callOf('CAST', [expression], type);
}

/** Two expressions as values of one type. A text literal beside a time or a number is read as one. */
export function coerceBoth(
  what: string,
  left: Expression,
  right: Expression,
  at: SourceRange,
): readonly [Expression, Expression] {
  const common =
    commonType(left.type, right.type) ??
    literalType(what, left, right.type) ??
    literalType(what, right, left.type);
  if (common === undefined || !canCast(left.type, common) || !canCast(right.type, common)) {
    throw typeMismatch(
      what,
      [showType(left.type), showType(right.type)],
      'Bring both to one type: CAST(… AS …).',
      at,
    );
  }
  for (const side of [left, right]) {
    if (side.kind !== 'literal' || side.type.name !== 'STRING' || side.value === null) continue;
    if (castFunction(side.type, common, true)(side.value) === null)
      throw typeMismatch(
        what,
        [showType(left.type), showType(right.type)],
        `'${String(side.value)}' is no ${showType(common)}.`,
        at,
      );
  }
  return [coerce(left, common), coerce(right, common)];
}

function literalType(what: string, side: Expression, other: LogicalType): LogicalType | undefined {
  if (side.kind !== 'literal' || side.type.name !== 'STRING') return undefined;
  // As Flink has it, a number may be less or more than a text, but not equal to one.
  const ordered = ['<', '<=', '>', '>='].includes(what);
  return isTimePoint(other) || other.name === 'BOOLEAN' || (ordered && isNumeric(other)) ? other : undefined;
}
