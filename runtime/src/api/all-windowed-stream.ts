import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { KeySelector } from '../operators/key-selector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';
import type { DurationLike } from '../time/duration.ts';
import type { Evictor } from '../windows/evictor.ts';
import type { Trigger } from '../windows/trigger.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { Window } from '../windows/window.ts';
import type { DataStream } from './data-stream.ts';
import type { AnyField, NumericField } from './field-types.ts';
import { WindowedStream, type AllWindowFunction } from './windowed-stream.ts';

/** Windows of a whole stream: those of a keyed stream with one key. */
export class AllWindowedStream<T, W extends Window> {
  readonly #windows: WindowedStream<T, number, W>;

  constructor(graph: StreamGraph, node: StreamNode, assigner: WindowAssigner<T, W>) {
    this.#windows = new WindowedStream<T, number, W>(graph, node, new KeySelector(undefined), assigner);
  }

  trigger(trigger: Trigger<T, W>): this {
    this.#windows.trigger(trigger);
    return this;
  }

  evictor(evictor: Evictor<T, W>): this {
    this.#windows.evictor(evictor);
    return this;
  }

  allowedLateness(lateness: DurationLike): this {
    this.#windows.allowedLateness(lateness);
    return this;
  }

  sideOutputLateData(tag: OutputTag<T>): this {
    this.#windows.sideOutputLateData(tag);
    return this;
  }

  reduce(fn: ReduceFunction<T>): DataStream<T> {
    return this.#windows.reduce(fn);
  }

  aggregate<ACC, OUT>(fn: AggregateFunction<T, ACC, OUT>): DataStream<OUT> {
    return this.#windows.aggregate(fn);
  }

  process<R>(fn: AllWindowFunction<T, R, W>): DataStream<R> {
    return this.#windows.processAll(fn);
  }

  apply<R>(fn: AllWindowFunction<T, R, W>): DataStream<R> {
    return this.process(fn);
  }

  sum(field: NumericField<T>): DataStream<T>;
  sum(fn: (value: T) => number): DataStream<number>;
  sum(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.sum(field);
  }

  min(field: NumericField<T>): DataStream<T>;
  min(fn: (value: T) => number): DataStream<number>;
  min(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.min(field);
  }

  max(field: NumericField<T>): DataStream<T>;
  max(fn: (value: T) => number): DataStream<number>;
  max(field: never): DataStream<T> | DataStream<number> {
    return this.#windows.max(field);
  }

  minBy(field: AnyField<T> | ((value: T) => unknown)): DataStream<T> {
    return this.#windows.minBy(field);
  }

  maxBy(field: AnyField<T> | ((value: T) => unknown)): DataStream<T> {
    return this.#windows.maxBy(field);
  }
}
