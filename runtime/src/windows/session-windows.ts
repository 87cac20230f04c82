import { badArgument, missingTimestamp, TidemarkError } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { EventTimeTrigger } from './event-time-trigger.ts';
import { ProcessingTimeTrigger } from './processing-time-trigger.ts';
import type { Trigger } from './trigger.ts';
import { MergingWindowAssigner, type MergeCallback, type WindowAssignerContext } from './window-assigner.ts';
import { TimeWindow } from './window.ts';

/** The gap (ms) after a record. */
export type SessionGapExtractor<T> = (value: T) => DurationLike;

abstract class SessionWindows<T> extends MergingWindowAssigner<T, TimeWindow> {
  readonly #gap: number | undefined;
  readonly #gapOf: SessionGapExtractor<T> | undefined;

  constructor(gap: DurationLike | SessionGapExtractor<T>) {
    super();
    if (typeof gap === 'function') {
      this.#gapOf = gap;
      return;
    }
    this.#gap = toMillis(gap);
    if (this.#gap <= 0) {
      throw badArgument(
        'session gap',
        gap,
        'The gap of a session must be > 0.',
        "Give a duration such as '30 s'.",
      );
    }
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { assigner: this.constructor.name, gap: this.#gap };
  }

  override get functions(): readonly unknown[] {
    return this.#gapOf === undefined ? [] : [this.#gapOf];
  }

  mergeWindows(windows: readonly TimeWindow[], merge: MergeCallback<TimeWindow>): void {
    TimeWindow.mergeWindows(windows, merge);
  }

  /** The gap (ms) after a record. */
  gapAfter(value: T): number {
    if (this.#gap !== undefined) return this.#gap;
    const gap = toMillis(this.#gapOf!(value));
    if (gap <= 0) {
      throw new TidemarkError(
        'bad-session-gap',
        `The gap function of a session window returned ${gap} ms. A gap must be > 0. Return a positive duration for every record.`,
        { details: { gap } },
      );
    }
    return gap;
  }

  protected windowOf(value: T, time: number): TimeWindow {
    return new TimeWindow(time, time + this.gapAfter(value));
  }
}

/** Windows that last while records keep coming: they end `gap` after the last one, by the records' timestamps. */
export class EventTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /**
   * Sessions that end `gap` after their last record.
   * @throws {TidemarkError} `bad-argument` unless gap > 0.
   * @example
   * const sums = orders
   *   .keyBy('user')
   *   .window(EventTimeSessionWindows.withGap('8 s'))
   *   .sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [7, 7]
   */
  static withGap(gap: DurationLike): EventTimeSessionWindows {
    return new EventTimeSessionWindows(gap);
  }

  /**
   * Sessions whose gap each record says for itself; a record whose gap is not > 0 fails the stream with
   * `bad-session-gap`.
   * @example
   * const sessions = EventTimeSessionWindows.withDynamicGap((order: { user: string }) =>
   *   order.user === 'ann' ? '8 s' : '5 s',
   * );
   * await orders
   *   .keyBy('user')
   *   .window(sessions)
   *   .sum(({ amount }) => amount)
   *   .executeAndCollect(); // → [5, 7, 2]
   */
  static withDynamicGap<T>(gap: SessionGapExtractor<T>): EventTimeSessionWindows<T> {
    return new EventTimeSessionWindows<T>(gap);
  }

  assignWindows(value: T, timestamp: number): readonly TimeWindow[] {
    if (timestamp === MIN_TIMESTAMP) throw missingTimestamp();
    return [this.windowOf(value, timestamp)];
  }

  getDefaultTrigger(): Trigger<T, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }
}

/** Sessions by the time at which records are processed. */
export class ProcessingTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /**
   * Sessions that end `gap` after their last record.
   * @throws {TidemarkError} `bad-argument` unless gap > 0.
   * @example
   * const result = await testJob(
   *   [element(1), processingTime(1_000), element(2), processingTime(10_000)],
   *   (numbers) => numbers.windowAll(ProcessingTimeSessionWindows.withGap('5 s')).sum(0),
   * );
   * result.records; // → [{ value: 3, timestamp: 5999 }]
   */
  static withGap(gap: DurationLike): ProcessingTimeSessionWindows {
    return new ProcessingTimeSessionWindows(gap);
  }

  /**
   * Sessions whose gap each record says for itself; a record whose gap is not > 0 fails the stream with
   * `bad-session-gap`.
   * @example
   * const result = await testJob(
   *   [element(1), processingTime(1_000), element(2), processingTime(10_000)],
   *   (numbers) =>
   *     numbers.windowAll(ProcessingTimeSessionWindows.withDynamicGap((n: number) => n * 500)).sum(0),
   * );
   * result.records; // → [{ value: 1, timestamp: 499 }, { value: 2, timestamp: 1999 }]
   */
  static withDynamicGap<T>(gap: SessionGapExtractor<T>): ProcessingTimeSessionWindows<T> {
    return new ProcessingTimeSessionWindows<T>(gap);
  }

  assignWindows(value: T, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return [this.windowOf(value, context.getCurrentProcessingTime())];
  }

  getDefaultTrigger(): Trigger<T, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}
