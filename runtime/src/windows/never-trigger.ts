import { Trigger, TriggerResult } from './trigger.ts';

/**
 * Never fires.
 * @example
 * const windows = env.fromData(1, 2).windowAll(GlobalWindows.create()).trigger(new NeverTrigger());
 * await windows.sum(0).executeAndCollect(); // → []
 */
export class NeverTrigger extends Trigger {
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
