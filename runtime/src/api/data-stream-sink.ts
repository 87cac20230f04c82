import type { StreamNode } from '../graph/stream-node.ts';
import { checkParallelism } from './parallelism.ts';

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
