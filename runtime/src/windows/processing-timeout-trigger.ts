import { badArgument } from '../errors.ts';
import { ValueStateDescriptor } from '../state/value-state.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { saturatingAdd } from '../time/timestamp.ts';
import {
  fires,
  purges,
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
} from './trigger.ts';
import type { Window } from './window.ts';

/** What a timeout does. */
export interface ProcessingTimeoutOptions {
  /** Start the timeout anew with every record. Default: false. */
  readonly resetTimerOnNewRecord?: boolean;
  /** Clear the nested trigger's state when the timeout fires. Default: true. */
  readonly shouldClearOnTimeout?: boolean;
}

const TIMEOUT = new ValueStateDescriptor<number>('timeout');

/**
 * Fires like another trigger, and also when a window has waited for a timeout of processing time, and when it ends: nothing
 * that has come waits for ever.
 */
export class ProcessingTimeoutTrigger<T, W extends Window = Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>;
  readonly #interval: number;
  readonly #reset: boolean;
  readonly #clearOnTimeout: boolean;

  private constructor(nested: Trigger<T, W>, interval: number, options: ProcessingTimeoutOptions) {
    super();
    this.#nested = nested;
    this.#interval = interval;
    this.#reset = options.resetTimerOnNewRecord ?? false;
    this.#clearOnTimeout = options.shouldClearOnTimeout ?? true;
  }

  /**
   * Fires when `nested` does, or `timeout` after the first record since the last firing.
   * @throws {TidemarkError} `bad-argument` unless timeout > 0.
   * @example
   * const result = await testJob([element(1), element(2), processingTime(5_000)], (numbers) =>
   *   numbers
   *     .windowAll(GlobalWindows.create())
   *     .trigger(ProcessingTimeoutTrigger.of(CountTrigger.of(10), '5 s'))
   *     .sum(0),
   * );
   * result.records.map(({ value }) => value); // → [3]
   */
  static of<T, W extends Window>(
    nested: Trigger<T, W>,
    timeout: DurationLike,
    options?: ProcessingTimeoutOptions,
  ): ProcessingTimeoutTrigger<T, W>;
  /** The same with Flink's order of arguments. */
  static of<T, W extends Window>(
    nested: Trigger<T, W>,
    timeout: DurationLike,
    resetTimerOnNewRecord: boolean,
    shouldClearOnTimeout: boolean,
  ): ProcessingTimeoutTrigger<T, W>;
  static of<T, W extends Window>(
    nested: Trigger<T, W>,
    timeout: DurationLike,
    given: ProcessingTimeoutOptions | boolean = {},
    shouldClearOnTimeout?: boolean,
  ): ProcessingTimeoutTrigger<T, W> {
    const options =
      typeof given === 'boolean' ? { resetTimerOnNewRecord: given, shouldClearOnTimeout } : given;
    const interval = toMillis(timeout);
    if (interval <= 0) {
      throw badArgument(
        'timeout',
        timeout,
        'The timeout of a trigger must be > 0.',
        "Give a duration such as '10 s'.",
      );
    }
    return new ProcessingTimeoutTrigger(nested, interval, options);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return {
      trigger: 'ProcessingTimeoutTrigger',
      nested: this.#nested.parameters,
      interval: this.#interval,
      reset: this.#reset,
      clear: this.#clearOnTimeout,
    };
  }

  override get nested(): Trigger<T, W> {
    return this.#nested;
  }

  onElement(value: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    const result = this.#nested.onElement(value, timestamp, window, context);
    if (fires(result)) {
      this.clear(window, context);
      return result;
    }
    const timeout = context.getPartitionedState(TIMEOUT);
    const before = timeout.value();
    if (before !== undefined && this.#reset) context.deleteProcessingTimeTimer(before);
    if (before === undefined || this.#reset) {
      const time = saturatingAdd(context.getCurrentProcessingTime(), this.#interval);
      timeout.update(time);
      context.registerProcessingTimeTimer(time);
    }
    return result;
  }

  onEventTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#onTimer(this.#nested.onEventTime(time, window, context), window, context);
  }

  onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#onTimer(this.#nested.onProcessingTime(time, window, context), window, context);
  }

  override canMerge(): boolean {
    return false;
  }

  override onMerge(_window: W, _context: OnMergeContext): void {
    throw new TypeError('ProcessingTimeoutTrigger does not support merging windows');
  }

  clear(window: W, context: TriggerContext): void {
    const timeout = context.getPartitionedState(TIMEOUT);
    const time = timeout.value();
    if (time !== undefined) {
      context.deleteProcessingTimeTimer(time);
      timeout.clear();
    }
    this.#nested.clear(window, context);
  }

  // As Flink has it, any timer fires: the timeout, those of the nested trigger, and the end of the window.
  #onTimer(result: TriggerResult, window: W, context: TriggerContext): TriggerResult {
    if (this.#clearOnTimeout) this.clear(window, context);
    return purges(result) ? TriggerResult.FIRE_AND_PURGE : TriggerResult.FIRE;
  }
}
