// Makers of logical nodes that work out the columns.
import type { SourceRange } from '../parse/position.ts';
import { BIGINT, INT, TIMESTAMP, TIMESTAMP_LTZ, type LogicalType } from '../types/logical-type.ts';
import { showCall } from './aggregate-collector.ts';
import { input, literal, showExpression, type Expression } from './expression.ts';
import { windowProperties } from './window-properties.ts';
import type {
  Aggregate, AggregateCall, Column, Filter, Join, Project, Relation, RelationJoinType, Scan, TableSource, WindowProperty,
  WindowSpecification, WindowTable, EqualColumns,
} from './relation.ts'; // prettier-ignore

export function scan(table: TableSource, at: SourceRange): Scan {
  return { kind: 'scan', table, read: table.columns.map((_, index) => index), columns: table.columns, at };
}

/** @param names for each expression; a column handed on as it is stays a time attribute */
export function project(
  relation: Relation,
  expressions: readonly Expression[],
  names: readonly string[],
  at: SourceRange,
): Project {
  const columns = expressions.map((expression, index): Column => {
    const time = timeOf(expression, relation);
    return { name: names[index]!, type: expression.type, ...(time === undefined ? {} : { time }) };
  });
  return { kind: 'project', input: relation, expressions, columns, at };
}

/** The time attribute that an expression hands on. */
export function timeOf(expression: Expression, relation: Relation): Column['time'] {
  if (expression.kind === 'input') return relation.columns[expression.index]?.time;
  if (expression.kind === 'call' && expression.name === 'PROCTIME') return 'proctime';
  return undefined;
}

export function filter(relation: Relation, condition: Expression, at: SourceRange): Filter {
  return { kind: 'filter', input: relation, condition, columns: relation.columns, at };
}

export function inputs(relation: Relation): Expression[] {
  return relation.columns.map(({ type }, index) => input(index, type));
}

/** The relation with further columns behind its own. */
export function append(
  relation: Relation,
  expressions: readonly Expression[],
  names: readonly string[],
  at: SourceRange,
): Relation {
  if (expressions.length === 0) return relation;
  return project(
    relation,
    [...inputs(relation), ...expressions],
    [...relation.columns.map(({ name }) => name), ...names],
    at,
  );
}

export function aggregate(
  relation: Relation,
  keys: readonly Expression[],
  calls: readonly AggregateCall[],
  names: readonly string[],
  at: SourceRange,
): Aggregate {
  const window = windowProperties(relation);
  const own = relation.columns.map(({ name }) => name);
  const columns = [
    // A time that is grouped by is a plain time, since its rows come at many times; but for that of a window.
    ...keys.map((key, index): Column => {
      const isTime = window !== undefined && key.kind === 'input' && window.time.has(key.index);
      return { name: names[index]!, type: key.type, ...(isTime ? { time: window.domain } : {}) };
    }),
    ...calls.map((call): Column => ({ name: showCall(call, own), type: call.type })),
  ];
  return { kind: 'aggregate', input: relation, keys, calls, columns, at };
}

export function windowColumns(timeType: LogicalType, time: 'rowtime' | 'proctime'): Column[] {
  const local: LogicalType = TIMESTAMP;
  return [
    { name: 'window_start', type: local },
    { name: 'window_end', type: local },
    { name: 'window_time', type: timeType.name === 'TIMESTAMP_LTZ' ? TIMESTAMP_LTZ : TIMESTAMP, time },
  ];
}

export function windowPropertyColumn(
  property: WindowProperty,
  timeType: LogicalType,
  time: 'rowtime' | 'proctime',
): Column {
  return windowColumns(timeType, time)[['start', 'end', 'time'].indexOf(property)]!;
}

export function windowTable(relation: Relation, window: WindowSpecification, at: SourceRange): WindowTable {
  const timeType = relation.columns[window.timeColumn]!.type;
  // The time of a row stays as a value; window_time is the time attribute from here on.
  const columns = relation.columns.map(({ name, type }): Column => ({ name, type }));
  return {
    kind: 'window-table',
    input: relation,
    window,
    columns: [...columns, ...windowColumns(timeType, window.time)],
    at,
  };
}

export function join(
  left: Relation,
  right: Relation,
  type: RelationJoinType,
  equal: readonly EqualColumns[],
  condition: Expression | undefined,
  at: SourceRange,
): Join {
  // Whether their times stay time attributes is known when the kind of join is: `settleTimes`.
  const half = type === 'semi' || type === 'anti';
  const columns = half ? left.columns : [...left.columns, ...right.columns];
  return { kind: 'join', left, right, type, equal, condition, columns, at };
}

/** The column that says which grouping set a row is of. */
export const GROUPING_SET = 'grouping set';

/** A relation of grouping sets: each row once for each set. */
export function expand(
  relation: Relation,
  keys: readonly Expression[],
  sets: readonly (readonly number[])[],
  at: SourceRange,
): Relation {
  const own = relation.columns.map(({ name }) => name);
  const projections = sets.map((set, id) => [
    ...inputs(relation),
    ...keys.map((key, index) => (set.includes(index) ? key : literal(null, key.type))),
    literal(id, BIGINT),
  ]);
  const columns: Column[] = [
    ...relation.columns,
    ...keys.map((key) => ({ name: showExpression(key, own), type: key.type })),
    { name: GROUPING_SET, type: BIGINT },
  ];
  return { kind: 'expand', input: relation, projections, columns, at };
}

export const PLACE: Column = { name: 'rank', type: BIGINT };
export const ORDINALITY: Column = { name: 'ordinality', type: INT };
