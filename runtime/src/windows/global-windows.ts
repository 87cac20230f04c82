import { EndOfStreamTrigger } from './end-of-stream-trigger.ts';
import { NeverTrigger } from './never-trigger.ts';
import type { Trigger } from './trigger.ts';
import { WindowAssigner } from './window-assigner.ts';
import { GlobalWindow } from './window.ts';

/** One window for all records of a key; it needs a trigger to ever fire. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  readonly #endOfStream: boolean;

  private constructor(endOfStream: boolean) {
    super();
    this.#endOfStream = endOfStream;
  }

  /**
   * One window for all records of a key.
   * @example
   * const windows = orders.keyBy('user').window(GlobalWindows.create()).trigger(CountTrigger.of(2));
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [7, 7]
   */
  static create(): GlobalWindows {
    return new GlobalWindows(false);
  }

  /**
   * One window for all records of a key that fires when the input has ended.
   * @example
   * const windows = orders.keyBy('user').window(GlobalWindows.createWithEndOfStreamTrigger());
   * await windows.sum(({ amount }) => amount).executeAndCollect(); // → [7, 7]
   */
  static createWithEndOfStreamTrigger(): GlobalWindows {
    return new GlobalWindows(true);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { assigner: 'GlobalWindows', ...(this.#endOfStream ? { endOfStream: true } : {}) };
  }

  assignWindows(): readonly GlobalWindow[] {
    return [GlobalWindow.instance];
  }

  getDefaultTrigger(): Trigger<unknown, GlobalWindow> {
    return this.#endOfStream ? new EndOfStreamTrigger() : new NeverTrigger();
  }

  isEventTime(): boolean {
    return false;
  }
}
