import { badArgument, missingTimestamp } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { EventTimeTrigger } from './event-time-trigger.ts';
import { ProcessingTimeTrigger } from './processing-time-trigger.ts';
import type { Trigger } from './trigger.ts';
import { WindowAssigner, type WindowAssignerContext } from './window-assigner.ts';
import { TimeWindow, windowStart } from './window.ts';

abstract class SlidingWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;

  constructor(size: DurationLike, slide: DurationLike, offset: DurationLike) {
    super();
    this.size = toMillis(size);
    this.slide = toMillis(slide);
    this.offset = toMillis(offset);
    if (this.size <= 0) {
      throw badArgument(
        'window size',
        size,
        'The size of a sliding window must be > 0.',
        "Give a duration such as '10 s'.",
      );
    }
    if (this.slide <= 0) {
      throw badArgument(
        'window slide',
        slide,
        'The slide of a window must be > 0.',
        "Give a duration such as '1 s'.",
      );
    }
    if (Math.abs(this.offset) >= this.slide) {
      throw badArgument(
        'window offset',
        offset,
        'A sliding window must have |offset| < slide.',
        'Take a smaller offset.',
      );
    }
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { assigner: this.constructor.name, size: this.size, slide: this.slide, offset: this.offset };
  }

  protected windowsOf(time: number): readonly TimeWindow[] {
    const windows: TimeWindow[] = [];
    const last = windowStart(time, this.offset, this.slide);
    for (let start = last; start > time - this.size; start -= this.slide) {
      windows.push(new TimeWindow(start, start + this.size));
    }
    return windows;
  }
}

/** Windows of one size that start every `slide`, by the timestamps of the records. */
export class SlidingEventTimeWindows extends SlidingWindows {
  /**
   * Windows of `size` that start every `slide`; they overlap where size > slide.
   * @throws {TidemarkError} `bad-argument` unless size > 0, slide > 0 and |offset| < slide.
   * @example
   * const sums = orders
   *   .windowAll(SlidingEventTimeWindows.of('10 s', '5 s'))
   *   .sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [8, 12, 6, 2]
   */
  static of(size: DurationLike, slide: DurationLike, offset: DurationLike = 0): SlidingEventTimeWindows {
    return new SlidingEventTimeWindows(size, slide, offset);
  }

  assignWindows(_value: unknown, timestamp: number): readonly TimeWindow[] {
    if (timestamp === MIN_TIMESTAMP) throw missingTimestamp();
    return this.windowsOf(timestamp);
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }
}

/** Windows of one size that start every `slide`, by the time at which records are processed. */
export class SlidingProcessingTimeWindows extends SlidingWindows {
  /**
   * Windows of `size` that start every `slide`; they overlap where size > slide.
   * @throws {TidemarkError} `bad-argument` unless size > 0, slide > 0 and |offset| < slide.
   * @example
   * const result = await testJob([element(1), processingTime(10_000)], (numbers) =>
   *   numbers.windowAll(SlidingProcessingTimeWindows.of('10 s', '5 s')).sum(0),
   * );
   * result.records; // → [{ value: 1, timestamp: 4999 }, { value: 1, timestamp: 9999 }]
   */
  static of(size: DurationLike, slide: DurationLike, offset: DurationLike = 0): SlidingProcessingTimeWindows {
    return new SlidingProcessingTimeWindows(size, slide, offset);
  }

  assignWindows(_value: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return this.windowsOf(context.getCurrentProcessingTime());
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}
