import { describe, expect, test } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  CountTrigger,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  MAX_TIMESTAMP,
  OutputTag,
  ProcessWindowFunction,
  PurgingTrigger,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  type Collector,
  type DataStream,
  type KeyedStream,
  type TimeWindow,
  type WindowContext,
  type WindowedStream,
} from 'tidemark';
import { element, snapshot, testJob, watermark, type TestRecord, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

type Pair = readonly [key: string, value: number];
type PairWindows = WindowedStream<Pair, string, TimeWindow>;

const at = (key: string, value: number, timestamp: number): TestStep<Pair> =>
  element<Pair>([key, value], timestamp);
const byKey = (input: DataStream<Pair>): KeyedStream<Pair, string> => input.keyBy(([key]) => key);
const showPair = ({ value: [key, value], timestamp }: TestRecord<Pair>) =>
  `${key}=${value}@${timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp}`;

const INPUT_A = [
  [at('key2', 1, 3999)],
  [at('key2', 1, 3000)],
  [at('key1', 1, 20)],
  [at('key1', 1, 0)],
  [at('key1', 1, 999)],
  [at('key2', 1, 1998)],
  [at('key2', 1, 1999)],
  [at('key2', 1, 1000)],
] as const;

/** Ways to sum a window that must not differ: panes, and the general operator with elements or an accumulator. */
const WAYS: readonly (readonly [string, (windows: PairWindows) => DataStream<Pair>])[] = [
  ['sum', (windows) => windows.sum(1)],
  ['reduce', (windows) => windows.reduce(([key, a], [, b]): Pair => [key, a + b])],
  [
    'process',
    (windows) =>
      windows.process((key, _context, elements): Pair[] => [
        [key, elements.reduce((sum, [, value]) => sum + value, 0)],
      ]),
  ],
  [
    'sum by a trigger of one’s own',
    (windows) => windows.trigger(new (class extends EventTimeTrigger {})()).sum(1),
  ],
];

describe.each(WAYS)('by %s', (_way, sum) => {
  conforms<Pair, Pair>('sliding windows of 3 s every 1 s', {
    build: (input) => sum(byKey(input).window(SlidingEventTimeWindows.of('3 s', '1 s'))),
    show: showPair,
    options: { end: true },
    steps: [
      ...INPUT_A,
      [watermark(999), 'key1=3@999'],
      [watermark(1999), 'key1=3@1999', 'key2=3@1999'],
      [watermark(2999), 'key1=3@2999', 'key2=3@2999'],
      [snapshot()],
      [watermark(3999), 'key2=5@3999'],
      [watermark(4999), 'key2=2@4999'],
      [watermark(5999), 'key2=2@5999'],
      [watermark(6999)],
      [watermark(7999)],
    ],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  });

  conforms<Pair, Pair>('tumbling windows of 3 s', {
    build: (input) => sum(byKey(input).window(TumblingEventTimeWindows.of('3 s'))),
    show: showPair,
    options: { end: true },
    steps: [
      ...INPUT_A,
      [watermark(999)],
      [watermark(1999)],
      [snapshot()],
      [watermark(2999), 'key1=3@2999', 'key2=3@2999'],
      [watermark(3999)],
      [watermark(4999)],
      [watermark(5999), 'key2=2@5999'],
      [watermark(6999)],
      [watermark(7999)],
    ],
    check: ({ leaks, steps }) => {
      expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
      expect(steps[8]!.watermark).toBe(999);
      expect(steps[9]!.watermark).toBe(1999);
    },
  });

  conforms<Pair, Pair>('late records without allowed lateness go to the side', {
    build: (input) =>
      sum(
        byKey(input)
          .window(TumblingEventTimeWindows.of('2 s'))
          .sideOutputLateData(new OutputTag<Pair>('late')),
      ),
    show: showPair,
    steps: [
      [at('key2', 1, 1000)],
      [watermark(1985)],
      [at('key2', 1, 1980)],
      [watermark(1999), 'key2=2@1999'],
      [at('key2', 1, 1998)],
      [at('key2', 1, 2001)],
      [watermark(2999)],
      [watermark(3999), 'key2=1@3999'],
    ],
    check: (result) => {
      expect(result.steps[4]!.sideOutputs).toEqual({ late: [{ value: ['key2', 1], timestamp: 1998 }] });
      expect(result.lateRecords).toBe(1);
    },
  });

  conforms<Pair, Pair>('allowed lateness accumulates and fires for each late record', {
    build: (input) =>
      sum(
        byKey(input)
          .window(TumblingEventTimeWindows.of('2 s'))
          .allowedLateness(500)
          .sideOutputLateData(new OutputTag<Pair>('late')),
      ),
    show: showPair,
    options: { end: true },
    steps: [
      [at('key2', 1, 500)],
      [watermark(1999), 'key2=1@1999'],
      [at('key2', 1, 1997), 'key2=2@1999'],
      [at('key1', 5, 1990), 'key1=5@1999'],
      [at('key2', 1, 1998), 'key2=3@1999'],
      [watermark(2498)],
      [at('key2', 1, 1999), 'key2=4@1999'],
      [watermark(2499)],
      [at('key2', 1, 1999)],
      [watermark(7000)],
    ],
    check: (result) => {
      expect(result.sideOutput('late')).toEqual([{ value: ['key2', 1], timestamp: 1999 }]);
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
  });

  conforms<Pair, Pair>('a record behind the watermark goes to those of its windows that are still open', {
    build: (input) =>
      sum(
        byKey(input)
          .window(SlidingEventTimeWindows.of('3 s', '1 s'))
          .sideOutputLateData(new OutputTag<Pair>('late')),
      ),
    show: showPair,
    options: { end: true },
    steps: [
      [at('key2', 1, 1000)],
      [watermark(1999), 'key2=1@1999'],
      [at('key2', 1, 2000)],
      [watermark(3000), 'key2=2@2999'],
      [at('key1', 1, 3001)],
      [at('key2', 1, 2400)],
      [at('key2', 1, 2400)],
      [at('key1', 1, 3001)],
      [at('key2', 1, 3900)],
      [
        watermark(6000),
        ...['key2=5@3999', 'key1=2@3999', 'key2=4@4999', 'key1=2@4999', 'key2=1@5999', 'key1=2@5999'],
      ],
      [at('key1', 1, 3001)],
      [watermark(25000)],
    ],
    check: (result) => {
      expect(result.sideOutput('late')).toEqual([{ value: ['key1', 1], timestamp: 3001 }]);
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
  });

  conforms<Pair, Pair>('sliding windows with an offset', {
    build: (input) => sum(byKey(input).window(SlidingEventTimeWindows.of('3 s', '1 s', 100))),
    show: showPair,
    options: { end: true },
    steps: [
      [at('key2', 1, 333)],
      [at('key2', 2, 1099)],
      [at('key2', 4, 1100)],
      [at('key2', 8, -1900)],
      [watermark(-901), 'key2=8@-901'],
      [watermark(1099), 'key2=8@99', 'key2=11@1099'],
      [watermark(2099), 'key2=7@2099'],
      [watermark(3099), 'key2=7@3099'],
      [watermark(4099), 'key2=4@4099'],
      [watermark(9000)],
    ],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  });

  conforms<Pair, Pair>('late records that nobody asked for are counted', {
    build: (input) => sum(byKey(input).window(SlidingEventTimeWindows.of('2 s', '1 s'))),
    show: showPair,
    steps: [
      [watermark(1999)],
      // Still in [1000, 3000).
      [at('key1', 1, 1500)],
      [at('key1', 1, 999)],
      [watermark(2999), 'key1=1@2999'],
    ],
    check: ({ lateRecords }) => expect(lateRecords).toBe(1),
  });

  conforms<Pair, Pair>('the end of the input fires what is pending', {
    build: (input) => sum(byKey(input).window(TumblingEventTimeWindows.of('2 s'))),
    show: showPair,
    options: { end: true },
    steps: [[at('key1', 1, 500)], [at('key1', 2, 2500)]],
    check: ({ steps }) => {
      expect(steps.at(-1)!.records.map(showPair)).toEqual(['key1=1@1999', 'key1=2@3999']);
      expect(steps.at(-1)!.watermark).toBe(MAX_TIMESTAMP);
    },
  });

  conforms<Pair, Pair>('a window whose cleanup time overflows is kept', {
    build: (input) => sum(byKey(input).window(TumblingEventTimeWindows.of('1 s')).allowedLateness(2000)),
    show: showPair,
    steps: [
      [at('key2', 1, MAX_TIMESTAMP - 1750)],
      [watermark(MAX_TIMESTAMP - 1500)],
      [watermark(windowEnd(MAX_TIMESTAMP - 1750) - 1), `key2=1@${windowEnd(MAX_TIMESTAMP - 1750) - 1}`],
    ],
  });
});

function windowEnd(timestamp: number): number {
  return timestamp - (timestamp % 1000) + 1000;
}

test('a session that merges names the fired windows it has absorbed', async () => {
  const result = await testJob<Pair, Pair>(
    [at('k', 1, 0), watermark(99), at('k', 1, 120), watermark(300), at('k', 1, 60)],
    (input) => byKey(input).window(EventTimeSessionWindows.withGap(100)).allowedLateness('1 min').sum(1),
  );
  expect(result.steps.flatMap(({ origins }) => origins)).toMatchObject([
    { key: 'k', window: { start: 0, end: 100 }, pane: 0, purging: false },
    { key: 'k', window: { start: 120, end: 220 }, pane: 0 },
    {
      window: { start: 0, end: 220 },
      pane: 0,
      absorbed: [
        { start: 0, end: 100 },
        { start: 120, end: 220 },
      ],
    },
  ]);
});

conforms<Pair, Pair>('a continuous trigger over a global window', {
  build: (input) =>
    byKey(input).window(GlobalWindows.create()).trigger(ContinuousEventTimeTrigger.of('3 s')).sum(1),
  show: showPair,
  steps: [
    [at('key1', 1, 0)],
    [at('key2', 1, 3000)],
    [at('key2', 1, 3999)],
    [at('key1', 1, 20)],
    [at('key1', 1, 999)],
    [at('key2', 1, 1998)],
    [at('key2', 1, 1999)],
    [at('key2', 1, 1000)],
    [watermark(1000)],
    [watermark(2000)],
    [watermark(3000), 'key1=3@MAX'],
    [watermark(4000)],
    [watermark(5000)],
    [watermark(6000), 'key1=3@MAX', 'key2=5@MAX'],
    [watermark(7000)],
    [watermark(8000)],
  ],
});

conforms<Pair, Pair>('a purging count of 4 over a global window', {
  build: (input) =>
    byKey(input)
      .window(GlobalWindows.create())
      .trigger(PurgingTrigger.of(CountTrigger.of(4)))
      .sum(1),
  show: showPair,
  steps: [
    [at('key2', 1, 3000)],
    [at('key2', 1, 3999)],
    [at('key1', 1, 20)],
    [at('key1', 1, 0)],
    [at('key1', 1, 999)],
    [at('key2', 1, 1998)],
    [at('key2', 1, 1999), 'key2=4@MAX'],
    [snapshot()],
    [at('key2', 1, 1000)],
    [at('key1', 1, 10999), 'key1=4@MAX'],
    [at('key2', 1, 1000)],
    [at('key2', 1, 1000)],
    [at('key2', 1, 1000), 'key2=4@MAX'],
  ],
});

conforms<Pair, Pair>('purging with allowed lateness adds up instead of replacing', {
  build: (input) =>
    byKey(input)
      .window(TumblingEventTimeWindows.of('2 s'))
      .allowedLateness(500)
      .trigger(PurgingTrigger.of(EventTimeTrigger.create()))
      .sideOutputLateData(new OutputTag<Pair>('late'))
      .sum(1),
  show: showPair,
  steps: [
    [at('key2', 1, 500)],
    [watermark(1500)],
    [at('key2', 1, 1300)],
    [watermark(2300), 'key2=2@1999'],
    [at('key2', 1, 1997), 'key2=1@1999'],
    [watermark(6000)],
    [at('key2', 1, 1998)],
    [watermark(7000)],
  ],
  check: (result) => expect(result.sideOutput('late')).toEqual([{ value: ['key2', 1], timestamp: 1998 }]),
});

conforms<Pair, Pair>('a purged window is cleaned up without a result', {
  build: (input) =>
    byKey(input)
      .window(TumblingEventTimeWindows.of('2 s'))
      .allowedLateness(100)
      .trigger(PurgingTrigger.of(EventTimeTrigger.create()))
      .sum(1),
  show: showPair,
  options: { end: true },
  steps: [
    [at('key2', 1, 1000)],
    [watermark(1599)],
    [watermark(1999), 'key2=1@1999'],
    [watermark(2100)],
    [watermark(5000)],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<Pair, Pair>('tumbling windows with an offset pass everything through', {
  build: (input) =>
    byKey(input)
      .window(TumblingEventTimeWindows.of(2000, 100))
      .process((_key, _context, elements) => elements),
  show: showPair,
  steps: [
    [at('key2', 1, 1000)],
    [watermark(1985)],
    [at('key2', 2, 1980)],
    [at('key2', 3, 1998)],
    [at('key2', 4, 2001)],
    [watermark(2010)],
    [watermark(2999), 'key2=1@2099', 'key2=2@2099', 'key2=3@2099', 'key2=4@2099'],
    [watermark(3999)],
  ],
});

test('a window function is opened before the first record and closed once a copy', async () => {
  const log: string[] = [];
  class Sum extends ProcessWindowFunction<Pair, number, string, TimeWindow> {
    override open() {
      log.push('open');
    }
    process(
      _key: string,
      _context: WindowContext<TimeWindow>,
      elements: readonly Pair[],
      out: Collector<number>,
    ) {
      log.push('process');
      out.collect(elements.length);
    }
    override close() {
      log.push('close');
    }
  }
  await testJob<Pair, number>([at('a', 1, 0), snapshot(), watermark(2999)], (input) =>
    byKey(input).window(TumblingEventTimeWindows.of('3 s')).process(new Sum()),
  );
  expect(log).toEqual(['open', 'close', 'open', 'process', 'close']);
});

test('a window function may be a factory, or a function that looks like one', async () => {
  class Size extends ProcessWindowFunction<Pair, number, string, TimeWindow> {
    #total = 0;
    process(_key: string, _context: WindowContext<TimeWindow>, elements: readonly Pair[]) {
      this.#total += elements.length;
      return [this.#total];
    }
  }
  const steps = [at('a', 1, 0), watermark(999), at('a', 1, 1000), watermark(1999)];
  const run = async (fn: (() => Size) | (() => number[])) => {
    const result = await testJob<Pair, number>(steps, (input) =>
      byKey(input).window(TumblingEventTimeWindows.of('1 s')).process<number>(fn),
    );
    return result.records.map(({ value }) => value);
  };
  expect(await run(() => new Size())).toEqual([1, 2]);
  expect(await run(() => [7])).toEqual([7, 7]);
});

test('window state is the window’s own and goes with it; global state stays with the key', async () => {
  const seen = new ValueStateDescriptor('seen', 0);
  const { records, leaks } = await testJob<Pair, string>(
    [
      at('a', 1, 0),
      watermark(999),
      at('a', 1, 1),
      snapshot(),
      at('a', 1, 2),
      at('a', 1, 1000),
      watermark(1999),
    ],
    (input) =>
      byKey(input)
        .window(TumblingEventTimeWindows.of('1 s'))
        .allowedLateness(500)
        .reduce(
          ([key, a], [, b]): Pair => [key, a + b],
          (_key, context, [sum]) => {
            const [own, all] = [context.windowState().getState(seen), context.globalState().getState(seen)];
            own.update(own.value() + 1);
            all.update(all.value() + 1);
            return [`sum ${sum![1]}, firing ${own.value()} of the window, ${all.value()} of the key`];
          },
        ),
    { end: true },
  );
  expect(records.map(({ value }) => value)).toEqual([
    'sum 1, firing 1 of the window, 1 of the key',
    'sum 2, firing 2 of the window, 2 of the key',
    'sum 3, firing 3 of the window, 3 of the key',
    'sum 1, firing 1 of the window, 4 of the key',
  ]);
  expect(leaks).toEqual({ timers: 0, stateEntries: 1 });
});
