import type { NewNode } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Sink } from '../operators/sink.ts';
import { SinkOperator } from '../operators/sink-operator.ts';
import { checkParallelism } from './parallelism.ts';

/** How a stream is handed to a sink. */
export interface SinkToOptions {
  /**
   * What is written when a cell was edited and its stream is worked out again from the recording: what comes from then on
   * (`'mute'`, the default), or all of it once more (`'replay'`).
   */
  readonly onRebuild?: 'mute' | 'replay';
}

/** The node that writes to a sink. */
export function sinkNode(sink: Sink<unknown>, { onRebuild }: SinkToOptions): Omit<NewNode, 'inputs'> {
  return {
    kind: 'sink',
    name: sink.kind,
    parameters: { sink: sink.kind, ...sink.parameters, ...(onRebuild === undefined ? {} : { onRebuild }) },
    functions: sink.functions ?? [],
    isSink: true,
    createOperator: () => new SinkOperator(sink, onRebuild === 'replay'),
  };
}

/**
 * The end of a stream.
 * @example
 * env.fromData(1, 2).print().name('numbers').uid('print-numbers');
 */
export class DataStreamSink {
  /** The operator that writes. @internal */
  readonly node: StreamNode;

  /** Made by the methods of streams. @internal */
  constructor(node: StreamNode) {
    this.node = node;
  }

  /** Names the operator for good, so that its state is found again whatever becomes of its code. */
  uid(uid: string, options: { onEdit?: 'rebuild' | 'keep' } = {}): this {
    this.node.uid = uid;
    this.node.onEdit = options.onEdit;
    return this;
  }

  /** Names the operator in views, metrics and errors. */
  name(name: string): this {
    this.node.name = name;
    return this;
  }

  /**
   * Sets the number of logical subtasks; they share one thread.
   * @throws {TidemarkError} `bad-argument` unless it is a whole number ≥ 1.
   */
  setParallelism(parallelism: number): this {
    this.node.parallelism = checkParallelism(parallelism);
    return this;
  }
}
