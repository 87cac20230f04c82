import { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

/** Fires once the watermark passes the end of the window, and again for every record within allowed lateness. */
export class EventTimeTrigger extends Trigger {
  /**
   * The trigger that windows of event time have unless they are given another.
   * @example
   * const windows = orders
   *   .windowAll(TumblingEventTimeWindows.of('10 s'))
   *   .trigger(EventTimeTrigger.create());
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [12, 2]
   */
  static create(): EventTimeTrigger {
    return new EventTimeTrigger();
  }

  onElement(_value: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(window.maxTimestamp());
    return TriggerResult.CONTINUE;
  }

  onEventTime(time: number, window: Window): TriggerResult {
    return time === window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: Window, context: OnMergeContext): void {
    // A timer at or before the watermark would fire at once; the record that caused the merge fires by onElement.
    if (window.maxTimestamp() > context.getCurrentWatermark())
      context.registerEventTimeTimer(window.maxTimestamp());
  }

  clear(window: Window, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp());
  }
}
