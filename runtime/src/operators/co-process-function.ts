import type { Collector, Results } from './collector.ts';
import type { Context, KeyedContext, OnTimerContext } from './process-function.ts';
import { RichFunction } from './rich-function.ts';

/**
 * Handles the records of two connected streams; on keyed streams it may keep state and set timers.
 * @example
 * class Labelled extends CoProcessFunction<number, string, string> {
 *   processElement1(n: number, _context: Context, out: Collector<string>) {
 *     out.collect(`number ${n}`);
 *   }
 *   processElement2(word: string, _context: Context, out: Collector<string>) {
 *     out.collect(`word ${word}`);
 *   }
 * }
 * const labels = env
 *   .fromData(1)
 *   .connect(env.fromData('one'))
 *   .process(() => new Labelled());
 * await labels.executeAndCollect(); // → ['number 1', 'word one']
 */
export abstract class CoProcessFunction<IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: false;

  /** Called for every record of the first stream; it returns, yields or collects any number of results. */
  abstract processElement1(value: IN1, context: Context, out: Collector<OUT>): Results<OUT>;
  /** Called for every record of the second stream; it returns, yields or collects any number of results. */
  abstract processElement2(value: IN2, context: Context, out: Collector<OUT>): Results<OUT>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext, _out: Collector<OUT>): Results<OUT> {}
}

/**
 * Handles the records of two connected streams with state and timers a key, shared by both.
 * @example
 * class Balance extends KeyedCoProcessFunction<string, { amount: number }, { paid: number }, number> {
 *   #owed!: ValueState<number>;
 *   override open() {
 *     this.#owed = this.getRuntimeContext().getState(new ValueStateDescriptor('owed', 0));
 *   }
 *   processElement1(order: { amount: number }) {
 *     this.#owed.update(this.#owed.value() + order.amount);
 *     return [this.#owed.value()];
 *   }
 *   processElement2(payment: { paid: number }) {
 *     this.#owed.update(this.#owed.value() - payment.paid);
 *     return [this.#owed.value()];
 *   }
 * }
 * const balances = orders
 *   .keyBy('user')
 *   .connect(payments.keyBy('user'))
 *   .process(() => new Balance());
 * (await balances.executeAndCollect()).length; // → 6
 */
export abstract class KeyedCoProcessFunction<K, IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: true;

  /** Called for every record of the first stream; it returns, yields or collects any number of results. */
  abstract processElement1(value: IN1, context: KeyedContext<K>, out: Collector<OUT>): Results<OUT>;
  /** Called for every record of the second stream; it returns, yields or collects any number of results. */
  abstract processElement2(value: IN2, context: KeyedContext<K>, out: Collector<OUT>): Results<OUT>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<OUT>): Results<OUT> {}
}
