import type { StreamNode } from '../../graph/stream-node.ts';
import { DeduplicateOperator } from '../operators/deduplicate-operator.ts';
import { RankOperator } from '../operators/rank-operator.ts';
import { SortOperator } from '../operators/sort-operator.ts';
import { WindowRankOperator } from '../operators/window-rank-operator.ts';
import { notInStreaming } from '../sql-errors.ts';
import type { Deduplicate, Rank, Sort, WindowRank } from '../plan/relation.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { changelogMode, isAppendOnly } from './changelog-mode.ts';
import { lastOf, zoneOfAttached } from './lower-aggregates.ts';
import { addNode, type Lowering } from './lowering.ts';
import { compileOrder, rowKey } from './row-keys.ts';

export function lowerRank(
  lowering: Lowering,
  relation: Rank,
  from: StreamNode,
  updateBefore: boolean,
): StreamNode {
  const { partition, order, withRank } = relation;
  const retracts = !isAppendOnly(changelogMode(relation.input));
  const timeToLive = relation.timeToLive ?? lowering.settings.stateTtl;
  return addNode(lowering, {
    kind: 'rank',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), retracts, updateBefore, timeToLive },
    expressions: [...partition, ...order.map(({ expression }) => expression)],
    createOperator: () =>
      new RankOperator({
        key: rowKey(partition), ...compileOrder(order), from: relation.from, to: relation.to, withRank, retracts, updateBefore, timeToLive,
      }), // prettier-ignore
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
  from: StreamNode,
  updateBefore: boolean,
): StreamNode {
  const { order, limit, offset } = relation;
  const [first] = order;
  const described = {
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), updateBefore },
    expressions: order.map(({ expression }) => expression),
  };
  if (limit !== undefined || offset > 0) {
    const retracts = !isAppendOnly(changelogMode(relation.input));
    const to = limit === undefined ? Infinity : offset + limit;
    const timeToLive = lowering.settings.stateTtl;
    return addNode(lowering, {
      ...described,
      kind: 'sort-limit',
      createOperator: () =>
        new RankOperator({
          key: undefined, ...compileOrder(order), from: offset + 1, to, withRank: false, retracts, updateBefore, timeToLive,
        }), // prettier-ignore
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
    ...described,
    kind: 'sort',
    createOperator: () => new SortOperator({ timeColumn, ...compileOrder(order) }),
  });
}
