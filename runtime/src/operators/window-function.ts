import type { StateStore } from '../state/state-store.ts';
import type { Window } from '../windows/window.ts';
import type { Collector, Results } from './collector.ts';
import type { OutputTag } from './output-tag.ts';
import { RichFunction } from './rich-function.ts';

/** What a window function may ask while a window fires. */
export interface WindowContext<W extends Window = Window> {
  readonly window: W;
  /** State of this window of this key; gone when the window is cleaned up. */
  windowState(): StateStore;
  /** State of this key, over all its windows. */
  globalState(): StateStore;
  currentWatermark(): number;
  currentProcessingTime(): number;
  output<X>(tag: OutputTag<X>, value: X): void;
}

/** A window function written as a plain function. */
export type WindowFunction<IN, OUT, K, W extends Window = Window> = (
  key: K,
  context: WindowContext<W>,
  elements: readonly IN[],
  out: Collector<OUT>,
) => Results<OUT>;

/** A window function with a life of its own. */
export abstract class ProcessWindowFunction<IN, OUT, K, W extends Window = Window> extends RichFunction {
  abstract process(
    key: K,
    context: WindowContext<W>,
    elements: readonly IN[],
    out: Collector<OUT>,
  ): Results<OUT>;

  /** Called when a window is cleaned up, to clear its window state. */
  clear(_context: WindowContext<W>): void {}
}
