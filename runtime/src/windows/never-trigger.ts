import { Trigger, TriggerResult } from './trigger.ts';

/**
 * Never fires.
 * @example
 * const windows = env.fromData(1, 2).windowAll(GlobalWindows.create()).trigger(NeverTrigger.create());
 * await windows.sum(0).executeAndCollect(); // → []
 */
export class NeverTrigger extends Trigger {
  /** The trigger; an instance of its own does as well. */
  static create(): NeverTrigger {
    return new NeverTrigger();
  }

  onElement(): TriggerResult {
    return TriggerResult.CONTINUE;
  }
  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }
  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }
  override canMerge(): boolean {
    return true;
  }
  override onMerge(): void {}
  clear(): void {}
}
