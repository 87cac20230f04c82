import type { StreamNode } from '../../graph/stream-node.ts';
import { TableIntervalJoinOperator } from '../operators/interval-join-operator.ts';
import { AppendJoinOperator } from '../operators/append-join-operator.ts';
import { JoinOperator } from '../operators/join-operator.ts';
import { TemporalJoinOperator } from '../operators/temporal-join-operator.ts';
import { WindowJoinOperator } from '../operators/window-join-operator.ts';
import type {
  AnyJoin,
  EqualColumns,
  IntervalJoin,
  Join,
  Relation,
  TemporalJoin,
  WindowJoin,
} from '../plan/relation.ts';
import type { Expression } from '../plan/expression.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { upsertKey } from '../plan/upsert-key.ts';
import { windowLength } from '../plan/window-length.ts';
import { rowIdentity } from '../types/value-identity.ts';
import { changelogMode, isAppendOnly } from './changelog-mode.ts';
import { compilePairCondition } from './compile-expression.ts';
import { lastOf, zoneOfAttached } from './lower-aggregates.ts';
import { addNode, timeToLiveOf, type Lowering } from './lowering.ts';
import { nullInKey, rowKey } from './row-keys.ts';

type Inputs = readonly [StreamNode, StreamNode];

/** What all joins of two inputs are made with. */
function parts({ equal, condition, left, right }: AnyJoin) {
  return {
    leftKey: rowKey(equal.map((pair) => pair.left)),
    rightKey: rowKey(equal.map((pair) => pair.right)),
    matches: compilePairCondition(condition, left.columns.length),
    leftKeyIsNull: nullInKey(equal, 'left'),
    rightKeyIsNull: nullInKey(equal, 'right'),
    leftColumns: left.columns.length,
    rightColumns: right.columns.length,
  };
}

function described(relation: AnyJoin, inputs: Inputs, parameters: Readonly<Record<string, unknown>> = {}) {
  return {
    kind: relation.kind,
    name: showRelation(relation),
    inputs,
    parameters: { plan: digest(relation), ...parameters },
    expressions: [
      ...relation.equal.flatMap(({ left, right }) => [left, right]),
      ...(relation.condition === undefined ? [] : [relation.condition]),
    ],
  };
}

export function lowerJoin(lowering: Lowering, relation: Join, inputs: Inputs): StreamNode {
  const { equal, condition, leftKept, rightKept } = relation;
  const leftTimeToLive = timeToLiveOf(relation.leftTimeToLive, lowering.settings);
  const rightTimeToLive = timeToLiveOf(relation.rightTimeToLive, lowering.settings);
  const timeToLive = leftTimeToLive ?? rightTimeToLive;
  const append =
    relation.type === 'inner' &&
    timeToLive === undefined &&
    [relation.left, relation.right].every((side) => isAppendOnly(changelogMode(side)));
  return addNode(lowering, {
    ...described(relation, inputs, {
      leftTimeToLive,
      rightTimeToLive,
      // Decides what is kept of a side.
      leftKey: upsertKey(relation.left),
      rightKey: upsertKey(relation.right),
      ...(append ? { append, leftKept, rightKept } : {}),
    }),
    createOperator: () => {
      if (append)
        return new AppendJoinOperator({ ...parts(relation), equal, condition, leftKept, rightKept });
      return new JoinOperator({
        ...parts(relation),
        type: relation.type,
        leftUnique: uniqueOf(relation.left),
        rightUnique: uniqueOf(relation.right),
        leftTimeToLive,
        rightTimeToLive,
      });
    },
  });
}

function uniqueOf(side: Relation): ((values: readonly unknown[]) => string) | undefined {
  const key = upsertKey(side);
  return key && ((values) => rowIdentity(key.map((column) => values[column])));
}

export function lowerIntervalJoin(lowering: Lowering, relation: IntervalJoin, inputs: Inputs): StreamNode {
  const { type, leftTime, rightTime, lower, upper } = relation;
  const domain = relation.left.columns[leftTime]!.time ?? 'rowtime';
  return addNode(lowering, {
    ...described(relation, inputs),
    createOperator: () =>
      new TableIntervalJoinOperator({ ...parts(relation), type, leftTime, rightTime, lower, upper, domain }),
  });
}

export function lowerWindowJoin(lowering: Lowering, relation: WindowJoin, inputs: Inputs): StreamNode {
  const { type, leftWindow, rightWindow } = relation;
  const equal = equalInWindow(relation);
  return addNode(lowering, {
    ...described(relation, inputs),
    createOperator: () =>
      new WindowJoinOperator({
        ...parts({ ...relation, equal }),
        type,
        equal,
        leftEnd: leftWindow.end,
        rightEnd: rightWindow.end,
        domain: leftWindow.time,
        lastOf: lastOf(zoneOfAttached(lowering, leftWindow)),
      }),
  });
}

/** What is equal of rows in windows of one end. Windows of one length that end at one time start at one. */
function equalInWindow({ equal, left, right, leftWindow, rightWindow }: WindowJoin): readonly EqualColumns[] {
  const length = windowLength(left);
  if (length === undefined || length !== windowLength(right)) return equal;
  const is = (expression: Expression, column: number) =>
    expression.kind === 'input' && expression.index === column;
  const others = equal.filter((pair) => !is(pair.left, leftWindow.start) || !is(pair.right, rightWindow.start)); // prettier-ignore
  // With no key at all one subtask would have everything to do.
  return others.length === 0 ? equal : others;
}

export function lowerTemporalJoin(lowering: Lowering, relation: TemporalJoin, inputs: Inputs): StreamNode {
  const { leftTime, rightTime, type } = relation;
  return addNode(lowering, {
    ...described(relation, inputs),
    createOperator: () =>
      new TemporalJoinOperator({ ...parts(relation), leftTime, rightTime, outer: type === 'left' }),
  });
}
