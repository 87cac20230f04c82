import { ValueStateDescriptor } from '../state/value-state.ts';
import { Trigger, TriggerResult, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

/** How far `after` is from `before`. */
export type DeltaFunction<T> = (before: T, after: T) => number;

const LAST = new ValueStateDescriptor<unknown>('last-element');

/** Fires when a record is further than a threshold from the one of the last firing (at first, from the first record). */
export class DeltaTrigger<T> extends Trigger<T> {
  readonly #threshold: number;
  readonly #delta: DeltaFunction<T>;

  private constructor(threshold: number, delta: DeltaFunction<T>) {
    super();
    this.#threshold = threshold;
    this.#delta = delta;
  }

  /**
   * Fires at a record for which `delta` from the one of the last firing is above `threshold`.
   * @example
   * const far = DeltaTrigger.of(1, (before: number, after: number) => Math.abs(after - before));
   * const windows = env.fromData(3, 5, 4, 2).windowAll(GlobalWindows.create()).trigger(far);
   * await windows.sum(0).executeAndCollect(); // → [8, 14]
   */
  static of<T>(threshold: number, delta: DeltaFunction<T>): DeltaTrigger<T> {
    return new DeltaTrigger(threshold, delta);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { trigger: 'DeltaTrigger', threshold: this.#threshold };
  }

  override get functions(): readonly unknown[] {
    return [this.#delta];
  }

  onElement(value: T, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const last = context.getPartitionedState(LAST);
    const before = last.value() as T | undefined;
    if (before === undefined) {
      last.update(value);
      return TriggerResult.CONTINUE;
    }
    if (!(this.#delta(before, value) > this.#threshold)) return TriggerResult.CONTINUE;
    last.update(value);
    return TriggerResult.FIRE;
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(LAST).clear();
  }
}
