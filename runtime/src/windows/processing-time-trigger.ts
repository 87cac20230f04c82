import { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

/** Fires once the clock passes the end of the window. */
export class ProcessingTimeTrigger extends Trigger {
  /**
   * The trigger that windows of processing time have unless they are given another.
   * @example
   * const result = await testJob([element(1), element(2), processingTime(10_000)], (numbers) =>
   *   numbers
   *     .windowAll(TumblingProcessingTimeWindows.of('10 s'))
   *     .trigger(ProcessingTimeTrigger.create())
   *     .sum(0),
   * );
   * result.records; // → [{ value: 3, timestamp: 9999 }]
   */
  static create(): ProcessingTimeTrigger {
    return new ProcessingTimeTrigger();
  }

  onElement(_value: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    context.registerProcessingTimeTimer(window.maxTimestamp());
    return TriggerResult.CONTINUE;
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.FIRE;
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: Window, context: OnMergeContext): void {
    if (window.maxTimestamp() > context.getCurrentProcessingTime()) {
      context.registerProcessingTimeTimer(window.maxTimestamp());
    }
  }

  clear(window: Window, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(window.maxTimestamp());
  }
}
