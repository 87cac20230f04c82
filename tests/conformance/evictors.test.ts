import { expect } from 'vitest';
import {
  CountEvictor,
  CountTrigger,
  DeltaEvictor,
  GlobalWindows,
  MAX_TIMESTAMP,
  TimeEvictor,
  TumblingEventTimeWindows,
  Evictor,
  type EvictorContext,
  type TimestampedValue,
  type TimeWindow,
} from 'tidemark';
import { element, processingTime, watermark, type TestRecord, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

type Pair = readonly [key: string, value: number];

const of = (key: string, value: number, timestamp?: number): TestStep<Pair> =>
  element<Pair>([key, value], timestamp);
const show = ({ value: [key, value], timestamp }: TestRecord<Pair>) =>
  `${key}=${value}@${timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp}`;

/** Records as `key:value@timestamp`, and after `=` the sum that each second record of a key brings. */
const EVERY_TWO: readonly (readonly [title: string, evictor: Evictor<Pair>, script: string])[] = [
  [
    'a count evictor keeps the last 4, before the function',
    CountEvictor.of(4),
    'key2:1@3000 key2:1@3999=2 key1:1@20 key1:1@0=2 key1:1@999 key2:1@1998 key2:1@1999=4 key2:1@1000 key1:1@10999=4 key2:1@1000=4',
  ],
  [
    'a time evictor keeps the last 2 s, after the function',
    TimeEvictor.of('2 s', true),
    'key2:1@1000 key2:1@4000=2 key1:1@20 key1:1@0=2 key1:1@999 key2:1@3500 key2:1@2001=3 key2:1@1001 key1:1@10999=4 key2:1@1002=5',
  ],
  [
    'a time evictor evicts nothing where there are no timestamps',
    TimeEvictor.of('2 s'),
    'key2:1 key2:1=2 key1:1 key1:1=2 key1:1 key2:1 key2:1=4 key2:1 key1:1=4 key2:1=6',
  ],
  [
    'a delta evictor drops what is far from the last',
    DeltaEvictor.of(2, (before: Pair, after: Pair) => after[1] - before[1]),
    'key2:1 key2:4=4 key1:1 key1:1=2 key1:5 key2:5 key2:6=11 key2:1 key1:3=8 key2:10=10',
  ],
  [
    'a count evictor keeps the last 4, after the function',
    CountEvictor.of(4, true),
    'key2:1@3000 key2:1@3999=2 key1:1@20 key1:1@0=2 key1:1@999 key2:1@1998 key2:1@1999=4 key2:1@1000 key1:1@10999=4 key2:1@1000=6 key2:1@1000 key2:1@1000=6',
  ],
  [
    'a time evictor keeps the last 2 s, before the function',
    TimeEvictor.of('2 s'),
    'key2:1@1000 key2:1@4000=1 key1:1@20 key1:1@0=2 key1:1@999 key2:1@3500 key2:1@2001=3 key2:1@1001 key1:1@10999=1 key2:1@1002=3',
  ],
  [
    'a delta evictor, after the function',
    DeltaEvictor.of(2, (before: Pair, last: Pair) => last[1] - before[1], true),
    'key2:1 key2:4=5 key1:1 key1:1=2 key1:5 key2:5 key2:6=15 key2:1 key1:3=10 key2:10=22',
  ],
];

for (const [title, evictor, script] of EVERY_TWO) {
  conforms<Pair, Pair>(title, {
    build: (input) =>
      input
        .keyBy(([key]) => key)
        .window(GlobalWindows.create())
        .trigger(CountTrigger.of(2))
        .evictor(evictor)
        .sum(1),
    show,
    steps: script.split(' ').map((step) => {
      const { key, value, time, sum } = /^(?<key>\w+):(?<value>\d+)(?:@(?<time>\d+))?(?:=(?<sum>\d+))?$/.exec(
        step,
      )!.groups!;
      const record = of(key!, Number(value), time === undefined ? undefined : Number(time));
      return sum === undefined ? [record] : [record, `${key}=${sum}@MAX`];
    }),
  });
}

conforms<Pair, Pair>('a count evictor on tumbling windows of event time', {
  build: (input) =>
    input
      .keyBy(([key]) => key)
      .window(TumblingEventTimeWindows.of('4 s'))
      .evictor(CountEvictor.of(4))
      .sum(1),
  show,
  steps: [
    [of('key1', 1, 10)],
    [of('key1', 1, 100)],
    [watermark(1999)],
    [of('key1', 1, 1997)],
    [of('key1', 1, 1998)],
    [of('key1', 1, 2310)],
    [of('key1', 1, 2310)],
    [of('key2', 1, 2310)],
    [of('key2', 1, 2310)],
    [watermark(3999), 'key1=4@3999', 'key2=2@3999'],
  ],
});

conforms<Pair, Pair>('countWindow with a slide sees the last records after every few', {
  build: (input) =>
    input
      .keyBy(([key]) => key)
      .countWindow(3, 2)
      .sum(1),
  show,
  steps: [
    [of('k', 1)],
    [of('k', 2), 'k=3@MAX'],
    [of('k', 4)],
    [of('k', 8), 'k=14@MAX'],
    [of('k', 16)],
    [of('k', 32), 'k=56@MAX'],
  ],
});

conforms<Pair, Pair>('countWindow fires and starts anew', {
  build: (input) =>
    input
      .keyBy(([key]) => key)
      .countWindow(2)
      .sum(1),
  show,
  steps: [[of('k', 1)], [of('j', 1)], [of('k', 2), 'k=3@MAX'], [of('k', 4)], [of('k', 8), 'k=12@MAX']],
});

/** Leaves nothing for the function. */
class EvictAll extends Evictor<Pair> {
  evictBefore(elements: TimestampedValue<Pair>[]) {
    elements.length = 0;
  }
  evictAfter() {}
}

conforms<Pair, string>('a function is called though an evictor has left it nothing, and nothing stays', {
  build: (input) =>
    input
      .keyBy(([key]) => key)
      .window(TumblingEventTimeWindows.of('1 s'))
      .evictor(new EvictAll())
      .process((key, _context, elements) => [`${key}: ${elements.length}`]),
  show: ({ value, timestamp }) => `${value}@${timestamp}`,
  options: { end: true },
  steps: [[of('a', 1, 10)], [of('a', 2, 20)], [of('b', 2, 20)], [watermark(999), 'a: 0@999', 'b: 0@999']],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<Pair, string>(
  'an evictor of one’s own sees window, watermark and clock, and what was evicted stays away',
  {
    build: (input) => {
      class KeepNewest extends Evictor<Pair, TimeWindow> {
        readonly #seen: string[];
        constructor(seen: string[]) {
          super();
          this.#seen = seen;
        }
        evictBefore(elements: TimestampedValue<Pair>[], window: TimeWindow, context: EvictorContext) {
          this.#seen.push(
            `${window.start} ${context.getCurrentWatermark()} ${context.getCurrentProcessingTime()}`,
          );
          elements.sort((a, b) => a.timestamp! - b.timestamp!);
          elements.splice(0, elements.length - 1);
        }
        evictAfter() {}
      }
      const seen: string[] = [];
      return input
        .keyBy(([key]) => key)
        .window(TumblingEventTimeWindows.of('1 s'))
        .allowedLateness('1 s')
        .evictor(new KeepNewest(seen))
        .process((_key, _context, elements) => [`${elements.map(([, n]) => n).join(' ')} at ${seen.at(-1)}`]);
    },
    show: ({ value }) => value,
    steps: [
      [of('a', 2, 20)],
      [of('a', 1, 10)],
      [processingTime(7)],
      [watermark(999), '2 at 0 999 7'],
      [of('a', 3, 30), '3 at 0 999 7'],
      [of('a', 4, 5), '3 at 0 999 7'],
    ],
  },
);
