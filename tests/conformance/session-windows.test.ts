import { expect } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  CountTrigger,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  MAX_TIMESTAMP,
  OutputTag,
  ProcessingTimeSessionWindows,
  ProcessWindowFunction,
  PurgingTrigger,
  TimeWindow,
  type Collector,
  type DataStream,
  type WindowContext,
  type WindowedStream,
} from 'tidemark';
import {
  element,
  processingTime,
  snapshot,
  watermark,
  type TestRecord,
  type TestResult,
  type TestStep,
} from 'tidemark/testing';
import { conforms, type Case } from './both-ways.ts';

type Pair = readonly [key: string, value: number];
type PairWindows = WindowedStream<Pair, string, TimeWindow>;
type SumOf = (windows: PairWindows) => DataStream<string>;

const at = (key: string, value: number, timestamp?: number): TestStep<Pair> =>
  element<Pair>([key, value], timestamp);
const show = ({ value, timestamp }: TestRecord<string>) => `${value}@${timestamp}`;
const text = (key: string, sum: number, { start, end }: TimeWindow) => `(${key}-${sum},${start},${end})`;
const total = (pairs: readonly Pair[]) => pairs.reduce((sum, [, value]) => sum + value, 0);
const noLeaks = ({ leaks }: TestResult<unknown>) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 });

class SumElements extends ProcessWindowFunction<Pair, string, string, TimeWindow> {
  process(
    key: string,
    { window }: WindowContext<TimeWindow>,
    elements: readonly Pair[],
    out: Collector<string>,
  ) {
    out.collect(text(key, total(elements), window));
  }
}

/** Every way in which a session can hold its records and hand them to a function. */
const WAYS: readonly (readonly [string, SumOf])[] = [
  [
    'elements and a function',
    (windows) => windows.apply((key, { window }, all) => [text(key, total(all), window)]),
  ],
  ['elements and a function object', (windows) => windows.process(() => new SumElements())],
  [
    'a reduction and a function',
    (windows) =>
      windows.reduce(
        ([key, a], [, b]) => [key, a + b],
        (key, { window }, [sum]) => [text(key, sum![1], window)],
      ),
  ],
  [
    'a reduction and a function object',
    (windows) => windows.reduce(([key, a], [, b]) => [key, a + b], new SumElements()),
  ],
  [
    'an aggregate and a function',
    (windows) =>
      windows.aggregate(
        {
          createAccumulator: () => ({ sum: 0 }),
          add: ([, value], { sum }) => ({ sum: sum + value }),
          getResult: ({ sum }) => sum,
          merge: (a, b) => ({ sum: a.sum + b.sum }),
        },
        (key, { window }, [sum]) => [text(key, sum!, window)],
      ),
  ],
];

const LATE = new OutputTag<Pair>('late');
const PREFIX = [
  [at('key2', 1, 1000)],
  [watermark(1999)],
  [at('key2', 1, 2000)],
  [watermark(4998)],
  [at('key2', 1, 4500)],
  [at('key2', 1, 8500)],
  [watermark(7400)],
  [at('key2', 1, 7000)],
  [watermark(11501), '(key2-5,1000,11500)@11499'],
  [at('key2', 1, 11600)],
  [watermark(14600), '(key2-1,11600,14600)@14599'],
] as const;

interface Lateness {
  readonly firing: 'accumulating' | 'purging';
  /** ms */
  readonly lateness: number;
  /** In place of the prefix. */
  readonly early?: Case<Pair, string>['steps'];
  readonly steps: Case<Pair, string>['steps'];
  /** Timestamps of the records that are too late. */
  readonly late: readonly number[];
}

const LATENESS: readonly Lateness[] = [
  ...(['accumulating', 'purging'] as const).map((firing): Lateness => ({
    firing,
    lateness: 0,
    steps: [
      [at('key2', 1, 10000)],
      [at('key2', 1, 10100)],
      [at('key2', 1, 14500)],
      [watermark(20000), '(key2-1,14500,17500)@17499'],
      [watermark(100000)],
    ],
    late: [10000, 10100],
  })),
  {
    firing: 'accumulating',
    lateness: 10,
    steps: [
      [at('key2', 1, 10000), '(key2-2,10000,14600)@14599'],
      [at('key2', 1, 14500)],
      [watermark(20000), '(key2-3,10000,17500)@17499'],
      [watermark(100000)],
    ],
    late: [],
  },
  {
    firing: 'purging',
    lateness: 10,
    steps: [
      [at('key2', 1, 10000), '(key2-1,10000,14600)@14599'],
      [at('key2', 1, 14500)],
      [watermark(20000), '(key2-1,10000,17500)@17499'],
      [watermark(100000)],
    ],
    late: [],
  },
  {
    firing: 'accumulating',
    lateness: 10_000,
    steps: [
      [at('key2', 1, 10000), '(key2-7,1000,14600)@14599'],
      [at('key2', 1, 14500)],
      [watermark(20000), '(key2-8,1000,17500)@17499'],
      [watermark(100000)],
    ],
    late: [],
  },
  {
    firing: 'purging',
    lateness: 10_000,
    steps: [
      [at('key2', 1, 10000), '(key2-1,1000,14600)@14599'],
      [at('key2', 1, 14500)],
      [watermark(20000), '(key2-1,1000,17500)@17499'],
      [watermark(100000)],
    ],
    late: [],
  },
  // They are cleaned up once, without another result, also where their contents were purged.
  ...(['accumulating', 'purging'] as const).map((firing): Lateness => ({
    firing,
    lateness: 9,
    early: [],
    steps: [[at('key2', 1, 1000)], [watermark(4998), '(key2-1,1000,4000)@3999'], [watermark(14600)]],
    late: [],
  })),
];

for (const [way, sum] of WAYS) {
  const sessions = (input: DataStream<Pair>): PairWindows =>
    input.keyBy(([key]) => key).window(EventTimeSessionWindows.withGap('3 s'));

  conforms<Pair, string>(`sessions with a purging count, by ${way}: a merge adds the counts up`, {
    build: (input) => sum(sessions(input).trigger(PurgingTrigger.of(CountTrigger.of(4)))),
    show,
    options: { end: true },
    steps: [
      [at('key2', 1, 0)],
      [at('key2', 2, 1000)],
      [at('key2', 3, 2500)],
      [at('key2', 4, 3500), '(key2-10,0,6500)@6499'],
      [at('key1', 1, 10)],
      [at('key1', 2, 1000)],
      [snapshot()],
      [at('key1', 3, 2500)],
      [at('key1', 1, 6000)],
      [at('key1', 2, 6500)],
      [at('key1', 3, 7000)],
      // It bridges two sessions of three records each, which makes seven.
      [at('key1', 10, 4500), '(key1-22,10,10000)@9999'],
    ],
    check: noLeaks,
  });

  conforms<Pair, string>(`sessions with a continuous trigger, by ${way}`, {
    build: (input) => sum(sessions(input).trigger(ContinuousEventTimeTrigger.of('2 s'))),
    show,
    options: { end: true },
    steps: [
      [at('key1', 1, 1500)],
      [at('key2', 1, 0)],
      [at('key2', 3, 2500)],
      [at('key2', 2, 1000)],
      [watermark(2500), '(key1-1,1500,4500)@4499', '(key2-6,0,5500)@5499'],
      [at('key2', 5, 4000)],
      [watermark(3000)],
      [snapshot()],
      [at('key1', 2, 4000)],
      [at('key2', 4, 3500)],
      [watermark(4000), '(key1-3,1500,7000)@6999', '(key2-15,0,7000)@6999'],
    ],
    check: noLeaks,
  });

  conforms<Pair, string>(`a session that outgrows the interval of its continuous trigger, by ${way}`, {
    build: (input) => sum(sessions(input).trigger(ContinuousEventTimeTrigger.of('4 s'))),
    show,
    options: { end: true },
    steps: [
      [at('k', 1, 0)],
      [at('k', 2, 2500)],
      // Where the first window would have ended nothing fires.
      [watermark(2999)],
      [watermark(4000), '(k-3,0,5500)@5499'],
      [watermark(5499), '(k-3,0,5500)@5499'],
      [watermark(9000)],
    ],
    check: noLeaks,
  });

  conforms<Pair, string>(`sessions merge, by ${way}`, {
    build: (input) => sum(sessions(input)),
    show,
    options: { end: true },
    steps: [
      [at('key2', 1, 0)],
      [at('key2', 2, 1000)],
      [at('key2', 3, 2500)],
      [at('key1', 1, 10)],
      [at('key1', 2, 1000)],
      [snapshot()],
      [at('key1', 3, 2500)],
      [at('key2', 4, 5501)],
      [at('key2', 5, 6000)],
      [at('key2', 5, 6000)],
      [at('key2', 6, 6050)],
      [watermark(12000), '(key1-6,10,5500)@5499', '(key2-6,0,5500)@5499', '(key2-20,5501,9050)@9049'],
      [at('key2', 10, 15000)],
      [at('key2', 20, 15000)],
      [watermark(17999), '(key2-30,15000,18000)@17999'],
    ],
    check: noLeaks,
  });

  for (const { firing, lateness, early, steps, late } of LATENESS) {
    conforms<Pair, string>(`${firing} sessions, ${lateness} ms late at most, by ${way}`, {
      build: (input) => {
        const windows = sessions(input).sideOutputLateData(LATE);
        // Without allowed lateness sessions take a shorter way.
        if (lateness > 0) windows.allowedLateness(lateness);
        if (firing === 'purging') windows.trigger(PurgingTrigger.of(EventTimeTrigger.create()));
        return sum(windows);
      },
      show,
      options: { end: true },
      steps: [...(early ?? PREFIX), ...steps],
      check: (result) => {
        expect(result.sideOutput(LATE).map(({ timestamp }) => timestamp)).toEqual(late);
        noLeaks(result);
      },
    });
  }

  const gapOf = ([key, value]: Pair) => (key === 'key1' ? 3000 : value === 10 ? 1000 : 2000);

  conforms<Pair, string>(`sessions whose gap depends on the record, by ${way}`, {
    build: (input) =>
      sum(input.keyBy(([key]) => key).window(EventTimeSessionWindows.withDynamicGap<Pair>(gapOf))),
    show,
    options: { end: true },
    steps: [
      [at('key1', 3, 10)],
      [at('key2', 4, 5000)],
      [at('key2', 5, 6000)],
      [watermark(8999), '(key1-3,10,3010)@3009', '(key2-9,5000,8000)@7999'],
      [at('key2', 1, 9000)],
      [at('key2', 2, 10000)],
      [at('key2', 10, 10500)],
      [watermark(12999), '(key2-13,9000,12000)@11999'],
      [at('key2', 10, 13000)],
      [at('key2', 10, 13500)],
      [at('key2', 1, 14000)],
      [watermark(16999), '(key2-21,13000,16000)@15999'],
    ],
    check: noLeaks,
  });

  conforms<Pair, string>(`the same by processing time, by ${way}`, {
    build: (input) =>
      sum(input.keyBy(([key]) => key).window(ProcessingTimeSessionWindows.withDynamicGap<Pair>(gapOf))),
    show,
    options: { end: true },
    steps: [
      [processingTime(10)],
      [at('key1', 3, 10)],
      [processingTime(5000), '(key1-3,10,3010)@3009'],
      [at('key2', 4)],
      [processingTime(6000)],
      [at('key2', 5)],
      [processingTime(8999), '(key2-9,5000,8000)@7999'],
      [processingTime(9000)],
      [at('key2', 1)],
      [processingTime(10000)],
      [at('key2', 2)],
      [processingTime(10500)],
      [at('key2', 10)],
      [processingTime(13000), '(key2-13,9000,12000)@11999'],
      [at('key2', 10)],
      [processingTime(13500)],
      [at('key2', 10)],
      [processingTime(14000)],
      [at('key2', 1)],
      [processingTime(16999), '(key2-21,13000,16000)@15999'],
    ],
    check: noLeaks,
  });

  /** Gives records of 33 a window of no length: it joins a session without making it longer. */
  class PointSessions extends EventTimeSessionWindows<Pair> {
    override assignWindows(value: Pair, timestamp: number): readonly TimeWindow[] {
      return value[1] === 33
        ? [new TimeWindow(timestamp, timestamp)]
        : [new TimeWindow(timestamp, timestamp + 3000)];
    }
  }

  conforms<Pair, string>(`sessions of one’s own with windows of no length, by ${way}`, {
    build: (input) => sum(input.keyBy(([key]) => key).window(new PointSessions('3 s'))),
    show,
    options: { end: true },
    steps: [
      [at('key2', 1, 0)],
      [at('key2', 33, 1000)],
      [snapshot()],
      [at('key2', 33, 2500)],
      [at('key1', 1, 10)],
      [at('key1', 2, 1000)],
      [at('key1', 33, 2500)],
      [watermark(12000), '(key1-36,10,4000)@3999', '(key2-67,0,3000)@2999'],
    ],
    check: noLeaks,
  });
}

conforms<Pair, Pair>('a global window that fires at the end of the input', {
  build: (input) =>
    input
      .keyBy(([key]) => key)
      .window(GlobalWindows.createWithEndOfStreamTrigger())
      .sum(1),
  show: ({ value: [key, value], timestamp }) =>
    `${key}=${value}@${timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp}`,
  options: { end: true },
  steps: [
    [at('key2', 1, 3000)],
    [at('key2', 1, 3999)],
    [at('key1', 1, 20)],
    [watermark(5000)],
    [at('key1', 1, 999)],
    [watermark(MAX_TIMESTAMP), 'key1=2@MAX', 'key2=2@MAX'],
  ],
  check: noLeaks,
});
