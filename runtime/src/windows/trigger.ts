import type { AggregatingState, AggregatingStateDescriptor } from '../state/aggregating-state.ts';
import type { ListState, ListStateDescriptor } from '../state/list-state.ts';
import type { MapState, MapStateDescriptor } from '../state/map-state.ts';
import type { ReducingStateDescriptor, ReducingState } from '../state/reducing-state.ts';
import type { ValueState, ValueStateDescriptor } from '../state/value-state.ts';
import type { Window } from './window.ts';

/**
 * What happens to a window: `FIRE` emits its result, `PURGE` drops its contents.
 * @example
 * TriggerResult.FIRE_AND_PURGE === (TriggerResult.FIRE | TriggerResult.PURGE); // → true
 */
export const TriggerResult = {
  /** Nothing. */
  CONTINUE: 0,
  /** Its result is emitted, its contents stay. */
  FIRE: 1,
  /** Its contents are dropped. */
  PURGE: 2,
  /** Its result is emitted, then its contents are dropped. */
  FIRE_AND_PURGE: 3,
} as const;

/** What happens to a window: `FIRE` emits its result, `PURGE` drops its contents. */
export type TriggerResult = (typeof TriggerResult)[keyof typeof TriggerResult];

export const fires = (result: TriggerResult): boolean => (result & 1) !== 0;
export const purges = (result: TriggerResult): boolean => (result & 2) !== 0;

/** Timers and state of one window of one key. Times are epoch ms. */
export interface TriggerContext {
  /** The watermark of the operator; `MIN_TIMESTAMP` before any. */
  getCurrentWatermark(): number;
  /** The runtime's clock. */
  getCurrentProcessingTime(): number;
  /** Calls `onEventTime` when the watermark reaches `time`; registering one twice makes one. */
  registerEventTimeTimer(time: number): void;
  /** Calls `onProcessingTime` when the clock reaches `time`; registering one twice makes one. */
  registerProcessingTimeTimer(time: number): void;
  /** Takes a timer back; one that is not there is no error. */
  deleteEventTimeTimer(time: number): void;
  /** Takes a timer back; one that is not there is no error. */
  deleteProcessingTimeTimer(time: number): void;
  /** State of this window of this key. */
  getPartitionedState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  getPartitionedState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  getPartitionedState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>;
  getPartitionedState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
  getPartitionedState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
  ): AggregatingState<IN, OUT>;
}

/** The context of `onMerge`: the window is the merged one. */
export interface OnMergeContext extends TriggerContext {
  /**
   * Merges the states of that name of the windows that were merged into that of the result.
   * @throws {TidemarkError} `unsupported` for an aggregate without `merge`
   */
  mergePartitionedState<T>(descriptor: ListStateDescriptor<T>): void;
  mergePartitionedState<T>(descriptor: ReducingStateDescriptor<T>): void;
  mergePartitionedState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): void;
}

/**
 * Decides when a window fires. One trigger serves all windows: what it remembers, it keeps in the context's state.
 * @example
 * class OnZero extends Trigger<number> {
 *   onElement(value: number) {
 *     return value === 0 ? TriggerResult.FIRE_AND_PURGE : TriggerResult.CONTINUE;
 *   }
 *   onEventTime() {
 *     return TriggerResult.CONTINUE;
 *   }
 *   onProcessingTime() {
 *     return TriggerResult.CONTINUE;
 *   }
 *   clear() {}
 * }
 * const sums = env
 *   .fromData(1, 2, 0, 4, 0)
 *   .windowAll(GlobalWindows.create())
 *   .trigger(new OnZero())
 *   .sum(0);
 * await sums.executeAndCollect(); // → [3, 4]
 */
export abstract class Trigger<T = unknown, W extends Window = Window> {
  /** Called for every record that comes into the window; `timestamp` is `MIN_TIMESTAMP` if it has none. */
  abstract onElement(value: T, timestamp: number, window: W, context: TriggerContext): TriggerResult;
  /** Called when the watermark reaches a timer of the window. */
  abstract onEventTime(time: number, window: W, context: TriggerContext): TriggerResult;
  /** Called when the clock reaches a timer of the window. */
  abstract onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult;
  /** Deletes the timers and state that it has for the window. */
  abstract clear(window: W, context: TriggerContext): void;

  /** True if it can serve windows that merge. */
  canMerge(): boolean {
    return false;
  }

  /** Called when windows have become one, to register its timers and merge state. Needed where `canMerge` is true. */
  onMerge(_window: W, _context: OnMergeContext): void {
    throw new TypeError(`${this.constructor.name} does not support merging windows`);
  }

  /** Plain data of it, for the fingerprint. */
  get parameters(): Readonly<Record<string, unknown>> {
    return { trigger: this.constructor.name };
  }

  /** The user's functions in it, for the fingerprint. */
  get functions(): readonly unknown[] {
    return [];
  }

  /** The trigger inside it, if it changes what another one does. */
  get nested(): Trigger<T, W> | undefined {
    return undefined;
  }
}
