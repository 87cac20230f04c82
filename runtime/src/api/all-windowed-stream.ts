import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { KeySelector } from '../operators/key-selector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import type { AllWindowFunction, ProcessAllWindowFunction } from '../operators/window-function.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';
import type { DurationLike } from '../time/duration.ts';
import type { Evictor } from '../windows/evictor.ts';
import type { Trigger } from '../windows/trigger.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { Window } from '../windows/window.ts';
import type { DataStream } from './data-stream.ts';
import type { AnyField, NumericField } from './field-types.ts';
import { WindowedStream } from './windowed-stream.ts';

/** What a window function on a stream without keys may be given as. */
export type AnyProcessAllWindowFunction<IN, OUT, W extends Window> =
  | ProcessAllWindowFunction<IN, OUT, W>
  | AllWindowFunction<IN, OUT, W>
  | (() => ProcessAllWindowFunction<IN, OUT, W>);

/**
 * Windows of a whole stream: those of a keyed stream with one key.
 * @example
 * await orders
 *   .windowAll(TumblingEventTimeWindows.of('10 s'))
 *   .sum(({ amount }) => amount)
 *   .executeAndCollect(); // → [12, 2]
 */
export class AllWindowedStream<out T, out W extends Window> {
  readonly #windows: WindowedStream<T, number, W>;

  /** Made by the methods of streams and environments. @internal */
  constructor(graph: StreamGraph, node: StreamNode, assigner: WindowAssigner<T, W>) {
    this.#windows = new WindowedStream<T, number, W>(graph, node, new KeySelector(undefined), assigner);
  }

  /**
   * When windows fire, in place of the assigner's default.
   * @throws {TidemarkError} `unsupported` if windows merge and the trigger cannot.
   * @example
   * const windows = orders.windowAll(GlobalWindows.create()).trigger(CountTrigger.of(4));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [14]
   */
  trigger(trigger: Trigger<T, W>): this {
    this.#windows.trigger(trigger);
    return this;
  }

  /**
   * Which records a window drops before or after it fires; windows then keep all their records.
   * @throws {TidemarkError} `unsupported` if windows merge.
   * @example
   * const windows = orders.windowAll(TumblingEventTimeWindows.of('20 s')).evictor(CountEvictor.of(1));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [2]
   */
  evictor(evictor: Evictor<T, W>): this {
    this.#windows.evictor(evictor);
    return this;
  }

  /**
   * How long after its end a window is kept for late records, each of which makes it fire again. 0 unless set; event
   * time only.
   * @throws {TidemarkError} `bad-argument` for a negative duration.
   * @example
   * const result = await testJob(
   *   [element(1, 1_000), watermark(10_000), element(2, 2_000), watermark(15_000), element(3, 3_000)],
   *   (numbers) =>
   *     numbers.windowAll(TumblingEventTimeWindows.of('10 s')).allowedLateness('5 s').sum(0),
   * );
   * result.records.map(({ value }) => value); // → [1, 3]
   * result.lateRecords; // → 1
   */
  allowedLateness(lateness: DurationLike): this {
    this.#windows.allowedLateness(lateness);
    return this;
  }

  /**
   * Where records go that came too late; without it they are only counted.
   * @example
   * const late = new OutputTag<number>('late');
   * const result = await testJob(
   *   [element(1, 1_000), watermark(10_000), element(2, 2_000)],
   *   (numbers) =>
   *     numbers.windowAll(TumblingEventTimeWindows.of('10 s')).sideOutputLateData(late).sum(0),
   * );
   * result.sideOutput(late); // → [{ value: 2, timestamp: 2000 }]
   */
  sideOutputLateData(tag: OutputTag<T>): this {
    this.#windows.sideOutputLateData(tag);
    return this;
  }

  /**
   * What all records of a window reduce to; or, with a window function, what that makes of it.
   * @example
   * const largest = orders
   *   .windowAll(TumblingEventTimeWindows.of('10 s'))
   *   .reduce((a, b) => (b.amount > a.amount ? b : a));
   * await largest.map(({ amount }) => amount).executeAndCollect(); // → [5, 2]
   */
  reduce(fn: ReduceFunction<T>): DataStream<T>;
  reduce<R>(fn: ReduceFunction<T>, windowFn: AnyProcessAllWindowFunction<T, R, W>): DataStream<R>;
  reduce(fn: ReduceFunction<T>, windowFn?: unknown): DataStream<T> {
    return this.#windows.reduce(fn, windowFn as never);
  }

  /**
   * The bare result of an aggregate function; or, with a window function, what that makes of it.
   * @throws {TidemarkError} `unsupported` if windows merge and the function has no `merge`.
   * @example
   * const mean = {
   *   createAccumulator: () => ({ sum: 0, n: 0 }),
   *   add: (order: { amount: number }, { sum, n }: { sum: number; n: number }) => ({
   *     sum: sum + order.amount,
   *     n: n + 1,
   *   }),
   *   getResult: ({ sum, n }: { sum: number; n: number }) => sum / n,
   * };
   * const means = orders.windowAll(TumblingEventTimeWindows.of('10 s')).aggregate(mean);
   * await means.executeAndCollect(); // → [4, 2]
   */
  aggregate<ACC, OUT>(fn: AggregateFunction<T, ACC, OUT>): DataStream<OUT>;
  aggregate<ACC, OUT, R>(
    fn: AggregateFunction<T, ACC, OUT>,
    windowFn: AnyProcessAllWindowFunction<OUT, R, W>,
  ): DataStream<R>;
  aggregate<ACC, OUT>(fn: AggregateFunction<T, ACC, OUT>, windowFn?: unknown): DataStream<OUT> {
    return this.#windows.aggregate(fn, windowFn as never);
  }

  /**
   * Applies a window function to all records of each window that fires; it returns, yields or collects any number of
   * results.
   * @example
   * const lines = orders
   *   .windowAll(TumblingEventTimeWindows.of('10 s'))
   *   .process(({ window }, records) => [`until ${window.end}: ${records.length}`]);
   * await lines.executeAndCollect(); // → ['until 10000: 3', 'until 20000: 1']
   */
  process<R>(fn: AnyProcessAllWindowFunction<T, R, W>): DataStream<R> {
    // On a stream without keys the operator calls functions without one.
    return this.#windows.process(fn as never);
  }

  /**
   * Flink's other name of `process`.
   * @example
   * const counts = orders
   *   .windowAll(TumblingEventTimeWindows.of('10 s'))
   *   .apply((_context, records) => [records.length]);
   * await counts.executeAndCollect(); // → [3, 1]
   */
  apply<R>(fn: AnyProcessAllWindowFunction<T, R, W>): DataStream<R> {
    return this.process(fn);
  }

  /**
   * The sum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders.windowAll(TumblingEventTimeWindows.of('10 s')).sum(({ amount }) => amount);
   * await results.executeAndCollect(); // → [12, 2]
   */
  sum<F extends NumericField<T>>(field: F): DataStream<T>;
  sum(fn: (value: T) => number): DataStream<number>;
  sum(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.sum(field);
  }

  /**
   * The minimum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders.windowAll(TumblingEventTimeWindows.of('10 s')).min(({ amount }) => amount);
   * await results.executeAndCollect(); // → [3, 2]
   */
  min<F extends NumericField<T>>(field: F): DataStream<T>;
  min(fn: (value: T) => number): DataStream<number>;
  min(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.min(field);
  }

  /**
   * The maximum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders.windowAll(TumblingEventTimeWindows.of('10 s')).max(({ amount }) => amount);
   * await results.executeAndCollect(); // → [5, 2]
   */
  max<F extends NumericField<T>>(field: F): DataStream<T>;
  max(fn: (value: T) => number): DataStream<number>;
  max(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.max(field);
  }

  /**
   * The record with the lowest value of a field or function, the first of equals.
   * @example
   * const records = orders.windowAll(TumblingEventTimeWindows.of('10 s')).minBy('amount');
   * await records.map(({ time }) => time).executeAndCollect(); // → [1000, 12000]
   */
  minBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.#windows.minBy(field);
  }

  /**
   * The record with the highest value of a field or function, the first of equals.
   * @example
   * const records = orders.windowAll(TumblingEventTimeWindows.of('10 s')).maxBy('amount');
   * await records.map(({ time }) => time).executeAndCollect(); // → [4000, 12000]
   */
  maxBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.#windows.maxBy(field);
  }
}
