import type { Collector, Results } from './collector.ts';
import type { Output } from './operator.ts';
import { tagId, type OutputTag } from './output-tag.ts';
import { RichFunction } from './rich-function.ts';

/** What a join function may ask of the pair it is called for; times are epoch ms. */
export interface JoinContext {
  /** Timestamp of the left record. */
  getLeftTimestamp(): number;
  /** Timestamp of the right record. */
  getRightTimestamp(): number;
  /** The higher of both: the timestamp of results. */
  getTimestamp(): number;
  /** Sends a value to a side output, with the timestamp of results. */
  output<X>(tag: OutputTag<X>, value: X): void;
}

/**
 * Handles the pairs of an interval join.
 * @example
 * class Delay extends ProcessJoinFunction<{ user: string }, unknown, string> {
 *   *processElement(order: { user: string }, _payment: unknown, context: JoinContext) {
 *     yield `${order.user} after ${context.getRightTimestamp() - context.getLeftTimestamp()} ms`;
 *   }
 * }
 * const delays = orders
 *   .keyBy('user')
 *   .intervalJoin(payments.keyBy('user'))
 *   .between('0 s', '5 s')
 *   .process(() => new Delay());
 * await delays.executeAndCollect(); // → ['ann after 1000 ms', 'bob after 5000 ms']
 */
export abstract class ProcessJoinFunction<IN1, IN2, OUT> extends RichFunction {
  /** Called for every pair; it returns, yields or collects any number of results. */
  abstract processElement(left: IN1, right: IN2, context: JoinContext, out: Collector<OUT>): Results<OUT>;
}

/** The same as a plain function. */
export type JoinPairFunction<IN1, IN2, OUT> = (
  left: IN1,
  right: IN2,
  context: JoinContext,
  out: Collector<OUT>,
) => Results<OUT>;

/** The context of all pairs; one object serves all calls. */
export class JoinPairContext implements JoinContext {
  readonly #output: Output;
  leftTimestamp = 0;
  rightTimestamp = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  getLeftTimestamp(): number {
    return this.leftTimestamp;
  }

  getRightTimestamp(): number {
    return this.rightTimestamp;
  }

  getTimestamp(): number {
    return Math.max(this.leftTimestamp, this.rightTimestamp);
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#output.sideOutput(tagId(tag), value, this.getTimestamp());
  }
}
