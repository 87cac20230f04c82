import type { Collector, Results } from './collector.ts';
import type { OutputTag } from './output-tag.ts';
import { RichFunction } from './rich-function.ts';

/** Clock, watermark and timers. Times are epoch ms. */
export interface TimerService {
  /** The runtime's clock. */
  currentProcessingTime(): number;
  /** The watermark of the operator; `MIN_TIMESTAMP` before any. */
  currentWatermark(): number;
  /**
   * A timer of the current key at a watermark; registering one twice makes one, one in the past is due at the next watermark.
   * @throws {TidemarkError} on a stream without keys
   */
  registerEventTimeTimer(time: number): void;
  /** A timer of the current key at a time of the clock; registering one twice makes one. */
  registerProcessingTimeTimer(time: number): void;
  /** Takes a timer back; one that is not there is no error. */
  deleteEventTimeTimer(time: number): void;
  /** Takes a timer back; one that is not there is no error. */
  deleteProcessingTimeTimer(time: number): void;
}

/** What a process function may ask while it handles a record. */
export interface Context {
  /** Timestamp of the record or timer; `undefined` if it has none. */
  timestamp(): number | undefined;
  /** Clock, watermark and timers. */
  timerService(): TimerService;
  /** Sends a value to a side output, with the timestamp of the record or timer. */
  output<X>(tag: OutputTag<X>, value: X): void;
}

/** The context on a keyed stream. */
export interface KeyedContext<K = unknown> extends Context {
  /** The key of the record or timer. */
  getCurrentKey(): K;
}

/** What a timer waits for: the watermark or the clock. */
export type TimeDomain = 'event-time' | 'processing-time';

/** The context in `onTimer`. */
export interface OnTimerContext<K = unknown> extends KeyedContext<K> {
  /** What the timer waited for. */
  timeDomain(): TimeDomain;
}

/**
 * Handles records one by one, on a stream without keys.
 * @example
 * class Echo extends ProcessFunction<string, string> {
 *   processElement(value: string, context: Context, out: Collector<string>) {
 *     out.collect(value);
 *     out.collect(value);
 *   }
 * }
 * await env.fromData('ho').process(new Echo()).executeAndCollect(); // → ['ho', 'ho']
 */
export abstract class ProcessFunction<I, O> extends RichFunction {
  /** For the checker alone: a function for keyed streams is none for others. */
  declare readonly streamKind?: 'not-keyed';

  /** Called for every record; it returns, yields or collects any number of results. */
  abstract processElement(value: I, context: Context, out: Collector<O>): Results<O>;
}

/**
 * Handles records one by one with state and timers a key.
 * @example
 * class SilentFor5s extends KeyedProcessFunction<string, { time: number }, string> {
 *   #last!: ValueState<number>;
 *   override open() {
 *     this.#last = this.getRuntimeContext().getState(new ValueStateDescriptor('last', 0));
 *   }
 *   processElement(order: { time: number }, context: KeyedContext<string>) {
 *     this.#last.update(order.time);
 *     context.timerService().registerEventTimeTimer(order.time + 5_000);
 *   }
 *   override *onTimer(timestamp: number, context: OnTimerContext<string>) {
 *     if (timestamp === this.#last.value() + 5_000)
 *       yield `${context.getCurrentKey()} at ${timestamp}`;
 *   }
 * }
 * const silent = orders.keyBy('user').process(() => new SilentFor5s());
 * await silent.executeAndCollect(); // → ['ann at 13000', 'bob at 17000']
 */
export abstract class KeyedProcessFunction<K, I, O> extends RichFunction {
  declare readonly streamKind?: 'keyed';

  /** Called for every record, with its key's state; it returns, yields or collects any number of results. */
  abstract processElement(value: I, context: KeyedContext<K>, out: Collector<O>): Results<O>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<O>): Results<O> {}
}
