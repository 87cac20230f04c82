import type { Collector, Results } from './collector.ts';
import type { OutputTag } from './output-tag.ts';
import { RichFunction } from './rich-function.ts';

/** Clock, watermark and timers. Times are epoch ms. */
export interface TimerService {
  currentProcessingTime(): number;
  currentWatermark(): number;
  /** A timer of the current key; registering one twice makes one. On a stream without keys it is an error. */
  registerEventTimeTimer(time: number): void;
  registerProcessingTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
}

/** What a process function may ask while it handles a record. */
export interface Context {
  /** Timestamp of the record or timer; `undefined` if it has none. */
  timestamp(): number | undefined;
  timerService(): TimerService;
  output<X>(tag: OutputTag<X>, value: X): void;
}

/** The context on a keyed stream. */
export interface KeyedContext<K = unknown> extends Context {
  getCurrentKey(): K;
}

export type TimeDomain = 'event-time' | 'processing-time';

/** The context in `onTimer`. */
export interface OnTimerContext<K = unknown> extends KeyedContext<K> {
  timeDomain(): TimeDomain;
}

/** Handles records one by one, on a stream without keys. */
export abstract class ProcessFunction<I, O> extends RichFunction {
  /** For the checker alone: a function for keyed streams is none for others. */
  declare readonly streamKind?: 'not-keyed';

  abstract processElement(value: I, context: Context, out: Collector<O>): Results<O>;
}

/** Handles records one by one with state and timers a key. */
export abstract class KeyedProcessFunction<K, I, O> extends RichFunction {
  declare readonly streamKind?: 'keyed';

  abstract processElement(value: I, context: KeyedContext<K>, out: Collector<O>): Results<O>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<O>): Results<O> {}
}
