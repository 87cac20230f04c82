import type { Collector, Results } from './collector.ts';
import type { Context, KeyedContext, OnTimerContext } from './process-function.ts';
import { RichFunction } from './rich-function.ts';

/** Handles the records of two connected streams; on keyed streams it may keep state and set timers. */
export abstract class CoProcessFunction<IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: false;

  abstract processElement1(value: IN1, context: Context, out: Collector<OUT>): Results<OUT>;
  abstract processElement2(value: IN2, context: Context, out: Collector<OUT>): Results<OUT>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext, _out: Collector<OUT>): Results<OUT> {}
}

/** Handles the records of two connected streams with state and timers a key, shared by both. */
export abstract class KeyedCoProcessFunction<K, IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: true;

  abstract processElement1(value: IN1, context: KeyedContext<K>, out: Collector<OUT>): Results<OUT>;
  abstract processElement2(value: IN2, context: KeyedContext<K>, out: Collector<OUT>): Results<OUT>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<OUT>): Results<OUT> {}
}
