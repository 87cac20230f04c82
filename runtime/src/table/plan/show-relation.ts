import { showCall } from './aggregate-collector.ts';
import { showExpression, type Expression } from './expression.ts';
import type {
  AggregateCall,
  AnyJoin,
  EqualColumns,
  Relation,
  SortSpecification,
  WindowSpecification,
  Windowing,
} from './relation.ts';
import { inputsOf } from './relation.ts';
import { showRowPattern } from './row-pattern.ts';
import { showType } from '../types/logical-type.ts';

/** One line that says all of a node but its inputs, for people. Columns of one name look the same in it. */
export function showRelation(relation: Relation): string {
  const [first = [], second = []] = inputsOf(relation).map(({ columns }) => columns.map(({ name }) => name));
  return line(relation, first, second);
}

/** All that makes the node's result: also the types of its columns. Two nodes on one input that differ have different ones. */
export function digest(relation: Relation): string {
  const [first, second] = inputsOf(relation);
  const places = (columns: Relation['columns'] = [], from = 0) => columns.map((_, at) => `$${from + at}`);
  const shown = line(relation, places(first?.columns), places(second?.columns, first?.columns.length));
  return `${shown}: ${relation.columns.map(({ name, type }) => `${name} ${showType(type)}`).join(', ')}`;
}

function line(relation: Relation, own: readonly string[], second: readonly string[]): string {
  const list = (expressions: readonly Expression[]) =>
    expressions.map((expression) => showExpression(expression, own)).join(', ');
  switch (relation.kind) {
    case 'scan':
      return `TableScan(table=[${relation.table.name}], fields=[${relation.columns.map(({ name }) => name).join(', ')}])`;
    case 'values':
      return `Values(tuples=[${relation.rows.map((row) => `{ ${list(row)} }`).join(', ')}])`;
    case 'project':
      return `Project(select=[${relation.expressions.map((expression, at) => named(showExpression(expression, own), relation.columns[at]!.name)).join(', ')}])`;
    case 'filter':
      return `Filter(where=[${showExpression(relation.condition, own)}])`;
    case 'expand':
      return `Expand(projects=[${relation.projections.map((projection) => `{${list(projection)}}`).join(', ')}])`;
    case 'aggregate':
      return `GroupAggregate(${relation.keys.length === 0 ? '' : `groupBy=[${list(relation.keys)}], `}select=[${calls(relation.calls, own)}]${ttl(relation.timeToLive)})`;
    case 'window-table':
      return `WindowTableFunction(window=[${showWindow(relation.window, own)}])`;
    case 'window-aggregate':
      return `WindowAggregate(${relation.keys.length === 0 ? '' : `groupBy=[${list(relation.keys)}], `}window=[${showWindowing(relation.windowing, own)}], select=[${calls(relation.calls, own)}${relation.properties.map((property) => `, window_${property}`).join('')}])`;
    case 'over':
      return `OverAggregate(partitionBy=[${list(relation.partition)}], orderBy=[${order(relation.order, own)}], window=[${showFrame(relation.frame)}], select=[${calls(relation.calls, own)}])`;
    case 'rank':
      return `Rank(partitionBy=[${list(relation.partition)}], orderBy=[${order(relation.order, own)}], rankRange=[${relation.from}, ${relation.to}], outputRankNumber=[${relation.withRank}]${ttl(relation.timeToLive)})`;
    case 'window-rank':
      return `WindowRank(window=[${showWindowing(relation.windowing, own)}], partitionBy=[${list(relation.partition)}], orderBy=[${order(relation.order, own)}], rankRange=[${relation.from}, ${relation.to}], outputRankNumber=[${relation.withRank}])`;
    case 'deduplicate':
      return `Deduplicate(keep=[${relation.keep}], key=[${list(relation.partition)}], order=[${own[relation.timeColumn]}]${ttl(relation.timeToLive)})`;
    case 'join':
    case 'interval-join':
    case 'window-join':
    case 'temporal-join':
      return showJoin(relation, own, second);
    case 'set':
      return `${relation.operation[0]}${relation.operation.slice(1).toLowerCase()}(all=[${relation.all}])`;
    case 'unnest': {
      const source =
        'call' in relation.source
          ? `${relation.source.call.name}(${list(relation.source.args)})`
          : showExpression(relation.source, own);
      return `Correlate(unnest=[${source}], joinType=[${relation.outer ? 'left' : 'inner'}]${relation.ordinality ? ', ordinality=[true]' : ''})`;
    }
    case 'lookup-join': {
      const columns = relation.table.columns.map(({ name }) => name);
      const key = relation.key.map(
        ({ column, value }) => `${columns[column]} = ${showExpression(value, own)}`,
      );
      const where =
        relation.condition === undefined
          ? ''
          : `, where=[${showExpression(relation.condition, [...own, ...columns])}]`;
      return `LookupJoin(table=[${relation.table.name}], joinType=[${relation.type}], lookup=[${key.join(', ')}]${where})`;
    }
    case 'sort':
      return `Sort(orderBy=[${order(relation.order, own)}]${relation.offset === 0 ? '' : `, offset=[${relation.offset}]`}${relation.limit === undefined || relation.limit === Infinity ? '' : `, fetch=[${relation.limit}]`})`;
    case 'match':
      return `Match(${showRowPattern(
        relation.pattern,
        own,
        relation.columns.map(({ name }) => name),
      )})`;
    case 'normalize':
      return `ChangelogNormalize(key=[${relation.key.map((at) => own[at]).join(', ')}]${relation.condition === undefined ? '' : `, condition=[${showExpression(relation.condition, own)}]`})`;
  }
}

function showJoin(relation: AnyJoin, left: readonly string[], right: readonly string[]): string {
  const equal = ({ left: l, right: r, nullSafe }: EqualColumns) =>
    `${showExpression(l, left)} ${nullSafe ? 'IS NOT DISTINCT FROM' : '='} ${showExpression(r, right)}`;
  const parts = [
    `joinType=[${relation.type}]`,
    ...(relation.kind === 'interval-join'
      ? [
          `windowBounds=[${left[relation.leftTime]}, ${right[relation.rightTime]}: ${relation.lower} ms .. ${relation.upper} ms]`,
        ]
      : []),
    ...(relation.kind === 'window-join' ? [`window=[${showWindowing(relation.leftWindow, left)}]`] : []),
    ...(relation.kind === 'temporal-join' ? [`asOf=[${left[relation.leftTime]}]`] : []),
    ...(relation.equal.length === 0 ? [] : [`on=[${relation.equal.map(equal).join(' AND ')}]`]),
    ...(relation.condition === undefined
      ? []
      : [`where=[${showExpression(relation.condition, [...left, ...right])}]`]),
  ];
  const names = {
    join: 'Join',
    'interval-join': 'IntervalJoin',
    'window-join': 'WindowJoin',
    'temporal-join': 'TemporalJoin',
  };
  return `${names[relation.kind]}(${parts.join(', ')})`;
}

function calls(list: readonly AggregateCall[], columns: readonly string[]): string {
  return list.map((call) => showCall(call, columns)).join(', ');
}

function order(list: readonly SortSpecification[], columns: readonly string[]): string {
  return list
    .map(({ expression, descending, nullsFirst }) => {
      const nulls = nullsFirst === !descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
      return `${showExpression(expression, columns)} ${descending ? 'DESC' : 'ASC'}${nulls}`;
    })
    .join(', ');
}

export function showWindow(
  { kind, timeColumn, size, step, offset, partition }: WindowSpecification,
  columns: readonly string[],
): string {
  const parts = [`time_col=[${columns[timeColumn]}]`];
  if (kind === 'SESSION') {
    parts.push(`gap=[${size} ms]`);
    if (partition.length > 0) parts.push(`partition keys=[${partition.map((at) => columns[at]).join(', ')}]`);
  } else {
    parts.push(`size=[${size} ms]`);
    if (kind !== 'TUMBLE') parts.push(`${kind === 'HOP' ? 'slide' : 'step'}=[${step} ms]`);
    if (offset !== 0) parts.push(`offset=[${offset} ms]`);
  }
  return `${kind}(${parts.join(', ')})`;
}

function showWindowing(windowing: Windowing, columns: readonly string[]): string {
  if (windowing.kind === 'assigned') return showWindow(windowing.window, columns);
  return `win_start=[${columns[windowing.start]}], win_end=[${columns[windowing.end]}]`;
}

function showFrame({ unit, from }: import('./relation.ts').Frame): string {
  const start =
    from.kind === 'unbounded'
      ? 'UNBOUNDED PRECEDING'
      : from.kind === 'current'
        ? 'CURRENT ROW'
        : `${from.offset}${unit === 'RANGE' ? ' ms' : ''} PRECEDING`;
  return `${unit} BETWEEN ${start} AND CURRENT ROW`;
}

function named(expression: string, name: string): string {
  return expression === name ? name : `${expression} AS ${name}`;
}

function ttl(timeToLive: number | undefined): string {
  return timeToLive === undefined ? '' : `, stateTtl=[${timeToLive} ms]`;
}
