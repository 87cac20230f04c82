import { badArgument } from '../errors.ts';
import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';

/** What is part of a dataflow. */
export interface InGraph {
  readonly graph: StreamGraph;
  readonly node: StreamNode;
}

/** @throws {TidemarkError} `bad-argument` if what is to meet this stream is none, or one of another environment */
export function checkSameGraph(method: string, stream: InGraph, other: InGraph): void {
  // Cells may be run without types.
  if ((other as InGraph | undefined)?.graph === undefined) {
    throw badArgument(method, other, 'It takes a stream.', `Write stream.${method}(otherStream).`);
  }
  if (stream.graph === other.graph) return;
  throw badArgument(
    method,
    other.node.name,
    'Streams of different environments cannot meet.',
    'Make both from one env.',
  );
}
