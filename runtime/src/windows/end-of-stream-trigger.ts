import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import { Trigger, TriggerResult, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

/** Fires once, at the end of the input. Nothing can come after it, so it keeps nothing. */
export class EndOfStreamTrigger extends Trigger {
  onElement(_value: unknown, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    context.registerEventTimeTimer(MAX_TIMESTAMP);
    return TriggerResult.CONTINUE;
  }

  onEventTime(time: number): TriggerResult {
    return time === MAX_TIMESTAMP ? TriggerResult.FIRE_AND_PURGE : TriggerResult.CONTINUE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  clear(_window: Window, context: TriggerContext): void {
    context.deleteEventTimeTimer(MAX_TIMESTAMP);
  }
}
