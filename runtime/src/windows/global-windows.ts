import { NeverTrigger } from './never-trigger.ts';
import type { Trigger } from './trigger.ts';
import { WindowAssigner } from './window-assigner.ts';
import { GlobalWindow } from './window.ts';

/** One window for all records of a key; it needs a trigger to ever fire. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  static create(): GlobalWindows {
    return new GlobalWindows();
  }

  assignWindows(): readonly GlobalWindow[] {
    return [GlobalWindow.instance];
  }

  getDefaultTrigger(): Trigger<unknown, GlobalWindow> {
    return new NeverTrigger();
  }

  isEventTime(): boolean {
    return false;
  }
}
