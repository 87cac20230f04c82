// What MATCH_RECOGNIZE says, with its names looked up.
import type { PatternNode } from '../parse/ast.ts';
import { showCall } from './aggregate-collector.ts';
import { showExpression, type Expression } from './expression.ts';
import type { AggregateCall, SortSpecification } from './relation.ts';

/** A value that an expression takes from the rows of a match: those of a variable, or all of them. */
export type MatchValue =
  | {
      /** Of the row so many places behind the first, or before the last; NULL if there is none. */
      readonly kind: 'first' | 'last';
      readonly variable: string | undefined;
      readonly offset: number;
      /** On the columns of that row. */
      readonly value: Expression;
    }
  /** When the match is handed over: at its last row's time, or later, if one that began earlier was not decided yet. */
  | { readonly kind: 'time'; readonly variable: undefined }
  | { readonly kind: 'aggregate'; readonly variable: string | undefined; readonly call: AggregateCall };

/** An expression on values of a match: its inputs are `values`. */
export interface MatchExpression {
  readonly expression: Expression;
  readonly values: readonly MatchValue[];
}

/** A part of a pattern. `max` is `Infinity` for no bound. */
export interface PatternVariable {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly greedy: boolean;
}

export type RowSkip =
  | { readonly to: 'past-last-row' | 'next-row' }
  | { readonly to: 'first' | 'last'; readonly variable: string };

export interface RowPattern {
  /** Columns. */
  readonly partition: readonly number[];
  readonly timeColumn: number;
  /** The order of rows of one time. */
  readonly order: readonly SortSpecification[];
  readonly variables: readonly PatternVariable[];
  /** Conditions of variables; one without takes any row. */
  readonly define: ReadonlyMap<string, MatchExpression>;
  readonly measures: readonly MatchExpression[];
  readonly skip: RowSkip;
  /** In ms. */
  readonly within: number | undefined;
}

/** True for the time of a match, which goes on with the watermark as no other value of a match does. */
export function isMatchTime({ expression, values }: MatchExpression): boolean {
  return expression.kind === 'input' && values[expression.index]?.kind === 'time';
}

/** All that it says, as one line. */
export function showRowPattern(
  pattern: RowPattern,
  columns: readonly string[],
  names: readonly string[],
): string {
  const { partition, timeColumn, order, variables, define, measures, skip, within } = pattern;
  const orders = order.map(({ expression, descending, nullsFirst }) => {
    const nulls = nullsFirst === !descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
    return `, ${showExpression(expression, columns)} ${descending ? 'DESC' : 'ASC'}${nulls}`;
  });
  const parts = [
    ...(partition.length === 0 ? [] : [`partitionBy=[${partition.map((at) => columns[at]).join(', ')}]`]),
    `orderBy=[${columns[timeColumn]} ASC${orders.join('')}]`,
    `measures=[${measures.map((measure, at) => `${showMeasure(measure, columns)} AS ${names[partition.length + at]}`).join(', ')}]`,
    `after=[SKIP ${'variable' in skip ? `TO ${skip.to.toUpperCase()} ${skip.variable}` : skip.to === 'next-row' ? 'TO NEXT ROW' : 'PAST LAST ROW'}]`,
    `pattern=[${variables.map(showVariable).join(' ')}]`,
    ...(within === undefined ? [] : [`within=[${within} ms]`]),
    `define=[${[...define].map(([name, condition]) => `${name} AS ${showMeasure(condition, columns)}`).join(', ')}]`,
  ];
  return parts.join(', ');
}

function showVariable({ name, min, max, greedy }: PatternVariable): string {
  if (min === 1 && max === 1) return name;
  const times =
    max === Infinity
      ? min === 0
        ? '*'
        : min === 1
          ? '+'
          : `{${min},}`
      : min === 0 && max === 1
        ? '?'
        : min === max
          ? `{${min}}`
          : `{${min},${max}}`;
  return `${name}${times}${greedy ? '' : '?'}`;
}

function showMeasure({ expression, values }: MatchExpression, columns: readonly string[]): string {
  return showExpression(
    expression,
    values.map((value) => {
      const of = value.variable === undefined ? '' : `${value.variable}.`;
      if (value.kind === 'time') return 'MATCH_ROWTIME()';
      if (value.kind === 'aggregate') return `${of}${showCall(value.call, columns)}`;
      return `${value.kind.toUpperCase()}(${of}${showExpression(value.value, columns)}, ${value.offset})`;
    }),
  );
}

/** The variables of a pattern in order, if it is a plain sequence of them. */
export function sequenceOf(node: PatternNode): readonly PatternNode[] {
  return node.kind === 'sequence' ? node.parts.flatMap(sequenceOf) : [node];
}
