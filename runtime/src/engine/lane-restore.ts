import type { StreamNode } from '../graph/stream-node.ts';
import { shareUnionLists } from '../operators/checkpointed-function.ts';
import { checkMaxParallelism } from '../state/key-group.ts';
import { maxParallelismDiffers } from './engine-errors.ts';
import { maxParallelismOf } from './lane-plan.ts';
import type { NodeSnapshot } from './lane-snapshot.ts';
import type { LaneVertex } from './lane-vertex.ts';
import { rescaled, savedSubtasks } from './rescale.ts';

type Nodes = Readonly<Record<string, NodeSnapshot>>;

/** What was kept of nodes, for the subtasks that they have now. */
export function forSubtasks(saved: Nodes, subtasks: ReadonlyMap<StreamNode, readonly LaneVertex[]>): Nodes {
  const nodes: Record<string, NodeSnapshot> = { ...saved };
  for (const [node, vertices] of subtasks) {
    const [first] = vertices;
    const before = first?.operator === undefined ? [] : savedSubtasks(saved, first.key);
    if (before.length === 0) continue;
    const groups = checkedMaxParallelism(node, vertices.length, before[0]!.maxParallelism);
    if (before.length === vertices.length) {
      if (vertices.length > 1) shareUnionLists(before.map(({ state }) => state));
      continue;
    }
    const after = rescaled(before, first!.operator!, vertices.length, groups);
    vertices.forEach(({ key }, at) => (nodes[key] = after[at]!));
  }
  return nodes;
}

/** @throws {TidemarkError} `max-parallelism-differs`, `bad-parallelism` */
export function checkedMaxParallelism(
  node: StreamNode,
  parallelism: number,
  saved: number | undefined,
): number {
  const groups = maxParallelismOf(node, parallelism);
  if (saved === undefined) return groups;
  if (node.maxParallelism !== undefined && node.maxParallelism !== saved) {
    throw maxParallelismDiffers(node.name, node.maxParallelism, saved);
  }
  checkMaxParallelism(parallelism, saved);
  return groups;
}

/** Vertices that nothing was kept of, or whose inputs are others than before, stand where these do. */
export function takeUpWatermarks(vertices: readonly LaneVertex[], nodes: Nodes): void {
  const isNew = ({ key }: LaneVertex): boolean => nodes[key] === undefined;
  const hasOtherInputs = ({ key, combiner }: LaneVertex): boolean => {
    const inputs = nodes[key]?.inputs;
    return combiner !== undefined && (inputs === undefined || !combiner.fits(inputs));
  };
  for (const vertex of vertices) {
    const { combiner, output, operator } = vertex;
    if (combiner !== undefined && hasOtherInputs(vertex)) {
      combiner.combine();
      if (isNew(vertex)) {
        output.watermark = combiner.watermark;
        output.idle = combiner.idle;
      }
    }
    if (operator !== undefined && isNew(vertex)) operator.currentWatermark = output.watermark;
    for (const { vertex: reader, channel } of [
      ...vertex.consumers,
      ...[...vertex.sideConsumers.values()].flat(),
    ]) {
      if (reader.combiner === undefined) {
        if (!isNew(reader)) continue;
        reader.output.watermark = output.watermark;
        reader.output.idle = output.idle;
      } else if (hasOtherInputs(reader)) {
        reader.combiner.update(channel, output.watermark);
        reader.combiner.setIdle(channel, output.idle);
      }
    }
  }
}
