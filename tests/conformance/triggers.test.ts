import { describe, expect, test } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  CountTrigger,
  EventTimeTrigger,
  GlobalWindows,
  MAX_TIMESTAMP,
  MergingWindowAssigner,
  ProcessingTimeoutTrigger,
  ProcessingTimeTrigger,
  PurgingTrigger,
  TimeWindow,
  Trigger,
  TriggerResult,
  TumblingEventTimeWindows,
  type DataStream,
  type MergeCallback,
  type TriggerContext,
} from 'tidemark';
import { element, operatorHarness, processingTime, watermark, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

/** Windows of 2 ms, a trigger, and every firing as its window and the number of records in it. */
const firings =
  (trigger: Trigger<number, TimeWindow>, lateness = 0) =>
  (input: DataStream<number>) =>
    input
      .keyBy(() => 'key')
      .window(TumblingEventTimeWindows.of(2))
      .allowedLateness(lateness)
      .trigger(trigger)
      .process((_key, { window }, all) => [`[${window.start},${window.end}) ${all.length}`]);

/** Windows of 2 ms that merge when they touch. */
class TouchingWindows extends MergingWindowAssigner<number, TimeWindow> {
  assignWindows(_value: number, timestamp: number): readonly TimeWindow[] {
    const start = timestamp - (timestamp % 2);
    return [new TimeWindow(start, start + 2)];
  }
  mergeWindows(windows: readonly TimeWindow[], merge: MergeCallback<TimeWindow>): void {
    const sorted = [...windows].sort((a, b) => a.start - b.start);
    for (let at = 0; at < sorted.length;) {
      let result = sorted[at]!;
      const group = [result];
      while (++at < sorted.length && result.intersects(sorted[at]!)) {
        result = result.cover(sorted[at]!);
        group.push(sorted[at]!);
      }
      if (group.length > 1) merge(group, result);
    }
  }
  getDefaultTrigger() {
    return EventTimeTrigger.create();
  }
  isEventTime() {
    return true;
  }
}

const values = (records: readonly { readonly value: string }[]) => records.map(({ value }) => value);

describe('the trigger at the end of a window', () => {
  test('sets one timer a window, however many records come', () => {
    const harness = operatorHarness(firings(EventTimeTrigger.create()));
    for (const time of [0, 1, 0, 1]) harness.processElement(1, time);
    for (const time of [2, 3, 3]) harness.processElement(1, time);
    expect(harness.timerCount).toBe(2);
    harness.processWatermark(2);
    expect(values(harness.records)).toEqual(['[0,2) 4']);
    expect(harness.timerCount).toBe(1);
    harness.processWatermark(4);
    expect(values(harness.records)).toEqual(['[0,2) 4', '[2,4) 3']);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([0, 0]);
  });

  test('fires at once for a window that has ended, and sets no timer for it but that of its cleanup', () => {
    const harness = operatorHarness(firings(EventTimeTrigger.create(), 100));
    harness.processWatermark(2);
    harness.processElement(1, 0);
    expect(values(harness.records)).toEqual(['[0,2) 1']);
    expect(harness.timerCount).toBe(1);
    harness.processWatermark(101);
    expect([harness.timerCount, harness.stateEntryCount, harness.records.length]).toEqual([0, 0, 1]);
  });

  test('keeps one timer when two windows become one, and fires once', () => {
    const harness = operatorHarness((input: DataStream<number>) =>
      input
        .keyBy(() => 'key')
        .window(new TouchingWindows())
        .process((_key, { window }, all) => [`[${window.start},${window.end}) ${all.length}`]),
    );
    harness.processElement(1, 0);
    harness.processElement(1, 4);
    expect(harness.timerCount).toBe(2);
    harness.processElement(1, 2);
    expect(harness.timerCount).toBe(1);
    harness.processWatermark(4);
    expect(harness.records).toEqual([]);
    harness.processWatermark(5);
    expect(values(harness.records)).toEqual(['[0,6) 3']);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([0, 0]);
  });
});

describe('the continuous trigger', () => {
  test('has two timers and one entry of state a window', () => {
    const harness = operatorHarness(firings(ContinuousEventTimeTrigger.of('1 h')));
    for (const time of [0, 0, 1]) harness.processElement(1, time);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([2, 2]);
    for (const time of [2, 3]) harness.processElement(1, time);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([4, 4]);
    harness.processWatermark(2);
    expect(values(harness.records)).toEqual(['[0,2) 3']);
    expect(harness.timerCount).toBe(2);
    harness.processWatermark(4);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([0, 0]);
  });

  test('fires at once for a late record, and keeps nothing for it', () => {
    const harness = operatorHarness(firings(ContinuousEventTimeTrigger.of('1 h'), 10));
    harness.processWatermark(2);
    harness.processElement(1, 0);
    expect(values(harness.records)).toEqual(['[0,2) 1']);
    // The contents and the timer of the cleanup; neither is the trigger's.
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([1, 1]);
    harness.processWatermark(11);
    expect([harness.timerCount, harness.stateEntryCount]).toEqual([0, 0]);
  });

  test('goes on by its interval while late records are allowed', () => {
    const harness = operatorHarness(firings(ContinuousEventTimeTrigger.of(4), 10));
    harness.processElement(1, 0);
    const perWatermark = [1, 4, 8, 11, 12].map((time) => {
      harness.records.length = 0;
      harness.processWatermark(time);
      return harness.records.length;
    });
    expect(perWatermark).toEqual([1, 1, 1, 0, 0]);
  });

  for (const [timestamp, fires] of [
    [-3, [4, 8]],
    [-4, [0, 4]],
    [-8, [-4, 0]],
    [-9, [-4, 0]],
    [0, [4, 8]],
    [3, [4, 8]],
  ] as const) {
    conforms<number, number>(`counts its intervals from ${timestamp} towards zero, as Flink does`, {
      build: (input) =>
        input
          .keyBy(() => 'key')
          .window(GlobalWindows.create())
          .trigger(ContinuousEventTimeTrigger.of(4))
          .reduce((a, b) => a + b),
      show: ({ value }) => String(value),
      steps: [
        [element(1, timestamp)],
        ...fires.flatMap((time): (readonly [TestStep<number>, ...string[]])[] => [
          [watermark(time - 1)],
          [watermark(time), '1'],
        ]),
      ],
    });
  }
});

const timeout = (trigger: Trigger<number, TimeWindow>) => firings(trigger);

describe('a timeout of processing time', () => {
  conforms<number, string>('fires without waiting for the count, and counts anew', {
    build: timeout(ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50)),
    show: ({ value }) => value,
    steps: [
      [element(1, 0)],
      [element(1, 0)],
      [processingTime(49)],
      [processingTime(50), '[0,2) 2'],
      [element(1, 0)],
      [element(1, 0)],
      [element(1, 0), '[0,2) 5'],
      [processingTime(1000)],
    ],
  });

  conforms<number, string>('may start anew with every record', {
    build: timeout(ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50, true, true)),
    show: ({ value }) => value,
    steps: [
      [element(1, 0)],
      [processingTime(10)],
      [element(1, 0)],
      [processingTime(50)],
      [processingTime(60), '[0,2) 2'],
    ],
  });

  conforms<number, string>('may leave the count as it is', {
    build: timeout(ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50, false, false)),
    show: ({ value }) => value,
    steps: [[element(1, 0)], [element(1, 0)], [processingTime(50), '[0,2) 2'], [element(1, 0), '[0,2) 3']],
  });

  conforms<number, string>('fires at the end of the window too', {
    build: timeout(ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50)),
    show: ({ value }) => value,
    options: { end: true },
    steps: [[element(1, 0)], [element(1, 1)], [watermark(1), '[0,2) 2']],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  });

  conforms<number, string>('purges if the trigger in it does', {
    build: (input) =>
      input
        .keyBy(() => 'key')
        .window(GlobalWindows.create())
        .trigger(ProcessingTimeoutTrigger.of(PurgingTrigger.of(ProcessingTimeTrigger.create()), 50))
        .process((_key, _context, all) => [String(all.length)]),
    show: ({ value }) => value,
    steps: [[element(1)], [element(1)], [processingTime(50), '2'], [element(1)], [processingTime(100), '1']],
  });
});

/** Fires and purges at the end of a window and at its cleanup. */
class FireAtCleanup extends Trigger<readonly [string, number], TimeWindow> {
  readonly #lateness: number;
  constructor(lateness: number) {
    super();
    this.#lateness = lateness;
  }
  onElement(_value: unknown, _time: number, window: TimeWindow, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return TriggerResult.FIRE;
    context.registerEventTimeTimer(window.maxTimestamp());
    return TriggerResult.CONTINUE;
  }
  onEventTime(time: number, window: TimeWindow): TriggerResult {
    const end = window.maxTimestamp();
    return time === end || time === end + this.#lateness
      ? TriggerResult.FIRE_AND_PURGE
      : TriggerResult.CONTINUE;
  }
  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }
  clear(window: TimeWindow, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp());
  }
}

const pair = (timestamp: number): TestStep<readonly [string, number]> =>
  element(['key2', 1] as const, timestamp);

for (const [held, lateness, sum] of [
  ['a list', 100, false],
  ['a list', 1, false],
  ['a reduction', 100, true],
  ['a reduction', 1, true],
] as const) {
  conforms<readonly [string, number], string>(
    `a trigger that fires at the cleanup ${lateness} ms late finds ${held} empty`,
    {
      build: (input) => {
        const windows = input
          .keyBy(([key]) => key)
          .window(TumblingEventTimeWindows.of('2 s'))
          .allowedLateness(lateness)
          .trigger(new FireAtCleanup(lateness));
        return sum
          ? windows.sum(1).map(([key, value]) => `${key},${value}`)
          : windows.process((_key, _context, all) => [
              all.map(([key, value]) => `${key},${value}`).join(' '),
            ]);
      },
      show: ({ value, timestamp }) => `${value}@${timestamp}`,
      options: { end: true },
      steps: [
        [pair(1000)],
        [watermark(1599)],
        [watermark(1999), 'key2,1@1999'],
        [watermark(1999 + lateness)],
        [watermark(5000)],
      ],
      check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
    },
  );
}

/** Fires whatever happens. */
class FireAlways extends Trigger<number, TimeWindow> {
  onElement() {
    return TriggerResult.FIRE;
  }
  onEventTime() {
    return TriggerResult.FIRE;
  }
  onProcessingTime() {
    return TriggerResult.FIRE;
  }
  clear() {}
}

conforms<number, string>(
  'a trigger that always fires, with a function that returns nothing, keeps the window until cleanup',
  {
    build: (input) =>
      input
        .keyBy(() => 'key')
        .window(TumblingEventTimeWindows.of('2 s'))
        .allowedLateness(1)
        .trigger(new FireAlways())
        .process((): string[] => []),
    show: ({ value }) => value,
    options: { end: true },
    steps: [[element(1, 1000)], [watermark(1599)], [watermark(1999)], [watermark(2000)], [watermark(5000)]],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  },
);

test('a trigger may end a window’s contents without firing', async () => {
  class PurgeOnZero extends Trigger<number, TimeWindow> {
    onElement(value: number, _time: number, window: TimeWindow, context: TriggerContext): TriggerResult {
      context.registerEventTimeTimer(window.maxTimestamp());
      return value === 0 ? TriggerResult.PURGE : TriggerResult.CONTINUE;
    }
    onEventTime() {
      return TriggerResult.FIRE;
    }
    onProcessingTime() {
      return TriggerResult.CONTINUE;
    }
    clear(window: TimeWindow, context: TriggerContext) {
      context.deleteEventTimeTimer(window.maxTimestamp());
    }
  }
  const harness = operatorHarness(firings(new PurgeOnZero()));
  for (const value of [1, 2, 0, 3]) harness.processElement(value, 1);
  harness.processWatermark(MAX_TIMESTAMP);
  expect(values(harness.records)).toEqual(['[0,2) 1']);
  expect([harness.timerCount, harness.stateEntryCount]).toEqual([0, 0]);
});
