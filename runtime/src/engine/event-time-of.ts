import type { StreamNode } from '../graph/stream-node.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import type { LaneSource } from './lane-source.ts';
import type { LaneVertex } from './lane-vertex.ts';

/** How far event time has come at a node of a lane, and at what it reads. */
export interface EventTimeOf {
  /** Its watermark; `MIN_TIMESTAMP` before any. */
  readonly watermark: number;
  /** True of a source that has ended. */
  readonly ended: boolean;
  readonly inputs: readonly {
    readonly from: StreamNode;
    readonly watermark: number;
    readonly idle: boolean;
  }[];
  /** Of a source. */
  readonly splits: readonly SplitTime[];
}

/** How far a split of a source has come. */
export interface SplitTime {
  /** Empty if the source speaks of none. */
  readonly id: string;
  readonly watermark: number;
  readonly idle: boolean;
  /** `MIN_TIMESTAMP` before any record. */
  readonly maxTimestamp: number;
}

type Vertices = ReadonlyMap<StreamNode, readonly LaneVertex[]>;

export function explainEventTime(
  node: StreamNode,
  vertices: Vertices,
  sources: ReadonlyMap<number, LaneSource>,
): EventTimeOf {
  const [first] = vertices.get(node) ?? [];
  const source = sources.get(node.id);
  const inputs = node.inputs.map(({ from }, input) => {
    const channels =
      first?.combiner?.snapshot().channels.filter(([id]) => id.split('/')[0] === String(input)) ?? [];
    // With one input there is nothing to combine.
    const [only] = vertices.get(from) ?? [];
    if (channels.length === 0)
      return { from, watermark: only?.output.watermark ?? MIN_TIMESTAMP, idle: only?.output.idle ?? false };
    const active = channels.filter(([, , idle]) => !idle);
    const marks = (active.length > 0 ? active : channels).map(([, watermark]) => watermark);
    return { from, watermark: Math.min(...marks), idle: active.length === 0 };
  });
  return {
    watermark: first?.operator?.currentWatermark ?? first?.output.watermark ?? MIN_TIMESTAMP,
    ended: source?.ended ?? false,
    inputs,
    splits: source?.splitTimes() ?? [],
  };
}
