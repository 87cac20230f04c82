import { badArgument } from '../errors.ts';
import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';

/** What is part of a dataflow. */
export interface InGraph {
  readonly graph: StreamGraph;
  readonly node: StreamNode;
}

/** @throws {TidemarkError} `bad-argument` if a stream of another environment is to meet this one */
export function checkSameGraph(method: string, stream: InGraph, other: InGraph): void {
  if (stream.graph === other.graph) return;
  throw badArgument(
    method,
    other.node.name,
    'Streams of different environments cannot meet.',
    'Make both from one env.',
  );
}
