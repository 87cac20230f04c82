import type { StreamNode } from '../../graph/stream-node.ts';
import { offsetAt } from '../functions/time-functions.ts';
import { GroupAggregateOperator } from '../operators/group-aggregate-operator.ts';
import { OverOperator } from '../operators/over-operator.ts';
import { SortedOverOperator } from '../operators/sorted-over-operator.ts';
import type { FusedWindowAggregateOptions } from '../operators/fused-window-aggregate-operator.ts';
import { SessionAggregateOperator } from '../operators/session-aggregate-operator.ts';
import { SliceAggregateOperator } from '../operators/slice-aggregate-operator.ts';
import { SessionWindowTableOperator } from '../operators/session-window-table-operator.ts';
import { WindowAggregateOperator } from '../operators/window-aggregate-operator.ts';
import { WindowTableOperator } from '../operators/window-table-operator.ts';
import { input, type Expression } from '../plan/expression.ts';
import type {
  Aggregate,
  AggregateCall,
  Over,
  Relation,
  WindowAggregate,
  WindowSpecification,
  WindowTable,
  Windowing,
} from '../plan/relation.ts';
import { monotonicityOf } from '../plan/monotonicity.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { AggregateHandler } from './aggregate-handler.ts';
import { changelogMode, isAppendOnly } from './changelog-mode.ts';
import { compileProjection } from './compile-expression.ts';
import { overTime } from './over-time.ts';
import { addNode, timeToLiveOf, type Lowering } from './lowering.ts';
import { compileOrder, rowKey } from './row-keys.ts';
import { sliceTimes } from './slice-times.ts';
import { windowsAt, type TableWindow } from './window-assigner.ts';

type WindowsOf = (values: readonly unknown[], now: number) => readonly TableWindow[];

export function lowerAggregate(
  lowering: Lowering,
  relation: Aggregate,
  from: StreamNode,
  updateBefore: boolean,
): StreamNode {
  const { keys, calls } = relation;
  const retracts = !isAppendOnly(changelogMode(relation.input));
  const timeToLive = timeToLiveOf(relation.timeToLive, lowering.settings);
  const { miniBatch } = lowering.settings;
  const moves = retracts ? monotonicityOf(relation) : undefined;
  // The greatest of values that only rise is not taken back.
  const keeps = (call: number) => {
    const { name, distinct } = calls[call]!;
    const how = moves?.[keys.length + call];
    return (
      !distinct && ((name === 'MAX' && how === 'increasing') || (name === 'MIN' && how === 'decreasing'))
    );
  };
  // Whether old rows are let out beside new ones is no part of its state.
  const parameters = {
    plan: digest(relation),
    retracts,
    timeToLive,
    miniBatch,
    kept: calls.map((_, at) => keeps(at)),
  };
  return addNode(lowering, {
    kind: 'group-aggregate',
    name: showRelation(relation),
    inputs: [from],
    parameters: { ...parameters, updateBefore },
    expressions: [...keys, ...expressionsOf(calls)],
    functions: functionsOf(calls),
    state: 'shown-again',
    holds: { parameters },
    createOperator: () =>
      new GroupAggregateOperator({
        keys,
        key: rowKey(keys),
        keyValues: compileProjection(keys),
        handler: new AggregateHandler(calls, retracts, 0, keeps),
        types: calls.map(({ type }) => type),
        retracts,
        width: relation.input.columns.length,
        updateBefore,
        timeToLive,
        miniBatch,
      }),
  });
}

export function lowerWindowTable(lowering: Lowering, relation: WindowTable, from: StreamNode): StreamNode {
  const { window } = relation;
  const zone = zoneOf(lowering, relation.input, window.timeColumn);
  const windowsOf = assigned(window, zone);
  const partition = window.partition.map((at) => input(at, relation.input.columns[at]!.type));
  return addNode(lowering, {
    kind: 'window-table',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), zone },
    createOperator: () =>
      window.kind === 'SESSION'
        ? new SessionWindowTableOperator({
            key: rowKey(partition),
            windowOf: (values, now) => windowsOf(values, now)[0]!,
            domain: window.time,
            lastOf: lastOf(zone),
          })
        : new WindowTableOperator(windowsOf, lastOf(zone)),
  });
}

export function lowerWindowAggregate(
  lowering: Lowering,
  relation: WindowAggregate,
  from: StreamNode,
): StreamNode {
  const { keys, calls, windowing, properties } = relation;
  const retracts = !isAppendOnly(changelogMode(relation.input));
  const zone =
    windowing.kind === 'assigned'
      ? zoneOf(lowering, relation.input, windowing.window.timeColumn)
      : zoneOfAttached(lowering, windowing);
  const described = {
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), retracts, zone, ...gridOf(windowing, zone) },
    expressions: [...keys, ...expressionsOf(calls)],
    functions: functionsOf(calls),
  };
  if (windowing.kind === 'assigned' && windowing.window.time === 'rowtime' && !retracts) {
    const { window } = windowing;
    const fused = (): FusedWindowAggregateOptions => ({
      keys,
      key: rowKey(keys),
      handler: new AggregateHandler(calls, false, keys.length),
      timeColumn: window.timeColumn,
      properties,
      width: relation.input.columns.length,
    });
    const slices = sliceTimes(window);
    const toLocal = zone === 'UTC' ? undefined : (instant: number) => instant + offsetAt(instant, zone);
    if (slices !== undefined) {
      return addNode(lowering, {
        ...described,
        kind: 'slice-aggregate',
        createOperator: () =>
          new SliceAggregateOperator({ ...fused(), slices, toLocal, lastOf: lastOf(zone) }),
      });
    }
    // In local time a session may last longer, or less, than its instants are apart.
    if (window.kind === 'SESSION' && toLocal === undefined) {
      return addNode(lowering, {
        ...described,
        kind: 'session-aggregate',
        createOperator: () => new SessionAggregateOperator({ ...fused(), gap: window.size }),
      });
    }
  }
  return addNode(lowering, {
    ...described,
    kind: 'window-aggregate',
    createOperator: () =>
      new WindowAggregateOperator({
        key: rowKey(keys),
        keyValues: compileProjection(keys),
        handler: new AggregateHandler(calls, retracts),
        windowsOf: windowing.kind === 'assigned' ? assigned(windowing.window, zone) : attached(windowing),
        merging: windowing.kind === 'assigned' && windowing.window.kind === 'SESSION',
        domain: windowing.kind === 'assigned' ? windowing.window.time : windowing.time,
        properties,
        lastOf: lastOf(zone),
      }),
  });
}

export function lowerOver(lowering: Lowering, relation: Over, from: StreamNode): StreamNode {
  const { partition, frame, calls } = relation;
  const timeColumn = overTime(relation);
  if (timeColumn === undefined) return lowerSortedOver(lowering, relation, from);
  const domain = relation.input.columns[timeColumn]!.time!;
  const retracts = frame.from.kind !== 'unbounded';
  const timeToLive = lowering.settings.stateTtl;
  return addNode(lowering, {
    kind: 'over',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), timeToLive },
    expressions: [...partition, ...expressionsOf(calls)],
    functions: functionsOf(calls),
    createOperator: () =>
      new OverOperator({
        key: rowKey(partition),
        handler: new AggregateHandler(calls, retracts),
        frame,
        domain,
        timeColumn,
        timeToLive,
      }),
  });
}

/** In an order that is not that of time any row may come anywhere, so all rows are kept. */
function lowerSortedOver(lowering: Lowering, relation: Over, from: StreamNode): StreamNode {
  const { partition, order, frame, calls } = relation;
  const timeToLive = lowering.settings.stateTtl;
  return addNode(lowering, {
    kind: 'sorted-over',
    name: showRelation(relation),
    inputs: [from],
    parameters: { plan: digest(relation), timeToLive },
    expressions: [...partition, ...order.map(({ expression }) => expression), ...expressionsOf(calls)],
    functions: functionsOf(calls),
    createOperator: () =>
      new SortedOverOperator({
        key: rowKey(partition),
        handler: new AggregateHandler(calls, false),
        ...compileOrder(order),
        peers: frame.unit === 'RANGE',
        timeToLive,
      }),
  });
}

export function attached({ start, end }: Windowing & { readonly kind: 'attached' }): WindowsOf {
  return (values) => [{ start: values[start] as number, end: values[end] as number }];
}

/** Windows of rows with a time; a TIMESTAMP_LTZ is put into the windows of its local time. */
/** The grid, or the gap, of windows as those of streams tell it; of local time nobody can tell it once and for all. */
function gridOf(windowing: WindowAggregate['windowing'], zone: string): Readonly<Record<string, unknown>> {
  if (windowing.kind !== 'assigned') return { time: windowing.time };
  const { kind, time, size, step, offset } = windowing.window;
  if (zone !== 'UTC') return { time };
  if (kind === 'SESSION') return { time, gap: size };
  return { time, size, offset, ...(kind === 'HOP' ? { slide: step } : {}) };
}

function assigned(window: WindowSpecification, zone: string): WindowsOf {
  const timeOf = (values: readonly unknown[], now: number) =>
    window.time === 'proctime' ? now : (values[window.timeColumn] as number | null);
  return (values, now) => {
    const time = timeOf(values, now);
    if (time === null) return [];
    return windowsAt(window, zone === 'UTC' ? time : time + offsetAt(time, zone));
  };
}

function zoneOf({ settings }: Lowering, relation: Relation, timeColumn: number): string {
  return relation.columns[timeColumn]!.type.name === 'TIMESTAMP_LTZ' ? settings.localTimeZone : 'UTC';
}

export function zoneOfAttached(
  { settings }: Lowering,
  { local }: Windowing & { readonly kind: 'attached' },
): string {
  return local ? settings.localTimeZone : 'UTC';
}

/** The last instant of windows that end at local times. */
export function lastOf(zone: string): (end: number) => number {
  if (zone === 'UTC') return (end) => end - 1;
  // The instant is found from its local time in two steps, so that a change of the offset in between is seen.
  return (end) => end - offsetAt(end - offsetAt(end, zone), zone) - 1;
}

function expressionsOf(calls: readonly AggregateCall[]): Expression[] {
  return calls.flatMap(({ args, filter }) => [...args, ...(filter === undefined ? [] : [filter])]);
}

function functionsOf(calls: readonly AggregateCall[]): unknown[] {
  return calls.flatMap(({ bound }) => (bound.userFunction === undefined ? [] : [bound.userFunction]));
}
