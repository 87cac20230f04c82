import type { Trigger } from './trigger.ts';
import type { Window } from './window.ts';

export interface WindowAssignerContext {
  /** The runtime's clock in epoch ms. */
  currentProcessingTime(): number;
}

/** Decides which windows a record belongs to. */
export abstract class WindowAssigner<T = unknown, W extends Window = Window> {
  /** Windows of a record; its timestamp is `MIN_TIMESTAMP` if it has none and the assigner is not of event time. */
  abstract assignWindows(value: T, timestamp: number, context: WindowAssignerContext): readonly W[];
  abstract getDefaultTrigger(): Trigger<T, W>;
  abstract isEventTime(): boolean;

  /** Plain data of it, for the fingerprint. */
  get parameters(): Readonly<Record<string, unknown>> {
    return { assigner: this.constructor.name };
  }

  /** The user's functions in it, for the fingerprint. */
  get functions(): readonly unknown[] {
    return [];
  }
}

/** Called with windows that become one. */
export type MergeCallback<W extends Window> = (merged: readonly W[], result: W) => void;

/** An assigner whose windows merge, such as that of sessions. */
export abstract class MergingWindowAssigner<T = unknown, W extends Window = Window> extends WindowAssigner<
  T,
  W
> {
  /** Calls back for every group of windows that are to become one. */
  abstract mergeWindows(windows: readonly W[], merge: MergeCallback<W>): void;
}
