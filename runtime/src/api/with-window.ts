import type { WindowFunction } from '../operators/window-function.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';

/** A window's result with the window it is of; times are epoch ms. */
export interface WindowResult<K, V> {
  /** The key of the window. */
  readonly key: K;
  /** The first timestamp of the window. */
  readonly start: number;
  /** The first timestamp after the window. */
  readonly end: number;
  /** What the function made of its records. */
  readonly value: V;
}

/** An aggregate function whose results are to carry key and window; made by `withWindow`. */
export class WithWindow<IN, OUT> {
  /** What aggregates the records. */
  readonly aggregateFunction: AggregateFunction<IN, unknown, OUT>;
  /** What adds key and window. */
  readonly windowFunction: WindowFunction<unknown, unknown, unknown> = emitWithWindow;

  /** Made by `withWindow`. @internal */
  constructor(aggregateFunction: AggregateFunction<IN, unknown, OUT>) {
    this.aggregateFunction = aggregateFunction;
  }
}

/**
 * Makes an aggregate function emit `{ key, start, end, value }` in place of the bare result.
 * @example
 * const count = {
 *   createAccumulator: () => 0,
 *   add: (_order: unknown, n: number) => n + 1,
 *   getResult: (n: number) => n,
 * };
 * const counts = orders
 *   .keyBy('user')
 *   .window(TumblingEventTimeWindows.of('10 s'))
 *   .aggregate(withWindow(count));
 * await counts.executeAndCollect({ limit: 1 }); // → [{ key: 'ann', start: 0, end: 10_000, value: 2 }]
 */
export function withWindow<IN, ACC, OUT>(fn: AggregateFunction<IN, ACC, OUT>): WithWindow<IN, OUT> {
  return new WithWindow<IN, OUT>(fn as AggregateFunction<IN, unknown, OUT>);
}

const emitWithWindow: WindowFunction<unknown, unknown, unknown> = (key, { window }, elements, out) => {
  out.collect({ key, start: window.start, end: window.end, value: elements[0] });
};
