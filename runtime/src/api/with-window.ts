import type { WindowFunction } from '../operators/window-function.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';

/** A window's result with the window it is of; times are epoch ms. */
export interface WindowResult<K, V> {
  readonly key: K;
  readonly start: number;
  readonly end: number;
  readonly value: V;
}

/** An aggregate function whose results are to carry key and window; made by `withWindow`. */
export class WithWindow<IN, OUT> {
  readonly aggregateFunction: AggregateFunction<IN, unknown, OUT>;
  readonly windowFunction: WindowFunction<unknown, unknown, unknown> = emitWithWindow;

  constructor(aggregateFunction: AggregateFunction<IN, unknown, OUT>) {
    this.aggregateFunction = aggregateFunction;
  }
}

/**
 * Makes `aggregate` emit `{ key, start, end, value }` in place of the bare result.
 * @example
 * stream.keyBy('user').window(TumblingEventTimeWindows.of('1 min')).aggregate(withWindow(count));
 */
export function withWindow<IN, ACC, OUT>(fn: AggregateFunction<IN, ACC, OUT>): WithWindow<IN, OUT> {
  return new WithWindow<IN, OUT>(fn as AggregateFunction<IN, unknown, OUT>);
}

const emitWithWindow: WindowFunction<unknown, unknown, unknown> = (key, { window }, elements, out) => {
  out.collect({ key, start: window.start, end: window.end, value: elements[0] });
};
