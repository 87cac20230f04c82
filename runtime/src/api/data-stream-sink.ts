import type { NewNode } from '../graph/stream-graph.ts';
import type { Sink } from '../operators/sink.ts';
import { SinkOperator } from '../operators/sink-operator.ts';
import { NamedOperator } from './named-operator.ts';

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
export class DataStreamSink extends NamedOperator {}
