import { expect } from 'vitest';
import {
  ContinuousProcessingTimeTrigger,
  CountTrigger,
  GlobalWindows,
  ProcessingTimeoutTrigger,
  ProcessingTimeSessionWindows,
  SlidingProcessingTimeWindows,
  TumblingProcessingTimeWindows,
  MAX_TIMESTAMP,
  type DataStream,
  type KeyedStream,
} from 'tidemark';
import {
  element,
  processingTime,
  snapshot,
  watermark,
  type TestRecord,
  type TestStep,
} from 'tidemark/testing';
import { conforms } from './both-ways.ts';

type Pair = readonly [key: string, value: number];

const of = (key: string, value = 1, timestamp = MAX_TIMESTAMP): TestStep<Pair> =>
  element<Pair>([key, value], timestamp);
const byKey = (input: DataStream<Pair>): KeyedStream<Pair, string> => input.keyBy(([key]) => key);
const show = ({ value: [key, value], timestamp }: TestRecord<Pair>) =>
  `${key}=${value}@${timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp}`;

conforms<Pair, Pair>('tumbling windows of 3 s of processing time', {
  build: (input) => byKey(input).window(TumblingProcessingTimeWindows.of('3 s')).sum(1),
  show,
  options: { end: true },
  steps: [
    [processingTime(3)],
    [of('key2')],
    [of('key2', 1, 7000)],
    [of('key2', 1, 7000)],
    [of('key1', 1, 7000)],
    [of('key1', 1, 7000)],
    [snapshot()],
    [processingTime(5000), 'key2=3@2999', 'key1=2@2999'],
    [of('key1', 1, 7000)],
    [of('key1', 1, 7000)],
    [of('key1', 1, 7000)],
    [processingTime(7000), 'key1=3@5999'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<Pair, Pair>('sliding windows of 3 s every 1 s of processing time', {
  build: (input) => byKey(input).window(SlidingProcessingTimeWindows.of('3 s', '1 s')).sum(1),
  show,
  steps: [
    [processingTime(3)],
    [of('key2')],
    [processingTime(1000), 'key2=1@999'],
    [of('key2')],
    [of('key2')],
    [processingTime(2000), 'key2=3@1999'],
    [of('key1')],
    [of('key1')],
    [processingTime(3000), 'key2=3@2999', 'key1=2@2999'],
    [of('key1')],
    [of('key1')],
    [of('key1')],
    [processingTime(7000), 'key2=2@3999', 'key1=5@3999', 'key1=5@4999', 'key1=3@5999'],
  ],
});

conforms<Pair, Pair>('tumbling windows of processing time with an offset pass everything through', {
  build: (input) =>
    byKey(input)
      .window(TumblingProcessingTimeWindows.of(3000, 1000))
      .process((_key, _context, elements) => elements),
  show,
  steps: [
    [processingTime(3)],
    [of('key2')],
    [of('key2')],
    [of('key2')],
    [of('key1')],
    [of('key1')],
    [processingTime(5000), 'key2=1@999', 'key2=1@999', 'key2=1@999', 'key1=1@999', 'key1=1@999'],
    [of('key1')],
    [of('key1')],
    [of('key1')],
    [processingTime(7000), 'key1=1@6999', 'key1=1@6999', 'key1=1@6999'],
  ],
});

conforms<Pair, Pair>('sessions of 3 s of processing time', {
  build: (input) => byKey(input).window(ProcessingTimeSessionWindows.withGap('3 s')).sum(1),
  show,
  options: { end: true },
  steps: [
    [processingTime(3)],
    [of('key2')],
    [processingTime(1000)],
    [of('key2')],
    [processingTime(5000), 'key2=2@3999'],
    [of('key2')],
    [of('key2')],
    [of('key1')],
    [of('key1')],
    [of('key1')],
    [processingTime(10000), 'key2=2@7999', 'key1=3@7999'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<Pair, Pair>('a continuous trigger of processing time', {
  build: (input) =>
    byKey(input)
      .window(TumblingProcessingTimeWindows.of('10 s'))
      .trigger(ContinuousProcessingTimeTrigger.of('3 s'))
      .sum(1),
  show,
  steps: [
    [processingTime(1000)],
    [of('k')],
    [processingTime(3000), 'k=1@9999'],
    [of('k')],
    [processingTime(5000)],
    [processingTime(9000), 'k=2@9999', 'k=2@9999'],
    [of('k')],
    [processingTime(9999), 'k=3@9999'],
    [processingTime(20000)],
  ],
});

conforms<Pair, Pair>('a count of 3 with a timeout of 5 s of processing time', {
  build: (input) =>
    byKey(input)
      .window(GlobalWindows.create())
      .trigger(ProcessingTimeoutTrigger.of(CountTrigger.of(3), '5 s'))
      .sum(1),
  show,
  steps: [
    [processingTime(1000)],
    [of('k')],
    [processingTime(5999)],
    [processingTime(6000), 'k=1@MAX'],
    [of('k')],
    [of('k')],
    [of('k'), 'k=4@MAX'],
    [processingTime(20000)],
  ],
});

conforms<Pair, Pair>('sliding windows of processing time with an offset', {
  build: (input) =>
    byKey(input)
      .window(SlidingProcessingTimeWindows.of(3000, 1000, 500))
      .sum(1),
  show,
  options: { end: true },
  steps: [
    [processingTime(3)],
    [of('key2')],
    [processingTime(1000), 'key2=1@499'],
    [of('key2')],
    [of('key2')],
    [processingTime(2000), 'key2=3@1499'],
    [of('key1')],
    [of('key1')],
    [processingTime(3000), 'key2=3@2499', 'key1=2@2499'],
    [of('key1')],
    [processingTime(8000), 'key2=2@3499', 'key1=3@3499', 'key1=3@4499', 'key1=1@5499'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<Pair, Pair>('windows of processing time know no late records, whatever watermarks say', {
  build: (input) => byKey(input).window(TumblingProcessingTimeWindows.of('1 s')).sum(1),
  show,
  steps: [
    [watermark(5000)],
    [element<Pair>(['k', 1], 10)],
    [element<Pair>(['k', 1])],
    [processingTime(1000), 'k=2@999'],
  ],
  check: ({ lateRecords }) => expect(lateRecords).toBe(0),
});
