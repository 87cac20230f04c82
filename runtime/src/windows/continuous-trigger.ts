import { badArgument } from '../errors.ts';
import { ReducingStateDescriptor } from '../state/reducing-state.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { saturatingAdd } from '../time/timestamp.ts';
import { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts';
import type { Window } from './window.ts';

const NEXT_FIRE = new ReducingStateDescriptor<number>('fire-time', (a, b) => Math.min(a, b));

abstract class ContinuousTrigger extends Trigger {
  protected readonly interval: number;

  constructor(interval: DurationLike) {
    super();
    this.interval = toMillis(interval);
    if (this.interval <= 0) {
      throw badArgument(
        'interval',
        interval,
        'The interval of a trigger must be > 0.',
        "Give a duration such as '10 s'.",
      );
    }
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { trigger: this.constructor.name, interval: this.interval };
  }

  override canMerge(): boolean {
    return true;
  }

  /** Counted towards zero, as Flink counts: before 1970 the first multiple after `time` is passed over. */
  protected firstFireAfter(time: number): number {
    return saturatingAdd(time - (time % this.interval), this.interval);
  }
}

/** Fires every interval of event time, and at the end of the window. */
export class ContinuousEventTimeTrigger extends ContinuousTrigger {
  /**
   * Fires when the watermark reaches a multiple of `interval`, and at the end of the window. As in Flink, the first multiple after a
   * window's first record is passed over if that record's timestamp is negative and no multiple itself.
   * @throws {TidemarkError} `bad-argument` unless interval > 0.
   * @example
   * const result = await testJob(
   *   [element(1, 1_000), watermark(5_000), element(2, 6_000), watermark(10_000), watermark(15_000)],
   *   (numbers) =>
   *     numbers
   *       .windowAll(TumblingEventTimeWindows.of('15 s'))
   *       .trigger(ContinuousEventTimeTrigger.of('5 s'))
   *       .sum(0),
   * );
   * result.records.map(({ value }) => value); // → [1, 3, 3]
   */
  static of(interval: DurationLike): ContinuousEventTimeTrigger {
    return new ContinuousEventTimeTrigger(interval);
  }

  onElement(_value: unknown, timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(window.maxTimestamp());
    const next = context.getPartitionedState(NEXT_FIRE);
    if (next.get() === undefined) this.#register(this.firstFireAfter(timestamp), context);
    return TriggerResult.CONTINUE;
  }

  onEventTime(time: number, window: Window, context: TriggerContext): TriggerResult {
    if (time === window.maxTimestamp()) return TriggerResult.FIRE;
    const next = context.getPartitionedState(NEXT_FIRE);
    if (next.get() !== time) return TriggerResult.CONTINUE;
    next.clear();
    this.#register(saturatingAdd(time, this.interval), context);
    return TriggerResult.FIRE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(NEXT_FIRE);
    const next = context.getPartitionedState(NEXT_FIRE).get();
    if (next !== undefined) context.registerEventTimeTimer(next);
  }

  clear(window: Window, context: TriggerContext): void {
    const next = context.getPartitionedState(NEXT_FIRE);
    const time = next.get();
    if (time !== undefined) context.deleteEventTimeTimer(time);
    next.clear();
    context.deleteEventTimeTimer(window.maxTimestamp());
  }

  // It may lie past the end of the window: a session that grows takes it along, and late records fire by it.
  #register(next: number, context: TriggerContext): void {
    context.getPartitionedState(NEXT_FIRE).add(next);
    context.registerEventTimeTimer(next);
  }
}

/** Fires every interval of processing time, and at the end of the window. */
export class ContinuousProcessingTimeTrigger extends ContinuousTrigger {
  /**
   * Fires when the clock reaches a multiple of `interval`.
   * @throws {TidemarkError} `bad-argument` unless interval > 0.
   * @example
   * const result = await testJob(
   *   [element(1), processingTime(5_000), element(2), processingTime(10_000)],
   *   (numbers) =>
   *     numbers
   *       .windowAll(GlobalWindows.create())
   *       .trigger(ContinuousProcessingTimeTrigger.of('5 s'))
   *       .sum(0),
   * );
   * result.records.map(({ value }) => value); // → [1, 3]
   */
  static of(interval: DurationLike): ContinuousProcessingTimeTrigger {
    return new ContinuousProcessingTimeTrigger(interval);
  }

  onElement(_value: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    const next = context.getPartitionedState(NEXT_FIRE);
    if (next.get() === undefined) {
      this.#register(this.firstFireAfter(context.getCurrentProcessingTime()), window, context);
    }
    return TriggerResult.CONTINUE;
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  onProcessingTime(time: number, window: Window, context: TriggerContext): TriggerResult {
    const next = context.getPartitionedState(NEXT_FIRE);
    if (next.get() !== time) return TriggerResult.CONTINUE;
    next.clear();
    this.#register(saturatingAdd(time, this.interval), window, context);
    return TriggerResult.FIRE;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(NEXT_FIRE);
    const next = context.getPartitionedState(NEXT_FIRE).get();
    if (next !== undefined) context.registerProcessingTimeTimer(next);
  }

  clear(_window: Window, context: TriggerContext): void {
    const next = context.getPartitionedState(NEXT_FIRE);
    const time = next.get();
    if (time !== undefined) context.deleteProcessingTimeTimer(time);
    next.clear();
  }

  /** Never past the end of the window, so that what came last is seen. */
  #register(time: number, window: Window, context: TriggerContext): void {
    const next = Math.min(time, window.maxTimestamp());
    context.getPartitionedState(NEXT_FIRE).add(next);
    context.registerProcessingTimeTimer(next);
  }
}
