import type { StreamNode } from '../graph/stream-node.ts';
import type { Lane, LaneSnapshot, NodeSnapshot } from './lane.ts';
import type { LaneCut } from './lane-runner.ts';

/** What an edited lane takes over from the one before. */
export interface CarriedState {
  readonly cut: LaneCut;
  /** Where the state of a node lies in the cut. */
  readonly keys: ReadonlyMap<StreamNode, string>;
  /** Nodes whose results are made again from their state, for what is new behind them. */
  readonly shownAgain?: readonly StreamNode[];
}

/** A snapshot as a lane of other nodes takes it up: state of subtasks and exchanges goes with that of their node. */
export function renamed(snapshot: LaneSnapshot, lane: Lane, { keys }: CarriedState): LaneSnapshot {
  const nodes: Record<string, NodeSnapshot> = {};
  for (const [node, old] of keys) {
    const key = lane.keyOf(node);
    if (key === undefined) continue;
    for (const [name, saved] of Object.entries(snapshot.nodes))
      if (name === old || name.startsWith(`${old}/`)) nodes[key + name.slice(old.length)] = saved;
  }
  return { ...snapshot, nodes };
}
