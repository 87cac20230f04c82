import { conjunctsOf, remapInputs, type Expression } from '../plan/expression.ts';
import { filter } from '../plan/build-relations.ts';
import type { Relation } from '../plan/relation.ts';
import { allOf, sideOf } from '../plan/split-condition.ts';

/** What a join's condition says of one side alone is said of that side before the join. */
export function pushJoinCondition(relation: Relation): Relation | undefined {
  if (relation.kind !== 'join' || relation.condition === undefined) return undefined;
  const { type } = relation;
  const width = relation.left.columns.length;
  const left: Expression[] = [];
  const right: Expression[] = [];
  const rest: Expression[] = [];
  for (const part of conjunctsOf(relation.condition)) {
    const side = sideOf(part, width);
    // The kept side of an outer join keeps the rows that do not fulfil the condition.
    if (side === 'left' && (type === 'inner' || type === 'right' || type === 'semi')) left.push(part);
    else if (side === 'right' && type !== 'right' && type !== 'full')
      right.push(remapInputs(part, (index) => index - width));
    else rest.push(part);
  }
  if (left.length + right.length === 0) return undefined;
  return {
    ...relation,
    left: left.length === 0 ? relation.left : filter(relation.left, allOf(left)!, relation.at),
    right: right.length === 0 ? relation.right : filter(relation.right, allOf(right)!, relation.at),
    condition: allOf(rest),
  };
}
