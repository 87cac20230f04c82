import type { StreamNode } from '../graph/stream-node.ts';
import { ownMetricsOf } from '../operators/metric-group.ts';
import { TimestampsOperator } from '../operators/timestamps-operator.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../time/timestamp.ts';
import { estimatedBytes } from '../state/estimated-bytes.ts';
import type { Rates } from './lane-meter.ts';
import type { LaneVertex } from './lane-vertex.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import type { WatermarkProgress } from './view.ts';

/** Event time as a node's subtasks see it. */
export function progressOf(
  node: StreamNode,
  subtasks: readonly LaneVertex[],
  sourceMaximum: number | undefined,
): WatermarkProgress {
  const maxima = subtasks.flatMap(({ operator }) =>
    operator instanceof TimestampsOperator ? (operator.maxTimestamp ?? []) : [],
  );
  const aside = sumOf(subtasks, ({ operator }) => operator?.lateSideOutputs);
  return {
    operator: node.name,
    watermark: lowestWatermark(subtasks),
    maxTimestamp: sourceMaximum ?? (maxima.length > 0 ? Math.max(...maxima) : undefined),
    idle: subtasks.every(({ output }) => output.idle),
    lateRecords: sumOf(subtasks, ({ operator }) => operator?.lateRecords),
    ...(aside > 0 ? { lateToSideOutput: aside } : {}),
    ...(node.keepsForEver === undefined
      ? {}
      : {
          unbounded: {
            keeps: node.keepsForEver,
            entries: stateEntriesOf(subtasks),
            bytes: stateBytesOf(subtasks),
          },
        }),
  };
}

/**
 * What is counted of a node, over all its subtasks.
 * @param counts records by the index of the vertex that takes them in, and by edges
 * @param now the runtime's clock in epoch ms, by which watermarks lag
 */
export function metricsOf(
  node: StreamNode,
  subtasks: readonly LaneVertex[],
  counts: Float64Array,
  { busyShare, perSecond }: Rates,
  now: number,
): OperatorMetrics {
  const watermark = lowestWatermark(subtasks);
  const known = watermark > MIN_TIMESTAMP;
  const late = sumOf(subtasks, ({ operator }) => operator?.lateRecords);
  const aside = sumOf(subtasks, ({ operator }) => operator?.lateSideOutputs);
  return {
    operator: node.name,
    kind: node.kind,
    uid: node.uid,
    cell: node.cell,
    parallelism: subtasks.length,
    recordsIn: sumOf(subtasks, ({ index }) => counts[index]),
    recordsOut: sumOf(subtasks, (vertex) => handedOn(vertex, (index) => counts[index]!)),
    recordsInPerSecond: sumOf(subtasks, ({ index }) => perSecond(index)),
    recordsOutPerSecond: sumOf(subtasks, (vertex) => handedOn(vertex, perSecond)),
    busyShare,
    watermark: known ? watermark : undefined,
    watermarkLag: known && watermark < MAX_TIMESTAMP ? now - watermark : undefined,
    idle: subtasks.every(({ output }) => output.idle),
    lateRecords: late,
    lateRecordsDropped: late - aside,
    lateRecordsSideOutput: aside,
    timers: sumOf(subtasks, ({ operator }) => operator?.timerCount),
    stateEntries: stateEntriesOf(subtasks),
    ...(node.keepsForEver === undefined
      ? {}
      : { keepsForEver: node.keepsForEver, stateBytes: stateBytesOf(subtasks) }),
    own: ownMetricsOf(subtasks.flatMap(({ operator }) => operator?.own ?? [])),
  };
}

/** What a vertex has handed on, which is what its readers have taken in: nothing is counted twice. */
function handedOn({ consumers, sideConsumers }: LaneVertex, read: (index: number) => number): number {
  let sum = 0;
  for (const [first] of [consumers, ...sideConsumers.values()]) {
    if (first !== undefined) sum += read(first.edge ?? first.vertex.index);
  }
  return sum;
}

function sumOf(subtasks: readonly LaneVertex[], count: (vertex: LaneVertex) => number | undefined): number {
  return subtasks.reduce((sum, vertex) => sum + (count(vertex) ?? 0), 0);
}

/** About how much memory the state of a node takes. */
function stateBytesOf(subtasks: readonly LaneVertex[]): number {
  return sumOf(subtasks, ({ operator }) => operator && estimatedBytes(operator.tables));
}

function stateEntriesOf(subtasks: readonly LaneVertex[]): number {
  return sumOf(subtasks, ({ operator }) => operator?.stateEntryCount);
}

function lowestWatermark(subtasks: readonly LaneVertex[]): number {
  return Math.min(...subtasks.map(({ output }) => output.watermark));
}
