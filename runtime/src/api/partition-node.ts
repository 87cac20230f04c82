import { unsupported } from '../errors.ts';
import type { NewNode } from '../graph/stream-graph.ts';
import { ForwardOperator } from '../operators/forward-operator.ts';
import type { StreamPartitioner } from '../operators/stream-partitioner.ts';

/**
 * The node that says how a stream's records are spread.
 * @throws {TidemarkError} `unsupported` on a keyed stream
 */
export function partitionNode(partitioner: StreamPartitioner, keyed: boolean): NewNode {
  const custom = typeof partitioner === 'object';
  const kind = custom ? 'partition-custom' : partitioner;
  if (keyed) {
    throw unsupported(
      `${kind} on a keyed stream`,
      'its keys say where each record goes.',
      'Spread the stream before keyBy, or leave it out.',
    );
  }
  return {
    kind,
    partitioner,
    parameters: custom ? partitioner.keySelector.parameters : {},
    functions: custom ? [...partitioner.keySelector.functions, partitioner.by] : [],
    createOperator: () => new ForwardOperator(),
  };
}
