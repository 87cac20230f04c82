import { describe, expect, test } from 'vitest';
import {
  EventTimeTrigger,
  MergingWindowAssigner,
  ProcessingTimeSessionWindows,
  ProcessingTimeTrigger,
  TimeWindow,
  type DataStream,
  type MergeCallback,
  type WindowAssignerContext,
} from 'tidemark';
import { element, processingTime, testJob, watermark, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

/** A window of 10 ms for each record; all windows of a key become one that ends at a time of their own choice. */
class EndingAt extends MergingWindowAssigner<number, TimeWindow> {
  readonly #end: number;
  readonly #eventTime: boolean;

  constructor(end: number, eventTime: boolean) {
    super();
    this.#end = end;
    this.#eventTime = eventTime;
  }

  assignWindows(_value: number, timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    const time = this.#eventTime ? timestamp : context.getCurrentProcessingTime();
    return [new TimeWindow(time, time + 10)];
  }

  mergeWindows(windows: readonly TimeWindow[], merge: MergeCallback<TimeWindow>): void {
    if (windows.length > 1) merge(windows, new TimeWindow(0, this.#end));
  }

  getDefaultTrigger() {
    return this.#eventTime ? EventTimeTrigger.create() : ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return this.#eventTime;
  }
}

/** What the stream fails with when two windows that are open become one that ends at `end`; none if it runs through. */
async function failure(
  steps: readonly TestStep<number>[],
  end: number,
  eventTime: boolean,
  lateness: number,
): Promise<unknown> {
  const build = (input: DataStream<number>) =>
    input
      .keyBy(() => 'key')
      .window(new EndingAt(end, eventTime))
      .allowedLateness(lateness)
      .sum(0);
  return testJob<number, number>(steps, build).then(
    () => undefined,
    (error: unknown) => (error as { cause?: { code?: string } }).cause?.code ?? error,
  );
}

const byWatermark = [element(1, 20), watermark(25), element(1, 26)];
const byClock = [processingTime(20), element(1), processingTime(25), element(1)];

describe('windows may merge only into one that the time has not reached', () => {
  test.each([
    // A window's last millisecond is its end - 1, and a watermark at it ends it.
    ['of event time, before the watermark', byWatermark, 20, true, 0, 'bad-merge'],
    ['of event time, at the watermark', byWatermark, 26, true, 0, 'bad-merge'],
    ['of event time, behind the watermark', byWatermark, 27, true, 0, undefined],
    ['of event time, before it but within lateness', byWatermark, 26, true, 1, undefined],
    ['of processing time, before the clock', byClock, 20, false, 0, 'bad-merge'],
    ['of processing time, at the clock', byClock, 26, false, 0, 'bad-merge'],
    ['of processing time, behind the clock', byClock, 27, false, 0, undefined],
  ] as const)('%s', async (_name, steps, end, eventTime, lateness, code) => {
    expect(await failure(steps, end, eventTime, lateness)).toBe(code);
  });
});

conforms<number, string>('sessions of processing time with the shortest gap end before they could merge', {
  build: (input) =>
    input
      .map((n) => [n] as [number])
      .keyBy(() => 'key')
      .window(ProcessingTimeSessionWindows.withGap(1))
      .sum(0)
      .map(([n]) => String(n)),
  show: ({ value }) => value,
  steps: [
    [processingTime(5)],
    [element(1)],
    [element(2)],
    [processingTime(6), '3'],
    [element(4)],
    [processingTime(7), '4'],
  ],
});
