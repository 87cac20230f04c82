import { fires, Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

/** Makes another trigger drop the contents of a window whenever it fires. */
export class PurgingTrigger<T, W extends Window = Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>;

  private constructor(nested: Trigger<T, W>) {
    super();
    this.#nested = nested;
  }

  /**
   * Fires when `nested` does.
   * @example
   * const windows = env
   *   .fromData(1, 2, 3, 4)
   *   .windowAll(GlobalWindows.create())
   *   .trigger(PurgingTrigger.of(CountTrigger.of(2)));
   * await windows.sum(0).executeAndCollect(); // → [3, 7]
   */
  static of<T, W extends Window>(nested: Trigger<T, W>): PurgingTrigger<T, W> {
    return new PurgingTrigger(nested);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { trigger: 'PurgingTrigger', nested: this.#nested.parameters };
  }

  override get nested(): Trigger<T, W> {
    return this.#nested;
  }

  onElement(value: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onElement(value, timestamp, window, context));
  }

  onEventTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onEventTime(time, window, context));
  }

  onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onProcessingTime(time, window, context));
  }

  override canMerge(): boolean {
    return this.#nested.canMerge();
  }

  override onMerge(window: W, context: OnMergeContext): void {
    this.#nested.onMerge(window, context);
  }

  clear(window: W, context: TriggerContext): void {
    this.#nested.clear(window, context);
  }
}

function purging(result: TriggerResult): TriggerResult {
  return fires(result) ? TriggerResult.FIRE_AND_PURGE : result;
}
