import type { ReducingStateDescriptor, ReducingState } from '../state/reducing-state.ts';
import type { ValueState, ValueStateDescriptor } from '../state/value-state.ts';
import type { Window } from './window.ts';

/** What happens to a window: `FIRE` emits its result, `PURGE` drops its contents. */
export const TriggerResult = {
  CONTINUE: 0,
  FIRE: 1,
  PURGE: 2,
  FIRE_AND_PURGE: 3,
} as const;

export type TriggerResult = (typeof TriggerResult)[keyof typeof TriggerResult];

export const fires = (result: TriggerResult): boolean => (result & 1) !== 0;
export const purges = (result: TriggerResult): boolean => (result & 2) !== 0;

/** Timers and state of one window of one key. Times are epoch ms. */
export interface TriggerContext {
  getCurrentWatermark(): number;
  getCurrentProcessingTime(): number;
  registerEventTimeTimer(time: number): void;
  registerProcessingTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
  getPartitionedState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  getPartitionedState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
}

/** The context of `onMerge`: the window is the merged one. */
export interface OnMergeContext extends TriggerContext {
  /** Merges the states of that name of the windows that were merged into that of the result. */
  mergePartitionedState<T>(descriptor: ReducingStateDescriptor<T>): void;
}

/** Decides when a window fires. One trigger serves all windows: what it remembers, it keeps in the context's state. */
export abstract class Trigger<T = unknown, W extends Window = Window> {
  abstract onElement(value: T, timestamp: number, window: W, context: TriggerContext): TriggerResult;
  abstract onEventTime(time: number, window: W, context: TriggerContext): TriggerResult;
  abstract onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult;
  /** Deletes the timers and state that it has for the window. */
  abstract clear(window: W, context: TriggerContext): void;

  /** True if it can serve windows that merge. */
  canMerge(): boolean {
    return false;
  }

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
