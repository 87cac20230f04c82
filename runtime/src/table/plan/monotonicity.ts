// How the values of a row's columns move while the row changes: a Top-N of values that only rise needs only its best rows.
import { conjunctsOf, inputsOf as columnsOf, type Expression } from './expression.ts';
import type { Aggregate, AnyJoin, Rank, Relation } from './relation.ts';
import { inputsOf } from './relation.ts';
import { boundsOf } from './value-bounds.ts';

export type Monotonicity = 'constant' | 'increasing' | 'decreasing' | 'none';

/** One a column; `undefined` of a table whose rows may go away. */
export type Monotonicities = readonly Monotonicity[] | undefined;

export function monotonicityOf(relation: Relation): Monotonicities {
  switch (relation.kind) {
    case 'scan':
      return all(relation, relation.table.kinds.size === 1 ? 'constant' : 'none');
    case 'values':
    case 'interval-join':
    case 'window-join':
    case 'window-rank':
    case 'match':
      return all(relation, 'constant');
    case 'over':
      return isStill(monotonicityOf(relation.input)) ? all(relation, 'constant') : undefined;
    case 'project':
      return ofProject(relation.expressions, monotonicityOf(relation.input));
    case 'filter': {
      const input = monotonicityOf(relation.input);
      return input && conjunctsOf(relation.condition).some((part) => takesAway(part, input))
        ? all(relation, 'none')
        : input;
    }
    case 'expand':
    case 'unnest':
    case 'lookup-join':
    case 'window-table': {
      const input = monotonicityOf(relation.input);
      return input && all(relation, isStill(input) ? 'constant' : 'none');
    }
    case 'aggregate':
      return ofAggregate(relation);
    case 'window-aggregate':
      return isStill(monotonicityOf(relation.input)) ? all(relation, 'constant') : undefined;
    case 'rank':
      return ofRank(relation);
    case 'deduplicate':
      if (relation.keep === 'first') return all(relation, 'constant');
      return relation.columns.map((_, column) => (isAmong(relation.partition, column) ? 'constant' : 'none'));
    case 'normalize':
      return relation.columns.map((_, column) => (relation.key.includes(column) ? 'constant' : 'none'));
    case 'join':
    case 'temporal-join':
      return ofJoin(relation);
    case 'set': {
      if (relation.operation === 'EXCEPT') return undefined;
      const [first, ...others] = inputsOf(relation).map(monotonicityOf);
      if (first === undefined || others.includes(undefined)) return undefined;
      if (relation.operation === 'INTERSECT' || relation.all === false)
        return [first, ...others].every(isStill) ? all(relation, 'constant') : undefined;
      return others.every((other) => first.every((item, at) => item === other![at]))
        ? first
        : all(relation, 'none');
    }
    case 'sort':
      return relation.limit === undefined && relation.offset === 0
        ? monotonicityOf(relation.input)
        : undefined;
  }
}

function all({ columns }: Relation, monotonicity: Monotonicity): Monotonicity[] {
  return columns.map(() => monotonicity);
}

/** True if rows are only added. */
function isStill(monotonicities: Monotonicities): boolean {
  return monotonicities?.every((item) => item === 'constant') === true;
}

function isAmong(expressions: readonly Expression[], column: number): boolean {
  return expressions.some((expression) => expression.kind === 'input' && expression.index === column);
}

function ofProject(expressions: readonly Expression[], input: Monotonicities): Monotonicities {
  if (input === undefined || isStill(input)) return input && expressions.map(() => 'constant');
  return expressions.map((expression) => {
    const plain = withoutCast(expression);
    return plain.kind === 'input' ? input[plain.index]! : 'none';
  });
}

function withoutCast(expression: Expression): Expression {
  return expression.kind === 'call' && expression.name === 'CAST'
    ? withoutCast(expression.args[0]!)
    : expression;
}

/** Whether a condition that was true may become false when the row changes. */
function takesAway(condition: Expression, input: readonly Monotonicity[]): boolean {
  const moves = (column: number) => input[column] !== 'constant';
  if (condition.kind === 'input') return moves(condition.index);
  if (condition.kind !== 'call') return false;
  const { name, args } = condition;
  const moving = args.map(withoutCast).find((arg) => arg.kind === 'input' && moves(arg.index));
  const how = moving?.kind === 'input' ? input[moving.index] : undefined;
  switch (name) {
    case 'AND':
    case 'OR':
    case 'NOT':
      return args.some((arg) => takesAway(arg, input));
    case '>':
    case '>=':
      return how !== undefined && how !== 'increasing';
    case '<':
    case '<=':
      return how !== undefined && how !== 'decreasing';
    default:
      return columnsOf(condition).some(moves);
  }
}

function ofAggregate({ input, keys, calls }: Aggregate): Monotonicities {
  const given = monotonicityOf(input);
  const keysMove = keys.some((key) => columnsOf(key).some((column) => given?.[column] !== 'constant'));
  if (given === undefined || keysMove) return undefined;
  const updates = !isStill(given);
  const ofCalls = calls.map(({ name, args, filter }): Monotonicity => {
    const own = ofCall(name, args, input, filter);
    if (!updates || name === 'COUNT' || args.length === 0) return own;
    const [only] = args;
    return args.length === 1 && only!.kind === 'input' && given[only!.index] === own ? own : 'none';
  });
  return [...keys.map((): Monotonicity => 'constant'), ...ofCalls];
}

function ofCall(
  name: string,
  args: readonly Expression[],
  input: Relation,
  filter: Expression | undefined,
): Monotonicity {
  switch (name) {
    case 'COUNT':
    case 'MAX':
      return 'increasing';
    case 'MIN':
      return 'decreasing';
    case 'SUM':
    case 'SUM0':
    case '$SUM0': {
      const { lower, upper } = boundsOf(args[0]!, input, filter);
      if (lower !== undefined) return lower >= 0 ? 'increasing' : 'none';
      return upper !== undefined && upper <= 0 ? 'decreasing' : 'none';
    }
    default:
      return 'none';
  }
}

function ofRank({ input, partition, order, from, to, withRank, columns }: Rank): Monotonicities {
  const given = monotonicityOf(input);
  if (given === undefined) return undefined;
  if (!withRank && from === 1 && to === 1) {
    if (!isStill(given)) return undefined;
    return columns.map((_, column) => (isAmong(partition, column) ? 'constant' : 'none'));
  }
  if (partition.some((key) => columnsOf(key).some((column) => given[column] !== 'constant')))
    return undefined;
  const [first] = order;
  return columns.map((_, column) => {
    if (isAmong(partition, column) || column === input.columns.length) return 'constant';
    if (first?.expression.kind !== 'input' || first.expression.index !== column) return 'none';
    const time = input.columns[column]!.time === undefined ? given[column] : 'increasing';
    if (first.descending) return time === 'increasing' || time === 'constant' ? 'increasing' : 'none';
    return time === 'decreasing' || time === 'constant' ? 'decreasing' : 'none';
  });
}

function ofJoin({ left, right, type, equal, condition }: AnyJoin): Monotonicities {
  const [ofLeft, ofRight] = [monotonicityOf(left), monotonicityOf(right)];
  if (type === 'anti' || ofLeft === undefined || ofRight === undefined) return undefined;
  const keysStill = equal.every(
    (pair) =>
      columnsOf(pair.left).every((column) => ofLeft[column] === 'constant') &&
      columnsOf(pair.right).every((column) => ofRight[column] === 'constant'),
  );
  const still = isStill(ofLeft) && isStill(ofRight);
  if (!keysStill || !(still || condition === undefined)) return undefined;
  return type === 'semi' ? ofLeft : [...ofLeft, ...ofRight];
}
