import type { StreamNode } from '../graph/stream-node.ts';
import type { Operator } from '../operators/operator.ts';
import type { LaneVertex } from './lane-vertex.ts';
import { PrintOperator, ViewOperator } from './operator-ends.ts';
import type { ViewObserver } from './view.ts';

/** Where a lane's records go that people read. */
export interface LaneReaders {
  /** Called once a view, in the order of the sinks, when the lane is made. */
  readonly views?: (node: StreamNode) => ViewObserver;
  readonly print?: (node: StreamNode, text: string) => void;
}

/** Makes the operator of one subtask; a source has none. @param inputs the subtasks of each of the node's inputs */
export function operatorOfNode(
  node: StreamNode,
  inputs: readonly (readonly LaneVertex[])[],
  { views, print }: LaneReaders,
): Operator | undefined {
  if (node.source !== undefined) return undefined;
  if (node.view !== undefined) {
    if (views === undefined) throw new TypeError(`nobody looks at ${node.name}`);
    const direct = node.inputs.length === 1 && node.inputs[0]!.sideOutput === undefined ? inputs[0]! : [];
    return new ViewOperator(
      views(node),
      direct.flatMap(({ operator }) => operator ?? []),
    );
  }
  if (node.kind === 'print') {
    const { prefix } = node.parameters;
    return new PrintOperator(typeof prefix === 'string' ? prefix : undefined, (text) => print?.(node, text));
  }
  if (node.createOperator === undefined) throw new TypeError(`${node.name} has no operator`);
  return node.createOperator();
}
