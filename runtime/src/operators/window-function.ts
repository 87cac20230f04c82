import type { StateStore } from '../state/state-store.ts';
import type { Window } from '../windows/window.ts';
import type { Collector, Results } from './collector.ts';
import type { OutputTag } from './output-tag.ts';
import { RichFunction } from './rich-function.ts';

/** What a window function may ask while a window fires. Times are epoch ms. */
export interface WindowContext<W extends Window = Window> {
  /** The window that fires. */
  readonly window: W;
  /**
   * State of this window of this key; gone when the window is cleaned up.
   * @throws {TidemarkError} `unsupported` where windows merge
   */
  windowState(): StateStore;
  /** State of this key, over all its windows. */
  globalState(): StateStore;
  /** The watermark of the operator; `MIN_TIMESTAMP` before any. */
  currentWatermark(): number;
  /** The runtime's clock. */
  currentProcessingTime(): number;
  /** Sends a value to a side output, with the timestamp of the window's results. */
  output<X>(tag: OutputTag<X>, value: X): void;
}

/** A window function written as a plain function. */
export type WindowFunction<IN, OUT, K, W extends Window = Window> = (
  key: K,
  context: WindowContext<W>,
  elements: readonly IN[],
  out: Collector<OUT>,
) => Results<OUT>;

/** A window function on a stream without keys. */
export type AllWindowFunction<IN, OUT, W extends Window = Window> = (
  context: WindowContext<W>,
  elements: readonly IN[],
  out: Collector<OUT>,
) => Results<OUT>;

/**
 * A window function with a life of its own.
 * @example
 * class Firings extends ProcessWindowFunction<unknown, string, string, TimeWindow> {
 *   *process(user: string, context: WindowContext<TimeWindow>, orders: readonly unknown[]) {
 *     const windows = context.globalState().getState(new ValueStateDescriptor('windows', 0));
 *     windows.update(windows.value() + 1);
 *     yield `window ${windows.value()} of ${user}: ${orders.length}`;
 *   }
 * }
 * const lines = orders
 *   .keyBy('user')
 *   .window(TumblingEventTimeWindows.of('10 s'))
 *   .process(() => new Firings());
 * await lines.executeAndCollect(); // → ['window 1 of ann: 2', 'window 1 of bob: 1', 'window 2 of bob: 1']
 */
export abstract class ProcessWindowFunction<IN, OUT, K, W extends Window = Window> extends RichFunction {
  /** Called for a window that fires, with its records in the order in which they came. */
  abstract process(
    key: K,
    context: WindowContext<W>,
    elements: readonly IN[],
    out: Collector<OUT>,
  ): Results<OUT>;

  /** Called when a window is cleaned up, to clear its window state. */
  clear(_context: WindowContext<W>): void {}
}

/**
 * A window function on a stream without keys, with a life of its own.
 * @example
 * class Firings extends ProcessAllWindowFunction<unknown, string, TimeWindow> {
 *   *process(context: WindowContext<TimeWindow>, orders: readonly unknown[]) {
 *     const windows = context.globalState().getState(new ValueStateDescriptor('windows', 0));
 *     windows.update(windows.value() + 1);
 *     yield `window ${windows.value()}: ${orders.length}`;
 *   }
 * }
 * const lines = orders.windowAll(TumblingEventTimeWindows.of('10 s')).process(() => new Firings());
 * await lines.executeAndCollect(); // → ['window 1: 3', 'window 2: 1']
 */
export abstract class ProcessAllWindowFunction<IN, OUT, W extends Window = Window> extends RichFunction {
  /** Called for a window that fires, with its records in the order in which they came. */
  abstract process(context: WindowContext<W>, elements: readonly IN[], out: Collector<OUT>): Results<OUT>;

  /** Called when a window is cleaned up, to clear its window state. */
  clear(_context: WindowContext<W>): void {}
}
