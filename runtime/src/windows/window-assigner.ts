import type { Trigger } from './trigger.ts';
import type { Window } from './window.ts';

/** What an assigner may ask. */
export interface WindowAssignerContext {
  /** The runtime's clock in epoch ms. */
  getCurrentProcessingTime(): number;
}

/** How windows of a class of one's own are written into snapshots, and made again. */
export interface WindowSerializer<W extends Window = Window, F = unknown> {
  /** Plain data of a window; two windows of which it is equal are the same. */
  encode(window: W): F;
  /** A window of what `encode` returned. */
  decode(fields: F): W;
}

/**
 * Decides which windows a record belongs to; a class of one's own may extend it.
 * @example
 * class Days extends WindowAssigner<unknown, TimeWindow> {
 *   assignWindows(_value: unknown, timestamp: number) {
 *     const start = Math.floor(timestamp / 86_400_000) * 86_400_000;
 *     return [new TimeWindow(start, start + 86_400_000)];
 *   }
 *   getDefaultTrigger() {
 *     return EventTimeTrigger.create();
 *   }
 *   isEventTime() {
 *     return true;
 *   }
 * }
 * await orders
 *   .windowAll(new Days())
 *   .sum(({ amount }) => amount)
 *   .executeAndCollect(); // → [14]
 */
export abstract class WindowAssigner<T = unknown, W extends Window = Window> {
  /** Windows of a record; its timestamp is `MIN_TIMESTAMP` if it has none and the assigner is not of event time. */
  abstract assignWindows(value: T, timestamp: number, context: WindowAssignerContext): readonly W[];
  /** The trigger that its windows have unless they are given another. */
  // What its windows are is not for the trigger to say: most take any.
  abstract getDefaultTrigger(): Trigger<NoInfer<T>, NoInfer<W>>;
  /** True if its windows are of event time: then late records are dropped, and allowed lateness counts. */
  abstract isEventTime(): boolean;

  /**
   * How its windows are written, if they are of a class of one's own that `registerType` does not know; `TimeWindow`s need
   * none.
   * @example
   * class Slot extends TimeWindow {
   *   override maxTimestamp() {
   *     return this.end - 501;
   *   }
   * }
   * class Slots extends WindowAssigner<unknown, Slot> {
   *   assignWindows(_value: unknown, timestamp: number) {
   *     const start = Math.floor(timestamp / 10_000) * 10_000;
   *     return [new Slot(start, start + 10_000)];
   *   }
   *   override getWindowSerializer() {
   *     return { encode: ({ start, end }: Slot) => [start, end], decode: ([start, end]: number[]) => new Slot(start!, end!) };
   *   }
   *   getDefaultTrigger() {
   *     return EventTimeTrigger.create();
   *   }
   *   isEventTime() {
   *     return true;
   *   }
   * }
   * await orders
   *   .windowAll(new Slots())
   *   .sum(({ amount }) => amount)
   *   .executeAndCollect(); // → [12, 2]
   */
  getWindowSerializer(): WindowSerializer<W> | undefined {
    return undefined;
  }

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

/**
 * An assigner whose windows merge, such as that of sessions.
 * @example
 * class Runs extends MergingWindowAssigner<{ amount: number }, TimeWindow> {
 *   assignWindows(order: { amount: number }, timestamp: number) {
 *     return [new TimeWindow(timestamp, timestamp + order.amount * 1_000)];
 *   }
 *   mergeWindows(windows: readonly TimeWindow[], merge: MergeCallback<TimeWindow>) {
 *     const [first, ...others] = [...windows].sort((a, b) => a.start - b.start);
 *     const overlapping = others.filter((window) => window.intersects(first!));
 *     if (overlapping.length > 0) {
 *       merge(
 *         [first!, ...overlapping],
 *         overlapping.reduce((all, window) => all.cover(window), first!),
 *       );
 *     }
 *   }
 *   getDefaultTrigger() {
 *     return EventTimeTrigger.create();
 *   }
 *   isEventTime() {
 *     return true;
 *   }
 * }
 * await orders
 *   .windowAll(new Runs())
 *   .sum(({ amount }) => amount)
 *   .executeAndCollect(); // → [14]
 */
export abstract class MergingWindowAssigner<T = unknown, W extends Window = Window> extends WindowAssigner<
  T,
  W
> {
  /** Calls back for every group of windows that are to become one. */
  abstract mergeWindows(windows: readonly W[], merge: MergeCallback<W>): void;
}
