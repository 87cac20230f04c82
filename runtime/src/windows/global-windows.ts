import { NeverTrigger } from './never-trigger.ts';
import type { Trigger } from './trigger.ts';
import { WindowAssigner } from './window-assigner.ts';
import { GlobalWindow } from './window.ts';

/** One window for all records of a key; it needs a trigger to ever fire. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  /**
   * One window for all records of a key.
   * @example
   * const windows = orders.keyBy('user').window(GlobalWindows.create()).trigger(CountTrigger.of(2));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [7, 7]
   */
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
