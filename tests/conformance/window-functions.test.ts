import { expect, test } from 'vitest';
import {
  EventTimeSessionWindows,
  EventTimeTrigger,
  ListStateDescriptor,
  MapStateDescriptor,
  MergingWindowAssigner,
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  ProcessingTimeTrigger,
  ReducingStateDescriptor,
  StateTtlConfig,
  TimeWindow,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WindowAssigner,
  type Collector,
  type DataStream,
  type MergeCallback,
  type WindowAssignerContext,
  type WindowContext,
} from 'tidemark';
import { element, processingTime, testJob, watermark, type TestResult } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

const TTL = new StateTtlConfig('100 ms');
const noLeaks = ({ leaks }: TestResult<unknown>) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
const mean = {
  createAccumulator: () => ({ sum: 0, n: 0 }),
  add: (value: number, { sum, n }: { sum: number; n: number }) => ({ sum: sum + value, n: n + 1 }),
  getResult: ({ sum, n }: { sum: number; n: number }) => sum / n,
};

/** Counts firings in states of the window, and of the key, that expire 100 ms after they were last written. */
class CountFirings extends ProcessWindowFunction<number, string, string, TimeWindow> {
  process(_key: string, context: WindowContext<TimeWindow>, all: readonly number[], out: Collector<string>) {
    const states = context.windowState();
    const firings = states.getState(new ValueStateDescriptor('firings', 0).enableTimeToLive(TTL));
    const sizes = states.getListState(new ListStateDescriptor<number>('sizes').enableTimeToLive(TTL));
    const bySize = states.getMapState(
      new MapStateDescriptor<number, string>('by-size').enableTimeToLive(TTL),
    );
    const most = states.getReducingState(
      new ReducingStateDescriptor<number>('most', Math.max).enableTimeToLive(TTL),
    );
    const ofKey = context.globalState().getState(new ValueStateDescriptor('all', 0).enableTimeToLive(TTL));
    firings.update(firings.value() + 1);
    ofKey.update(ofKey.value() + 1);
    sizes.add(all.length);
    bySize.put(all.length, 'seen');
    most.add(all.length);
    out.collect(
      `${firings.value()}/${ofKey.value()} sizes ${sizes.get().join(' ')}, ${[...bySize.keys()].join(' ')}, most ${most.get()}`,
    );
  }
}

for (const [held, lists] of [
  ['lists', true],
  ['panes', false],
] as const) {
  conforms<number, string>(`state of a window may expire, with its records in ${held}`, {
    build: (input) => {
      const windows = input
        .keyBy(() => 'k')
        .window(TumblingEventTimeWindows.of(10))
        .allowedLateness(1000);
      return lists
        ? windows.process(() => new CountFirings())
        : windows
            .reduce(
              (a, b) => a + b,
              () => new SumsOfFirings(),
            )
            .map((text) => text);
    },
    show: ({ value }) => value,
    options: { end: true },
    steps: lists
      ? [
          [processingTime(1)],
          [element(1, 0)],
          [watermark(9), '1/1 sizes 1, 1, most 1'],
          [processingTime(50)],
          [element(1, 1), '2/2 sizes 1 2, 1 2, most 2'],
          [processingTime(101)],
          // What was written at 1 has gone, what was written at 50 has not.
          [element(1, 1), '3/3 sizes 2 3, 2 3, most 3'],
          [processingTime(201)],
          [element(1, 1), '1/1 sizes 4, 4, most 4'],
          [watermark(2000)],
        ]
      : [
          [processingTime(1)],
          [element(1, 0)],
          [watermark(9), '1 of 1'],
          [processingTime(100)],
          [element(1, 1), '2 of 2'],
          [processingTime(200)],
          [element(1, 1), '1 of 3'],
          [watermark(2000)],
        ],
    check: ({ leaks }) => expect(leaks?.timers).toBe(0),
  });
}

class SumsOfFirings extends ProcessWindowFunction<number, string, string, TimeWindow> {
  *process(_key: string, context: WindowContext<TimeWindow>, [sum]: readonly number[]) {
    const firings = context.windowState().getState(new ValueStateDescriptor('n', 0).enableTimeToLive(TTL));
    firings.update(firings.value() + 1);
    yield `${firings.value()} of ${sum}`;
  }
}

test('windows that merge have no state of their own', async () => {
  const run = testJob([element(1, 1), watermark(50)], (input: DataStream<number>) =>
    input
      .keyBy(() => 'k')
      .window(EventTimeSessionWindows.withGap(10))
      .process((_key, context) => {
        context.windowState().getState(new ValueStateDescriptor('n', 0)).update(1);
      }),
  );
  await expect(run).rejects.toMatchObject({ cause: { code: 'unsupported' } });
});

class Until extends ProcessAllWindowFunction<number, string, TimeWindow> {
  #opened = 0;

  override open() {
    this.#opened++;
  }

  process({ window }: WindowContext<TimeWindow>, all: readonly number[], out: Collector<string>) {
    out.collect(`${window.end}: ${all.join('+')} (${this.#opened})`);
  }
}

const ALL_WINDOWS: readonly (readonly [string, (input: DataStream<number>) => DataStream<string>, string])[] =
  [
    [
      'a function',
      (input) => all(input).process(({ window }, elements) => [`${window.end}: ${elements.join('+')}`]),
      '1+4',
    ],
    ['an instance', (input) => all(input).process(new Until()), '1+4 (1)'],
    ['a factory', (input) => all(input).apply(() => new Until()), '1+4 (1)'],
    [
      'a reduction and a function',
      (input) =>
        all(input).reduce(
          (a, b) => a + b,
          ({ window }, [sum]) => [`${window.end}: ${sum}`],
        ),
      '5',
    ],
    [
      'a reduction and a factory',
      (input) =>
        all(input).reduce(
          (a, b) => a + b,
          () => new Until(),
        ),
      '5 (1)',
    ],
    [
      'an aggregate and a function',
      (input) => all(input).aggregate(mean, ({ window }, [value]) => [`${window.end}: ${value}`]),
      '2.5',
    ],
  ];
const all = (input: DataStream<number>) => input.windowAll(TumblingEventTimeWindows.of(10));

for (const [how, build, expected] of ALL_WINDOWS) {
  conforms<number, string>(`windows over a whole stream, by ${how}`, {
    build,
    show: ({ value, timestamp }) => `${value}@${timestamp}`,
    options: { end: true },
    steps: [[element(1, 1)], [element(4, 2)], [watermark(9), `10: ${expected}@9`]],
    check: noLeaks,
  });
}

/** Windows of 10 ms from the time at which the first record of each is processed. */
class FromNow extends WindowAssigner<number, TimeWindow> {
  assignWindows(_value: number, _timestamp: number, context: WindowAssignerContext) {
    const start = context.getCurrentProcessingTime();
    return [new TimeWindow(start, start + 10)];
  }
  getDefaultTrigger() {
    return ProcessingTimeTrigger.create();
  }
  isEventTime() {
    return false;
  }
}

conforms<number, number>('an assigner of one’s own knows the clock', {
  build: (input) =>
    input
      .keyBy(() => 'k')
      .window(new FromNow())
      .sum(0),
  show: ({ value, timestamp }) => `${value}@${timestamp}`,
  options: { end: true },
  steps: [[processingTime(5)], [element(1)], [element(2)], [processingTime(14), '3@14']],
  check: noLeaks,
});

/** Sessions of one's own, whose gap is 10 ms. */
class OwnSessions extends MergingWindowAssigner<number, TimeWindow> {
  assignWindows(_value: number, timestamp: number) {
    return [new TimeWindow(timestamp, timestamp + 10)];
  }
  mergeWindows(windows: readonly TimeWindow[], merge: MergeCallback<TimeWindow>) {
    TimeWindow.mergeWindows(windows, merge);
  }
  getDefaultTrigger() {
    return EventTimeTrigger.create();
  }
  isEventTime() {
    return true;
  }
}

conforms<number, number>('a merging assigner of one’s own merges as sessions do', {
  build: (input) =>
    input
      .keyBy(() => 'k')
      .window(new OwnSessions())
      .sum(0),
  show: ({ value, timestamp }) => `${value}@${timestamp}`,
  options: { end: true },
  steps: [
    [element(1, 0)],
    [element(2, 20)],
    [element(4, 10)],
    [element(8, 41)],
    [watermark(60), '7@29', '8@50'],
  ],
  check: noLeaks,
});
