import { badArgument } from '../errors.ts';
import { ReducingStateDescriptor } from '../state/reducing-state.ts';
import { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

const COUNT = new ReducingStateDescriptor<number>('count', (a, b) => a + b);

/** Fires when a window has got `n` records since it last fired. */
export class CountTrigger extends Trigger {
  readonly #n: number;

  private constructor(n: number) {
    super();
    if (!Number.isSafeInteger(n) || n <= 0) {
      throw badArgument(
        'count',
        n,
        'A count must be a whole number > 0.',
        'Give the number of records, such as 100.',
      );
    }
    this.#n = n;
  }

  /**
   * Fires after every `n` records of a window; its contents stay.
   * @throws {TidemarkError} `bad-argument` unless n is a whole number > 0.
   * @example
   * const windows = env
   *   .fromData(1, 2, 3, 4)
   *   .windowAll(GlobalWindows.create())
   *   .trigger(CountTrigger.of(2));
   * await windows.sum(0).executeAndCollect(); // → [3, 10]
   */
  static of(n: number): CountTrigger {
    return new CountTrigger(n);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { trigger: 'CountTrigger', n: this.#n };
  }

  onElement(_value: unknown, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const count = context.getPartitionedState(COUNT);
    count.add(1);
    if (count.get()! < this.#n) return TriggerResult.CONTINUE;
    count.clear();
    return TriggerResult.FIRE;
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

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(COUNT);
  }

  clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(COUNT).clear();
  }
}
