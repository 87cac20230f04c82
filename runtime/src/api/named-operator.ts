import type { StreamNode } from '../graph/stream-node.ts';
import { checkParallelism } from './parallelism.ts';

/**
 * What any operator can be given once it is made, in the middle of a stream or at its end.
 * @example
 * env.fromData(1, 2).print().name('numbers').uid('print-numbers');
 */
export class NamedOperator {
  /** The operator itself. @internal */
  readonly node: StreamNode;

  /** Made by the methods of streams. @internal */
  constructor(node: StreamNode) {
    this.node = node;
  }

  /**
   * Names the operator for good, so that its state is found again whatever becomes of its code. Operators of a job that have the
   * same are refused when it is executed (`duplicate-uid`).
   * @example
   * orders.keyBy('user').sum('amount').uid('totals');
   */
  uid(uid: string, options: { onEdit?: 'rebuild' | 'keep' } = {}): this {
    this.node.uid = uid;
    this.node.onEdit = options.onEdit;
    return this;
  }

  /**
   * Names the operator in views, metrics and errors.
   * @example
   * orders.filter(({ amount }) => amount > 4).name('large orders');
   */
  name(name: string): this {
    this.node.name = name;
    return this;
  }

  /**
   * Sets the number of logical subtasks; they share one thread. Each has the keys of its key groups, or its turn of
   * the records.
   * @throws {TidemarkError} `bad-argument` unless it is a whole number ≥ 1; `bad-parallelism` for more than there can be key
   *   groups; `unsupported` above 1 for windows over a whole stream.
   * @example
   * orders.map(({ amount }) => amount).setParallelism(0); // throws 'bad-argument'
   */
  setParallelism(parallelism: number): this {
    this.node.parallelism = checkParallelism(parallelism, this.node);
    return this;
  }
}
