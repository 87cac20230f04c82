import { conjunctsOf, inputsOf, remapInputs, type Expression } from '../plan/expression.ts';
import { filter, project } from '../plan/build-relations.ts';
import type { Join, Relation } from '../plan/relation.ts';
import { allOf, sideOf, splitJoinCondition } from '../plan/split-condition.ts';
import { isStable, substitute } from './merge-projects.ts';

/** A filter goes as near to the source as it can: through projections, window functions and unions, into joins and normalizations. */
export function pushFilter(relation: Relation): Relation | undefined {
  if (relation.kind !== 'filter') return undefined;
  const { input, condition, at } = relation;
  switch (input.kind) {
    case 'filter':
      return filter(input.input, allOf([...conjunctsOf(input.condition), ...conjunctsOf(condition)])!, at);
    case 'project': {
      const used = inputsOf(condition).map((column) => input.expressions[column]!);
      if (!used.every(isStable)) return undefined;
      const inner = filter(input.input, substitute(condition, input.expressions), at);
      return project(
        inner,
        input.expressions,
        input.columns.map(({ name }) => name),
        input.at,
      );
    }
    case 'window-table': {
      // Sessions are made of the rows that are left, and which are is for the query to say: they stay as they are.
      if (input.window.kind === 'SESSION') return undefined;
      const width = input.input.columns.length;
      return split(
        relation,
        condition,
        (part) => inputsOf(part).every((column) => column < width),
        (inner) => ({
          ...input,
          input: filter(input.input, inner, at),
        }),
      );
    }
    case 'normalize': {
      const more = conjunctsOf(condition);
      if (!more.every(isStable)) return undefined;
      const all = input.condition === undefined ? more : [...conjunctsOf(input.condition), ...more];
      return { ...input, condition: allOf(all)! };
    }
    case 'join':
      return intoJoin(relation, input, condition);
    case 'set':
      if (input.operation !== 'UNION') return undefined;
      return { ...input, inputs: input.inputs.map((side) => filter(side, condition, at)) };
    default:
      return undefined;
  }
}

/** Takes the parts of a condition that go further in; the others stay. */
function split(
  relation: Relation & { readonly kind: 'filter' },
  condition: Expression,
  goes: (part: Expression) => boolean,
  inside: (condition: Expression) => Relation,
): Relation | undefined {
  const parts = conjunctsOf(condition);
  const inner = allOf(parts.filter(goes));
  if (inner === undefined) return undefined;
  const outer = allOf(parts.filter((part) => !goes(part)));
  const made = inside(inner);
  return outer === undefined ? made : filter(made, outer, relation.at);
}

function intoJoin(
  relation: Relation & { readonly kind: 'filter' },
  join: Join,
  condition: Expression,
): Relation | undefined {
  const width = join.left.columns.length;
  const { type } = join;
  const toLeft: Expression[] = [];
  const toRight: Expression[] = [];
  const toJoin: Expression[] = [];
  const stay: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const side = type === 'semi' || type === 'anti' ? 'left' : sideOf(part, width);
    // A side that may be made of NULLs is filtered behind the join.
    if (side === 'left' && type !== 'right' && type !== 'full') toLeft.push(part);
    else if (side === 'right' && (type === 'inner' || type === 'right'))
      toRight.push(remapInputs(part, (index) => index - width));
    else if (type === 'inner') toJoin.push(part);
    else stay.push(part);
  }
  if (toLeft.length + toRight.length + toJoin.length === 0) return undefined;
  const left = toLeft.length === 0 ? join.left : filter(join.left, allOf(toLeft)!, relation.at);
  const right = toRight.length === 0 ? join.right : filter(join.right, allOf(toRight)!, relation.at);
  const more = splitJoinCondition(allOf(toJoin), width);
  const rest = [join.condition, more.rest].filter((part) => part !== undefined);
  const made: Join = { ...join, left, right, equal: [...join.equal, ...more.equal], condition: allOf(rest) };
  return stay.length === 0 ? made : filter(made, allOf(stay)!, relation.at);
}
