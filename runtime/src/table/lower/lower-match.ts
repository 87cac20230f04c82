import type { AnyPatternFunction } from '../../cep/cep-operator.ts';
import { AfterMatchSkipStrategy } from '../../cep/after-match-skip-strategy.ts';
import type { ConditionContext } from '../../cep/condition.ts';
import { compilePattern } from '../../cep/nfa-compiler.ts';
import { Pattern } from '../../cep/pattern.ts';
import type { StreamNode } from '../../graph/stream-node.ts';
import { FunctionSource } from '../../operators/function-source.ts';
import { KeySelector } from '../../operators/key-selector.ts';
import type { Row } from '../changelog-row.ts';
import { MatchFunction, MatchOperator, MatchRows } from '../operators/match-operator.ts';
import type { Expression } from '../plan/expression.ts';
import type { Match } from '../plan/relation.ts';
import type {
  MatchExpression,
  MatchValue,
  PatternVariable,
  RowPattern,
  RowSkip,
} from '../plan/row-pattern.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { keyOfValues } from '../types/value-identity.ts';
import { AggregateHandler } from './aggregate-handler.ts';
import { compileExpression, compileProjection } from './compile-expression.ts';
import { addNode, type Lowering } from './lowering.ts';
import { compileOrder } from './row-keys.ts';

type AnyPattern = Pattern<Row, object, object, Row>;
type Read = (rows: MatchRows) => unknown;

/** MATCH_RECOGNIZE as an operator of the pattern engine. */
export function lowerMatch(lowering: Lowering, relation: Match, from: StreamNode): StreamNode {
  const { pattern } = relation;
  const expressions = [...pattern.measures, ...pattern.define.values()];
  return addNode(lowering, {
    kind: 'match',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation) },
    expressions: [...expressions.flatMap(partsOf), ...pattern.order.map(({ expression }) => expression)],
    createOperator: () =>
      matchOperator(pattern, relation.input.columns[pattern.timeColumn]!.time === 'proctime'),
  });
}

function matchOperator(pattern: RowPattern, inProcessingTime: boolean): MatchOperator {
  const { partition, order, timeColumn, measures, variables } = pattern;
  const names = variables.map(({ name }) => name);
  const key =
    partition.length === 0 ? undefined : (row: unknown) => keyOfValues((row as Row).values, partition);
  const { sortValues, compare } = compileOrder(order);
  const reads = measures.map(compileMatchExpression);
  const result = (rows: MatchRows) => {
    const last = rows.last(undefined)!;
    return [...partition.map((at) => last[at]), ...reads.map((read) => read(rows))];
  };
  return new MatchOperator(
    {
      keySelector: new KeySelector(key),
      nfa: compilePattern(patternOf(pattern, new MatchRows(names)).part),
      inProcessingTime,
      comparator:
        order.length === 0
          ? undefined
          : (a, b) => compare(sortValues((a as Row).values), sortValues((b as Row).values)),
    },
    new FunctionSource(
      () => new MatchFunction(new MatchRows(names), result) as unknown as AnyPatternFunction,
    ),
    inProcessingTime ? undefined : timeColumn,
  );
}

function patternOf({ variables, define, skip, within }: RowPattern, rows: MatchRows): AnyPattern {
  const [first, ...others] = variables;
  let pattern = variableOf(Pattern.begin<Row>(first!.name, strategyOf(skip)), first!, define, rows);
  for (const variable of others) pattern = variableOf(pattern.next(variable.name), variable, define, rows);
  return within === undefined ? pattern : pattern.within(within);
}

function variableOf(
  pattern: AnyPattern,
  { name, min, max, greedy }: PatternVariable,
  define: RowPattern['define'],
  rows: MatchRows,
): AnyPattern {
  const condition = define.get(name);
  if (condition !== undefined) {
    const holds = compileMatchExpression(condition);
    pattern.where((row: Row, context: ConditionContext) => holds(rows.tried(name, row, context)) === true);
  }
  if (max === 1) return min === 0 ? pattern.optional() : pattern;
  const least = Math.max(1, min);
  const repeated = max === Infinity ? pattern.timesOrMore(least) : pattern.times(least, max);
  repeated.consecutive();
  if (greedy && min !== max) repeated.greedy();
  return min === 0 ? repeated.optional() : repeated;
}

function strategyOf(skip: RowSkip): AfterMatchSkipStrategy {
  switch (skip.to) {
    case 'past-last-row':
      return AfterMatchSkipStrategy.skipPastLastEvent();
    case 'next-row':
      return AfterMatchSkipStrategy.skipToNext();
    case 'first':
      return AfterMatchSkipStrategy.skipToFirst(skip.variable).throwExceptionOnMiss();
    case 'last':
      return AfterMatchSkipStrategy.skipToLast(skip.variable).throwExceptionOnMiss();
  }
}

function compileMatchExpression({ expression, values }: MatchExpression): Read {
  const reads = values.map(compileValue);
  const evaluate = compileExpression(expression);
  return (rows) => evaluate(reads.map((read) => read(rows)));
}

function compileValue(value: MatchValue): Read {
  const { variable } = value;
  if (value.kind === 'aggregate') {
    const handler = new AggregateHandler([value.call], false);
    return (rows) => {
      const accumulators = handler.create();
      for (const row of rows.of(variable)) handler.add(accumulators, row);
      return handler.results(accumulators)[0];
    };
  }
  if (value.kind === 'time') return (rows) => rows.time;
  const { kind, offset } = value;
  const [evaluate] = [compileProjection([value.value])];
  const of = (row: readonly unknown[] | undefined) => (row === undefined ? null : evaluate(row)[0]);
  if (kind === 'last' && offset === 0) return (rows) => of(rows.last(variable));
  return (rows) => {
    const all = rows.of(variable);
    return of(kind === 'first' ? all[offset] : all[all.length - 1 - offset]);
  };
}

/** The expressions in it, for what they have of the user's. */
function partsOf({ expression, values }: MatchExpression): Expression[] {
  return [
    expression,
    ...values.flatMap((value) =>
      value.kind === 'aggregate'
        ? [...value.call.args, ...(value.call.filter === undefined ? [] : [value.call.filter])]
        : value.kind === 'time'
          ? []
          : [value.value],
    ),
  ];
}
