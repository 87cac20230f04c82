import { badArgument, missingTimestamp } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { EventTimeTrigger } from './event-time-trigger.ts';
import { ProcessingTimeTrigger } from './processing-time-trigger.ts';
import type { Trigger } from './trigger.ts';
import { WindowAssigner, type WindowAssignerContext } from './window-assigner.ts';
import { TimeWindow, windowStart } from './window.ts';

abstract class TumblingWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly size: number;
  readonly offset: number;

  constructor(size: DurationLike, offset: DurationLike) {
    super();
    this.size = toMillis(size);
    this.offset = toMillis(offset);
    if (this.size <= 0) {
      throw badArgument(
        'window size',
        size,
        'The size of a tumbling window must be > 0.',
        "Give a duration such as '10 s'.",
      );
    }
    if (Math.abs(this.offset) >= this.size) {
      throw badArgument(
        'window offset',
        offset,
        'A tumbling window must have |offset| < size.',
        'Take a smaller offset.',
      );
    }
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { assigner: this.constructor.name, size: this.size, offset: this.offset };
  }

  protected windowOf(time: number): TimeWindow {
    const start = windowStart(time, this.offset, this.size);
    return new TimeWindow(start, start + this.size);
  }
}

/** Windows of one size, end to end, by the timestamps of the records. */
export class TumblingEventTimeWindows extends TumblingWindows {
  /**
   * Windows of `size`, end to end from the epoch, or from `offset` after it.
   * @throws {TidemarkError} `bad-argument` unless size > 0 and |offset| < size.
   * @example
   * const sums = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [7, 5, 2]
   * TumblingEventTimeWindows.of(0); // throws 'bad-argument'
   */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingEventTimeWindows {
    return new TumblingEventTimeWindows(size, offset);
  }

  assignWindows(_value: unknown, timestamp: number): readonly TimeWindow[] {
    if (timestamp === MIN_TIMESTAMP) throw missingTimestamp();
    return [this.windowOf(timestamp)];
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }
}

/** Windows of one size, end to end, by the time at which records are processed. */
export class TumblingProcessingTimeWindows extends TumblingWindows {
  /**
   * Windows of `size`, end to end from the epoch, or from `offset` after it.
   * @throws {TidemarkError} `bad-argument` unless size > 0 and |offset| < size.
   * @example
   * const result = await testJob([element(1), element(2), processingTime(10_000)], (numbers) =>
   *   numbers.windowAll(TumblingProcessingTimeWindows.of('10 s')).sum(0),
   * );
   * result.records; // → [{ value: 3, timestamp: 9999 }]
   */
  static of(size: DurationLike, offset: DurationLike = 0): TumblingProcessingTimeWindows {
    return new TumblingProcessingTimeWindows(size, offset);
  }

  assignWindows(_value: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return [this.windowOf(context.getCurrentProcessingTime())];
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}
