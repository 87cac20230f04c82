import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { MatchNode, PatternNode } from '../parse/ast.ts';
import type { SourceRange } from '../parse/position.ts';
import { badSql, missingWatermark, notSupported, typeMismatch } from '../sql-errors.ts';
import { showType } from '../types/logical-type.ts';
import { ExpressionBinder } from './expression-binder.ts';
import { MatchBinder } from './match-binder.ts';
import { sortSpecification } from './query-binder.ts';
import type { Column, Match, Relation, SortSpecification } from './relation.ts';
import {
  isMatchTime,
  sequenceOf,
  type MatchExpression,
  type PatternVariable,
  type RowSkip,
} from './row-pattern.ts';
import { Scope } from './scope.ts';

/**
 * MATCH_RECOGNIZE as a plan.
 * @throws {TidemarkError} `sql-unsupported`, `bad-pattern`, `missing-watermark`, and what expressions throw
 */
export function bindMatch(relation: Relation, node: MatchNode, functions: FunctionCatalog): Match {
  const row = new ExpressionBinder(functions, Scope.of(relation.columns, undefined));
  const partition = node.partitionBy.map((item) => {
    const bound = row.bind(item);
    if (bound.kind !== 'input')
      throw notSupported('PARTITION BY of an expression', 'Make it a column before.', item.at);
    return bound.index;
  });
  const [first, ...order] = node.orderBy.map((item) => sortSpecification(item, row.bind(item.expression)));
  const timeColumn = timeOf(first, node);
  const variables = sequenceOf(node.pattern).map(variableOf);
  checkVariables(variables, node);
  const binder = new MatchBinder(
    functions,
    relation.columns,
    variables.map(({ name }) => name),
    timeColumn,
  );
  const define = new Map<string, MatchExpression>();
  for (const { variable, condition } of node.define)
    define.set(variable.name, binder.bindCondition(condition));
  const measures = node.measures.map(({ expression }) => binder.bind(expression));
  return {
    kind: 'match',
    input: relation,
    pattern: {
      partition,
      timeColumn,
      order,
      variables,
      define,
      measures,
      skip: skipOf(node),
      within: withinOf(node, row),
    },
    columns: [
      ...partition.map((at): Column => ({
        name: relation.columns[at]!.name,
        type: relation.columns[at]!.type,
      })),
      ...measures.map((measure, at) =>
        measureColumn(measure, node.measures[at]!.alias.name, relation, timeColumn),
      ),
    ],
    at: node.at,
  };
}

function timeOf(first: SortSpecification | undefined, node: MatchNode): number {
  if (first === undefined) {
    throw badSql(
      'bad-pattern',
      'MATCH_RECOGNIZE looks at rows in the order of time.',
      'Write ORDER BY and a time attribute.',
      node.at,
    );
  }
  const [{ expression: item }] = node.orderBy as [MatchNode['orderBy'][number]];
  const { expression, descending } = first;
  // Whether it is a time attribute is known when the plan before it is.
  if (expression.kind !== 'input')
    throw missingWatermark('The order of MATCH_RECOGNIZE', 'the first expression', item.at);
  if (descending)
    throw notSupported('MATCH_RECOGNIZE from the last row to the first', 'Order by time ascending.', item.at);
  return expression.index;
}

function variableOf(node: PatternNode): PatternVariable {
  if (node.kind === 'variable') return { name: node.name, min: 1, max: 1, greedy: true };
  if (node.kind === 'alternation')
    throw notSupported('| in a pattern', 'Write a condition with OR.', node.at);
  if (node.kind === 'sequence' || node.part.kind !== 'variable') {
    throw notSupported(
      'A quantifier of a group in a pattern',
      'Write the variables out, one after the other.',
      node.at,
    );
  }
  const { part, min, max, greedy } = node;
  if (max < 1 || max < min)
    throw badPattern(
      `'${part.name}' occurs from ${min} to ${max} times.`,
      'The second number is > 0 and not below the first.',
      node.at,
    );
  if (!greedy && min === 0 && max === 1)
    throw notSupported('??, an optional variable that is reluctant,', 'Leave the second ? out.', node.at);
  return { name: part.name, min, max, greedy };
}

function checkVariables(variables: readonly PatternVariable[], node: MatchNode): void {
  const names = variables.map(({ name }) => name);
  const { at } = node.pattern;
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) {
    throw notSupported(
      `A pattern in which '${twice}' stands twice`,
      'Give the second place a name and a condition of its own.',
      at,
    );
  }
  for (const { variable } of node.define) {
    if (!names.includes(variable.name)) throw unknownVariable(variable.name, names, variable.at);
  }
  const target = node.skip.variable;
  if (target !== undefined && !names.includes(target.name))
    throw unknownVariable(target.name, names, target.at);
  if (variables.every(({ min }) => min === 0)) {
    throw badPattern(
      'The pattern may match no row at all.',
      'One of its variables has to be there: A+ in the place of A*.',
      at,
    );
  }
  const last = variables.at(-1)!;
  const takesMore = last.max === Infinity || (last.max > last.min && last.max > 1);
  if (last.greedy && takesMore) {
    throw badPattern(
      `The last variable '${last.name}' takes as many rows as it can, and more may always come.`,
      `End the pattern with a single variable, or make the last one reluctant: ${last.name}+?.`,
      at,
    );
  }
}

function unknownVariable(name: string, names: readonly string[], at: SourceRange): Error {
  return badPattern(`The pattern has no variable '${name}'.`, `It has ${names.join(', ')}.`, at);
}

function badPattern(what: string, next: string, at: SourceRange): Error {
  return badSql('bad-pattern', what, next, at);
}

function skipOf({ skip, at }: MatchNode): RowSkip {
  if (skip.to === 'past-last-row' || skip.to === 'next-row') return { to: skip.to };
  if (skip.variable === undefined) throw badPattern('SKIP TO says no variable.', 'Write SKIP TO LAST A.', at);
  return { to: skip.to, variable: skip.variable.name };
}

function withinOf({ within }: MatchNode, row: ExpressionBinder): number | undefined {
  if (within === undefined) return undefined;
  const bound = row.bind(within);
  if (bound.kind !== 'literal' || bound.type.name !== 'INTERVAL DAY TO SECOND') {
    throw typeMismatch(
      'WITHIN',
      [showType(bound.type)],
      "It takes an interval that is written out: WITHIN INTERVAL '1' HOUR.",
      within.at,
    );
  }
  const length = Number(bound.value);
  if (!(length > 0))
    throw badPattern(
      'The time of a pattern must be more than 0.',
      "Write WITHIN INTERVAL '1' HOUR.",
      within.at,
    );
  return length;
}

function measureColumn(
  measure: MatchExpression,
  name: string,
  relation: Relation,
  timeColumn: number,
): Column {
  const { expression } = measure;
  const { type } = expression;
  if (expression.kind === 'call' && expression.name === 'PROCTIME') return { name, type, time: 'proctime' };
  const { time } = relation.columns[timeColumn]!;
  return time === 'rowtime' && isMatchTime(measure) ? { name, type, time } : { name, type };
}
