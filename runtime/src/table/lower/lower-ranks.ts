import type { StreamNode } from '../../graph/stream-node.ts';
import { DeduplicateOperator } from '../operators/deduplicate-operator.ts';
import { FirstPlaceOperator } from '../operators/first-place-operator.ts';
import { FirstRowsOperator } from '../operators/first-rows-operator.ts';
import { RankOperator } from '../operators/rank-operator.ts';
import { SortOperator } from '../operators/sort-operator.ts';
import { UpdateRankOperator } from '../operators/update-rank-operator.ts';
import { WindowRankOperator } from '../operators/window-rank-operator.ts';
import { notInStreaming } from '../sql-errors.ts';
import type { Deduplicate, Rank, Sort, WindowRank } from '../plan/relation.ts';
import { showExpression } from '../plan/expression.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { lastOf, zoneOfAttached } from './lower-aggregates.ts';
import { addNode, type Lowering } from './lowering.ts';
import { rankStrategy } from './rank-strategy.ts';
import { compileOrder, rowKey } from './row-keys.ts';

/** Makes the input of a node, with or without the old versions of rows that change. */
type InputOf = (updateBefore: boolean) => StreamNode;

export function lowerRank(
  lowering: Lowering,
  relation: Rank,
  inputOf: InputOf,
  updateBefore: boolean,
): StreamNode {
  return addRank(lowering, 'rank', relation, {
    ...relation,
    inputOf,
    updateBefore,
    timeToLive: relation.timeToLive ?? lowering.settings.stateTtl,
  });
}

interface RankPlan extends Pick<Rank, 'partition' | 'order' | 'from' | 'to' | 'withRank'> {
  readonly inputOf: InputOf;
  readonly updateBefore: boolean;
  readonly timeToLive: number | undefined;
}

/** The operator that is enough for what is known of the input. */
function addRank(lowering: Lowering, kind: string, relation: Rank | Sort, plan: RankPlan): StreamNode {
  const { partition, order, from, to, withRank, updateBefore, timeToLive } = plan;
  const strategy = rankStrategy(relation.input, partition, order);
  const [first] = order;
  const byClock =
    order.length === 1 &&
    !first!.descending &&
    first!.expression.kind === 'input' &&
    relation.input.columns[first!.expression.index]!.time === 'proctime';
  const asTheyCome = strategy.kind === 'append' && (order.length === 0 || byClock);
  const isFirst = from === 1 && to === 1 && strategy.kind !== 'retract';
  const rowKeyOf = strategy.kind === 'update' ? strategy.key : undefined;
  const key = rowKey(partition);
  const createOperator = () => {
    if (asTheyCome) return new FirstRowsOperator({ key, from, to, withRank, timeToLive });
    const options = { key, ...compileOrder(order), from, to, withRank, updateBefore, timeToLive };
    if (isFirst) return new FirstPlaceOperator(options, rowKeyOf);
    if (rowKeyOf !== undefined) return new UpdateRankOperator(options, rowKeyOf);
    return new RankOperator(options, strategy.kind === 'retract');
  };
  // Rows that may be taken back are all kept, since those behind the last place may rise; else the best are.
  const rows = strategy.kind === 'retract' ? Infinity : to;
  const sorting = order.map(({ expression, ...how }) => ({ ...how, by: showExpression(expression) }));
  const holds = { partition: partition.map((part) => showExpression(part)), sorting, strategy, timeToLive };
  return addNode(lowering, {
    kind,
    name: showRelation(relation),
    inputs: [plan.inputOf(strategy.kind !== 'update')],
    parameters: { plan: digest(relation), strategy, updateBefore, timeToLive },
    expressions: [...partition, ...order.map(({ expression }) => expression)],
    ...(asTheyCome ? {} : { state: 'shown-again', holds: { parameters: holds, rows } }),
    createOperator,
  });
}

export function lowerWindowRank(lowering: Lowering, relation: WindowRank, from: StreamNode): StreamNode {
  const { partition, order, withRank, windowing } = relation;
  return addNode(lowering, {
    kind: 'window-rank',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation) },
    expressions: [...partition, ...order.map(({ expression }) => expression)],
    createOperator: () =>
      new WindowRankOperator({
        key: rowKey(partition), ...compileOrder(order), startColumn: windowing.start, endColumn: windowing.end, domain: windowing.time, lastOf: lastOf(zoneOfAttached(lowering, windowing)),
        from: relation.from, to: relation.to, withRank,
      }), // prettier-ignore
  });
}

export function lowerDeduplicate(
  lowering: Lowering,
  relation: Deduplicate,
  from: StreamNode,
  updateBefore: boolean,
): StreamNode {
  const { partition, keep, timeColumn } = relation;
  const domain = relation.input.columns[timeColumn]!.time ?? 'rowtime';
  const timeToLive = relation.timeToLive ?? lowering.settings.stateTtl;
  return addNode(lowering, {
    kind: 'deduplicate',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), updateBefore, timeToLive, domain },
    expressions: partition,
    createOperator: () =>
      new DeduplicateOperator({ key: rowKey(partition), keep, domain, timeColumn, updateBefore, timeToLive }),
  });
}

export function lowerSort(
  lowering: Lowering,
  relation: Sort,
  inputOf: InputOf,
  updateBefore: boolean,
): StreamNode {
  const { order, limit, offset } = relation;
  const [first] = order;
  if (limit !== undefined || offset > 0) {
    return addRank(lowering, 'sort-limit', relation, {
      partition: [],
      order,
      from: offset + 1,
      to: limit === undefined ? Infinity : offset + limit,
      withRank: false,
      inputOf,
      updateBefore,
      timeToLive: lowering.settings.stateTtl,
    });
  }
  const column =
    first?.expression.kind === 'input' ? relation.input.columns[first.expression.index] : undefined;
  if (first?.expression.kind !== 'input' || first.descending || column?.time === undefined) {
    throw notInStreaming(
      'ORDER BY by something else than ascending time',
      'any row that is still to come may stand before those that have come.',
      'Order by a time attribute first, or say how many: LIMIT 10.',
      relation.at,
    );
  }
  const timeColumn = first.expression.index;
  return addNode(lowering, {
    kind: 'sort',
    name: showRelation(relation),
    inputs: [inputOf(true)],
    parameters: { plan: digest(relation), updateBefore },
    expressions: order.map(({ expression }) => expression),
    createOperator: () => new SortOperator({ timeColumn, ...compileOrder(order) }),
  });
}
