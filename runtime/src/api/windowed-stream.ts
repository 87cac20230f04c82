import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { fieldReduce, reducing, reducingNumbers, type FieldName } from '../operators/field-aggregate.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import type { AnyWindowFunction } from '../operators/window-emitter.ts';
import type { ProcessWindowFunction, WindowFunction } from '../operators/window-function.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import type { Evictor } from '../windows/evictor.ts';
import type { Trigger } from '../windows/trigger.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { Window } from '../windows/window.ts';
import { DataStream } from './data-stream.ts';
import type { AnyField, NumericField } from './field-types.ts';
import { checkWindow, windowOperators, type WindowComputation, type WindowSettings } from './window-plan.ts';
import { windowPartFunctions } from './window-part-functions.ts';
import { WithWindow, type WindowResult } from './with-window.ts';

/** What a window function may be given as. */
export type AnyProcessWindowFunction<IN, OUT, K, W extends Window> =
  | ProcessWindowFunction<IN, OUT, K, W>
  | WindowFunction<IN, OUT, K, W>
  | (() => ProcessWindowFunction<IN, OUT, K, W>);

type AnyAggregate = AggregateFunction<unknown, unknown, unknown>;

/**
 * Windows of a keyed stream, before it is said what becomes of them.
 * @example
 * const sums = orders
 *   .keyBy('user')
 *   .window(TumblingEventTimeWindows.of('10 s'))
 *   .sum(({ amount }) => amount);
 * await sums.executeAndCollect(); // → [7, 5, 2]
 */
export class WindowedStream<out T, out K, out W extends Window> {
  readonly #graph: StreamGraph;
  readonly #node: StreamNode;
  readonly #keySelector: KeySelector;
  #settings: WindowSettings;

  /** Made by the methods of streams and environments. @internal */
  constructor(
    graph: StreamGraph,
    node: StreamNode,
    keySelector: KeySelector,
    assigner: WindowAssigner<T, W>,
  ) {
    this.#graph = graph;
    this.#node = node;
    this.#keySelector = keySelector;
    this.#settings = { assigner: assigner as unknown as WindowAssigner };
  }

  /**
   * When windows fire, in place of the assigner's default.
   * @throws {TidemarkError} `unsupported` if windows merge and the trigger cannot.
   * @example
   * const windows = orders.keyBy('user').window(GlobalWindows.create()).trigger(CountTrigger.of(2));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [7, 7]
   */
  trigger(trigger: Trigger<T, W>): this {
    return this.#set({ trigger: trigger as unknown as Trigger });
  }

  /**
   * Which records a window drops before or after it fires; windows then keep all their records.
   * @throws {TidemarkError} `unsupported` if windows merge.
   * @example
   * const windows = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('20 s'))
   *   .evictor(CountEvictor.of(1));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [4, 2]
   */
  evictor(evictor: Evictor<T, W>): this {
    return this.#set({ evictor: evictor as unknown as Evictor });
  }

  /**
   * How long after its end a window is kept for late records, each of which makes it fire again. 0 unless set; event
   * time only.
   * @throws {TidemarkError} `bad-argument` for a negative duration.
   * @example
   * const result = await testJob(
   *   [element(1, 1_000), watermark(10_000), element(2, 2_000), watermark(15_000), element(3, 3_000)],
   *   (numbers) =>
   *     numbers
   *       .keyBy(() => 'all')
   *       .window(TumblingEventTimeWindows.of('10 s'))
   *       .allowedLateness('5 s')
   *       .sum(0),
   * );
   * result.records.map(({ value }) => value); // → [1, 3]
   * result.lateRecords; // → 1
   */
  allowedLateness(lateness: DurationLike): this {
    return this.#set({ allowedLateness: toMillis(lateness) });
  }

  /**
   * Where records go that came too late; without it they are only counted.
   * @example
   * const late = new OutputTag<number>('late');
   * const result = await testJob(
   *   [element(1, 1_000), watermark(10_000), element(2, 2_000)],
   *   (numbers) =>
   *     numbers
   *       .keyBy(() => 'all')
   *       .window(TumblingEventTimeWindows.of('10 s'))
   *       .sideOutputLateData(late)
   *       .sum(0),
   * );
   * result.sideOutput(late); // → [{ value: 2, timestamp: 2000 }]
   */
  sideOutputLateData(tag: OutputTag<T>): this {
    return this.#set({ lateTag: tag.id });
  }

  /**
   * What all records of a window reduce to; or, with a window function, what that makes of it.
   * @example
   * const largest = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .reduce((a, b) => (b.amount > a.amount ? b : a));
   * await largest.map(({ amount }) => amount).executeAndCollect(); // → [4, 5, 2]
   */
  reduce(fn: ReduceFunction<T>): DataStream<T>;
  reduce<R>(fn: ReduceFunction<T>, windowFn: AnyProcessWindowFunction<T, R, K, W>): DataStream<R>;
  reduce<R>(
    fn: ReduceFunction<T>,
    windowFn?: AnyProcessWindowFunction<T, R, K, W>,
  ): DataStream<T> | DataStream<R> {
    const windowFunction = windowFn as AnyWindowFunction | undefined;
    return this.#compute<T>('reduce', {}, [fn], {
      aggregate: reducing(fn as ReduceFunction<unknown>),
      windowFunction,
    });
  }

  /**
   * The bare result of an aggregate function; `withWindow(fn)` adds key and window; a window function makes anything
   * of it.
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
   * const means = orders.keyBy('user').window(TumblingEventTimeWindows.of('10 s')).aggregate(mean);
   * await means.executeAndCollect(); // → [3.5, 5, 2]
   */
  aggregate<OUT>(fn: WithWindow<T, OUT>): DataStream<WindowResult<K, OUT>>;
  aggregate<ACC, OUT>(fn: AggregateFunction<T, ACC, OUT>): DataStream<OUT>;
  aggregate<ACC, OUT, R>(
    fn: AggregateFunction<T, ACC, OUT>,
    windowFn: AnyProcessWindowFunction<OUT, R, K, W>,
  ): DataStream<R>;
  aggregate<R>(fn: unknown, windowFn?: unknown): DataStream<R> {
    if (fn instanceof WithWindow) {
      const { aggregateFunction, windowFunction } = fn as WithWindow<unknown, unknown>;
      return this.#compute('aggregate', { withWindow: true }, [aggregateFunction], {
        aggregate: aggregateFunction,
        windowFunction,
      });
    }
    const aggregate = fn as AnyAggregate;
    return this.#compute('aggregate', {}, [aggregate], {
      aggregate,
      windowFunction: windowFn as AnyWindowFunction | undefined,
    });
  }

  /**
   * Applies a window function to all records of each window that fires; it returns, yields or collects any number of
   * results.
   * @example
   * const lines = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .process((user, { window }, records) => [`${user} until ${window.end}: ${records.length}`]);
   * await lines.executeAndCollect(); // → ['ann until 10000: 2', 'bob until 10000: 1', 'bob until 20000: 1']
   */
  process<R>(fn: AnyProcessWindowFunction<T, R, K, W>): DataStream<R> {
    return this.#compute('process', {}, [], { windowFunction: fn as AnyWindowFunction });
  }

  /**
   * Flink's other name of `process`.
   * @example
   * const counts = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((_user, _context, records) => [records.length]);
   * await counts.executeAndCollect(); // → [2, 1, 1]
   */
  apply<R>(fn: AnyProcessWindowFunction<T, R, K, W>): DataStream<R> {
    return this.process(fn);
  }

  /**
   * The sum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .sum(({ amount }) => amount);
   * await results.executeAndCollect(); // → [7, 5, 2]
   */
  sum<F extends NumericField<T>>(field: F): DataStream<T>;
  sum(fn: (value: T) => number): DataStream<number>;
  sum(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.#extreme<T>('sum', field);
  }

  /**
   * The minimum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .min(({ amount }) => amount);
   * await results.executeAndCollect(); // → [3, 5, 2]
   */
  min<F extends NumericField<T>>(field: F): DataStream<T>;
  min(fn: (value: T) => number): DataStream<number>;
  min(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.#extreme<T>('min', field);
  }

  /**
   * The maximum over a window: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const results = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .max(({ amount }) => amount);
   * await results.executeAndCollect(); // → [4, 5, 2]
   */
  max<F extends NumericField<T>>(field: F): DataStream<T>;
  max(fn: (value: T) => number): DataStream<number>;
  max(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.#extreme<T>('max', field);
  }

  /**
   * The record with the lowest value of a field or function, the first of equals.
   * @example
   * const records = orders.keyBy('user').window(TumblingEventTimeWindows.of('10 s')).minBy('amount');
   * await records.map(({ time }) => time).executeAndCollect(); // → [1000, 4000, 12000]
   */
  minBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.#extremeBy('minBy', field);
  }

  /**
   * The record with the highest value of a field or function, the first of equals.
   * @example
   * const records = orders.keyBy('user').window(TumblingEventTimeWindows.of('10 s')).maxBy('amount');
   * await records.map(({ time }) => time).executeAndCollect(); // → [8000, 4000, 12000]
   */
  maxBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.#extremeBy('maxBy', field);
  }

  #extreme<R>(aggregation: 'sum' | 'min' | 'max', field: FieldName | ((value: T) => number)): DataStream<R> {
    if (typeof field === 'function') {
      const aggregate = reducingNumbers(aggregation, field as (value: unknown) => number);
      return this.#compute(aggregation, { aggregation }, [field], { aggregate });
    }
    return this.#compute(aggregation, { aggregation, field }, [], {
      aggregate: reducing(fieldReduce(aggregation, field)),
    });
  }

  #extremeBy<R>(aggregation: 'minBy' | 'maxBy', field: FieldName | ((value: T) => unknown)): DataStream<R> {
    const reduce = fieldReduce(aggregation, field as FieldName | ((value: unknown) => unknown));
    const functions = typeof field === 'function' ? [field] : [];
    const named = typeof field === 'function' ? {} : { field };
    return this.#compute(aggregation, { aggregation, ...named }, functions, { aggregate: reducing(reduce) });
  }

  #set(change: Partial<WindowSettings>): this {
    const settings = { ...this.#settings, ...change };
    checkWindow(settings);
    this.#settings = settings;
    return this;
  }

  #compute<R>(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    functions: readonly unknown[],
    computation: WindowComputation,
  ): DataStream<R> {
    const settings = this.#settings;
    const { assigner, trigger, evictor, allowedLateness, lateTag } = settings;
    checkWindow(settings, computation.aggregate);
    const selector = this.#keySelector;
    const node = this.#graph.add({
      kind: 'window',
      name: `window ${name}`,
      inputs: [{ from: this.#node }],
      parameters: {
        ...selector.parameters,
        ...parameters,
        ...assigner.parameters,
        trigger: trigger?.parameters,
        evictor: evictor?.parameters,
        allowedLateness,
        lateTag,
      },
      functions: [
        ...selector.functions,
        ...windowPartFunctions(assigner),
        ...windowPartFunctions(trigger),
        ...windowPartFunctions(evictor),
        ...functions,
        ...(computation.windowFunction === undefined ? [] : [computation.windowFunction]),
      ],
      createOperator: windowOperators(selector, settings, computation),
    });
    return new DataStream<R>(this.#graph, node);
  }
}
