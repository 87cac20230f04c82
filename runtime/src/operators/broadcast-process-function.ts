import type { BroadcastState, ReadOnlyBroadcastState } from '../state/broadcast-state.ts';
import type { AggregatingState, AggregatingStateDescriptor } from '../state/aggregating-state.ts';
import type { ListState, ListStateDescriptor } from '../state/list-state.ts';
import type { MapState, MapStateDescriptor } from '../state/map-state.ts';
import type { ReducingState, ReducingStateDescriptor } from '../state/reducing-state.ts';
import type { ValueState, ValueStateDescriptor } from '../state/value-state.ts';
import type { Collector, Results } from './collector.ts';
import type { Context, KeyedContext, OnTimerContext } from './process-function.ts';
import { RichFunction } from './rich-function.ts';

/** What all functions on broadcast streams may ask. Times are epoch ms. */
export interface BroadcastBaseContext extends Context {
  /** The runtime's clock. */
  currentProcessingTime(): number;
  /** The watermark of the operator; `MIN_TIMESTAMP` before any. */
  currentWatermark(): number;
}

/** The context of a record that is not broadcast. */
export interface ReadOnlyContext extends BroadcastBaseContext {
  /**
   * A broadcast state, to read.
   * @throws {TidemarkError} `unknown-state` for a descriptor that `broadcast(…)` was not given
   */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V>;
}

/** The context of a broadcast record. */
export interface BroadcastContext extends BroadcastBaseContext {
  /**
   * A broadcast state, to read and write.
   * @throws {TidemarkError} `unknown-state` for a descriptor that `broadcast(…)` was not given
   */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>;
}

/** The context of a keyed record beside a broadcast stream. */
export interface KeyedReadOnlyContext<K = unknown> extends ReadOnlyContext, KeyedContext<K> {}

/** The context in `onTimer` beside a broadcast stream. */
export interface BroadcastOnTimerContext<K = unknown> extends ReadOnlyContext, OnTimerContext<K> {}

/** The context of a broadcast record beside a keyed stream. */
export interface KeyedBroadcastContext<KS = unknown> extends BroadcastContext {
  /** Calls `fn` for every key that has the state, in no order of its own; it may change the state. */
  applyToKeyedState<T>(
    descriptor: ValueStateDescriptor<T>,
    fn: (key: KS, state: ValueState<T>) => void,
  ): void;
  applyToKeyedState<T>(descriptor: ListStateDescriptor<T>, fn: (key: KS, state: ListState<T>) => void): void;
  applyToKeyedState<K, V>(
    descriptor: MapStateDescriptor<K, V>,
    fn: (key: KS, state: MapState<K, V>) => void,
  ): void;
  applyToKeyedState<T>(
    descriptor: ReducingStateDescriptor<T>,
    fn: (key: KS, state: ReducingState<T>) => void,
  ): void;
  applyToKeyedState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
    fn: (key: KS, state: AggregatingState<IN, OUT>) => void,
  ): void;
}

/**
 * Handles the records of a stream without keys beside those of a broadcast stream.
 * @example
 * const LIMIT = new MapStateDescriptor<string, number>('limit');
 * class AboveLimit extends BroadcastProcessFunction<number, number, number> {
 *   *processElement(n: number, context: ReadOnlyContext) {
 *     if (n > (context.getBroadcastState(LIMIT).get('limit') ?? 0)) yield n;
 *   }
 *   processBroadcastElement(limit: number, context: BroadcastContext) {
 *     context.getBroadcastState(LIMIT).put('limit', limit);
 *   }
 * }
 * const steps = [on('limits', element(10)), on('numbers', element(5)), on('numbers', element(15))];
 * const result = await testJob(
 *   steps,
 *   ({ limits, numbers }) => numbers.connect(limits.broadcast(LIMIT)).process(() => new AboveLimit()),
 *   { inputs: ['limits', 'numbers'] },
 * );
 * result.records.map(({ value }) => value); // → [15]
 */
export abstract class BroadcastProcessFunction<IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: false;

  /** Called for every record that is not broadcast; it returns, yields or collects any number of results. */
  abstract processElement(value: IN1, context: ReadOnlyContext, out: Collector<OUT>): Results<OUT>;
  /** Called for every broadcast record; it returns, yields or collects any number of results. */
  abstract processBroadcastElement(value: IN2, context: BroadcastContext, out: Collector<OUT>): Results<OUT>;
}

/**
 * Handles keyed records, with state and timers a key, beside those of a broadcast stream.
 * @example
 * const RESET = new MapStateDescriptor<string, number>('resets');
 * const COUNT = new ValueStateDescriptor('count', 0);
 * class Resettable extends KeyedBroadcastProcessFunction<string, string, string, string> {
 *   *processElement(user: string) {
 *     const count = this.getRuntimeContext().getState(COUNT);
 *     count.update(count.value() + 1);
 *     yield `${user} ${count.value()}`;
 *   }
 *   processBroadcastElement(_reset: string, context: KeyedBroadcastContext<string>) {
 *     context.applyToKeyedState(COUNT, (_key, state) => state.clear());
 *   }
 * }
 * const user = (name: string) => on('users', element(name));
 * const result = await testJob(
 *   [user('ann'), user('ann'), on('resets', element('now')), user('ann')],
 *   ({ users, resets }) =>
 *     users
 *       .keyBy((name) => name)
 *       .connect(resets.broadcast(RESET))
 *       .process(() => new Resettable()),
 *   { inputs: ['users', 'resets'] },
 * );
 * result.records.map(({ value }) => value); // → ['ann 1', 'ann 2', 'ann 1']
 */
export abstract class KeyedBroadcastProcessFunction<KS, IN1, IN2, OUT> extends RichFunction {
  declare readonly needsKey?: true;

  /** Called for every record that is not broadcast; it returns, yields or collects any number of results. */
  abstract processElement(value: IN1, context: KeyedReadOnlyContext<KS>, out: Collector<OUT>): Results<OUT>;
  /** Called for every broadcast record; it returns, yields or collects any number of results. */
  abstract processBroadcastElement(
    value: IN2,
    context: KeyedBroadcastContext<KS>,
    out: Collector<OUT>,
  ): Results<OUT>;

  /** Called when a timer of the current key is due. */
  onTimer(_timestamp: number, _context: BroadcastOnTimerContext<KS>, _out: Collector<OUT>): Results<OUT> {}
}
