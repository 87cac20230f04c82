import { conjunctsOf, type Expression } from '../plan/expression.ts';
import type { IntervalJoin, Join, Relation } from '../plan/relation.ts';
import { allOf } from '../plan/split-condition.ts';
import { changelogMode, isAppendOnly } from '../lower/changelog-mode.ts';

/** A time attribute of one side, and what is added to it. */
interface ShiftedTime {
  readonly column: number;
  readonly shift: number;
}

interface Bounds {
  left: number;
  right: number;
  lower: number;
  upper: number;
}

/** A join whose condition says how far the times of a pair are apart keeps rows only for so long. */
export function recognizeIntervalJoin(relation: Relation): Relation | undefined {
  if (relation.kind !== 'join' || relation.type === 'semi' || relation.type === 'anti') return undefined;
  if (!isAppendOnly(changelogMode(relation.left)) || !isAppendOnly(changelogMode(relation.right)))
    return undefined;
  const bounds: Bounds = { left: -1, right: -1, lower: -Infinity, upper: Infinity };
  const rest = (relation.condition === undefined ? [] : conjunctsOf(relation.condition)).filter(
    (part) => !narrow(bounds, part, relation),
  );
  const equal = relation.equal.filter((pair) => {
    const left = timeOf(pair.left, relation);
    const right = timeOf(pair.right, relation, true);
    if (left === undefined || right === undefined) return true;
    return !take(bounds, left, right, left.shift - right.shift, left.shift - right.shift);
  });
  if (bounds.lower === -Infinity || bounds.upper === Infinity) return undefined;
  const made: IntervalJoin = {
    ...relation,
    kind: 'interval-join',
    equal,
    condition: allOf(rest),
    leftTime: bounds.left,
    rightTime: bounds.right,
    lower: bounds.lower,
    upper: bounds.upper,
  };
  return made;
}

/** Takes a bound from a condition; false if it is about something else. */
function narrow(bounds: Bounds, part: Expression, join: Join): boolean {
  if (part.kind !== 'call' || part.args.length !== 2) return false;
  const width = join.left.columns.length;
  const [a, b] = part.args.map((arg) => timeOf(arg, join)) as [
    ShiftedTime | undefined,
    ShiftedTime | undefined,
  ];
  if (a === undefined || b === undefined || a.column < width === b.column < width) return false;
  const turned = a.column >= width;
  const [left, right] = turned ? [b, a] : [a, b];
  const operator = turned ? FLIPPED[part.name] : part.name;
  const place = { column: right.column - width, shift: right.shift };
  // left + s ≤ right + t is right − left ≥ s − t.
  const distance = left.shift - right.shift;
  switch (operator) {
    case '<=':
      return take(bounds, left, place, distance, Infinity);
    case '<':
      return take(bounds, left, place, distance + 1, Infinity);
    case '>=':
      return take(bounds, left, place, -Infinity, distance);
    case '>':
      return take(bounds, left, place, -Infinity, distance - 1);
    case '=':
      return take(bounds, left, place, distance, distance);
    default:
      return false;
  }
}

const FLIPPED: Readonly<Record<string, string>> = { '=': '=', '<=': '>=', '<': '>', '>=': '<=', '>': '<' };

function take(bounds: Bounds, left: ShiftedTime, right: ShiftedTime, lower: number, upper: number): boolean {
  const other =
    (bounds.left >= 0 && bounds.left !== left.column) || (bounds.right >= 0 && bounds.right !== right.column);
  if (other) return false;
  bounds.left = left.column;
  bounds.right = right.column;
  bounds.lower = Math.max(bounds.lower, lower);
  bounds.upper = Math.min(bounds.upper, upper);
  return true;
}

/** @param own true if columns are numbered on the right side by itself */
function timeOf(expression: Expression, join: Join, own = false): ShiftedTime | undefined {
  if (expression.kind === 'input') {
    const width = join.left.columns.length;
    const { index } = expression;
    const column = own
      ? join.right.columns[index]
      : index < width
        ? join.left.columns[index]
        : join.right.columns[index - width];
    return column?.time === undefined ? undefined : { column: index, shift: 0 };
  }
  if (expression.kind !== 'call' || (expression.name !== '+' && expression.name !== '-')) return undefined;
  const [a, b] = expression.args as [Expression, Expression];
  const [base, constant] =
    b.kind === 'literal'
      ? [a, b]
      : expression.name === '+' && a.kind === 'literal'
        ? [b, a]
        : [undefined, undefined];
  if (base === undefined || constant.type.name !== 'INTERVAL DAY TO SECOND') return undefined;
  const time = timeOf(base, join, own);
  const by = constant.value as number;
  return time && { column: time.column, shift: time.shift + (expression.name === '+' ? by : -by) };
}
