import { CountEvictor } from '../windows/count-evictor.ts';
import {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
} from '../windows/continuous-trigger.ts';
import { CountTrigger } from '../windows/count-trigger.ts';
import { DeltaEvictor } from '../windows/delta-evictor.ts';
import { DeltaTrigger } from '../windows/delta-trigger.ts';
import { EventTimeTrigger } from '../windows/event-time-trigger.ts';
import type { Evictor } from '../windows/evictor.ts';
import { GlobalWindows } from '../windows/global-windows.ts';
import { NeverTrigger } from '../windows/never-trigger.ts';
import { ProcessingTimeoutTrigger } from '../windows/processing-timeout-trigger.ts';
import { ProcessingTimeTrigger } from '../windows/processing-time-trigger.ts';
import { PurgingTrigger } from '../windows/purging-trigger.ts';
import { EventTimeSessionWindows, ProcessingTimeSessionWindows } from '../windows/session-windows.ts';
import { SlidingEventTimeWindows, SlidingProcessingTimeWindows } from '../windows/sliding-windows.ts';
import { TimeEvictor } from '../windows/time-evictor.ts';
import { Trigger } from '../windows/trigger.ts';
import { TumblingEventTimeWindows, TumblingProcessingTimeWindows } from '../windows/tumbling-windows.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';

/** Parts of windows that their parameters describe completely. */
const BUILT_IN: ReadonlySet<unknown> = new Set([
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  GlobalWindows,
  EventTimeTrigger,
  ProcessingTimeTrigger,
  CountTrigger,
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  DeltaTrigger,
  PurgingTrigger,
  ProcessingTimeoutTrigger,
  NeverTrigger,
  CountEvictor,
  TimeEvictor,
  DeltaEvictor,
]);

/** What the fingerprint must see of an assigner, trigger or evictor besides its parameters: one of the user's own is code. */
export function windowPartFunctions(
  part: WindowAssigner | Trigger | Evictor | undefined,
): readonly unknown[] {
  if (part === undefined) return [];
  const own = BUILT_IN.has(part.constructor) ? [] : [part];
  const nested =
    part instanceof Trigger && part.nested !== undefined ? windowPartFunctions(part.nested as Trigger) : [];
  return [...own, ...part.functions, ...nested];
}
