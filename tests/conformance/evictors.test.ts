import {
  CountEvictor,
  CountTrigger,
  DeltaEvictor,
  GlobalWindows,
  MAX_TIMESTAMP,
  TimeEvictor,
  TumblingEventTimeWindows,
  type DataStream,
  type Evictor,
} from 'tidemark';
import { element, watermark, type TestRecord, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

type Pair = readonly [key: string, value: number];

const of = (key: string, value: number, timestamp?: number): TestStep<Pair> =>
  element<Pair>([key, value], timestamp);
const show = ({ value: [key, value], timestamp }: TestRecord<Pair>) =>
  `${key}=${value}@${timestamp === MAX_TIMESTAMP ? 'MAX' : timestamp}`;
const everyTwo =
  (evictor: Evictor<Pair>) =>
  (input: DataStream<Pair>): DataStream<Pair> =>
    input
      .keyBy(([key]) => key)
      .window(GlobalWindows.create())
      .trigger(CountTrigger.of(2))
      .evictor(evictor)
      .sum(1);

conforms<Pair, Pair>('a count evictor keeps the last 4, before the function', {
  build: everyTwo(CountEvictor.of(4)),
  show,
  steps: [
    [of('key2', 1, 3000)],
    [of('key2', 1, 3999), 'key2=2@MAX'],
    [of('key1', 1, 20)],
    [of('key1', 1, 0), 'key1=2@MAX'],
    [of('key1', 1, 999)],
    [of('key2', 1, 1998)],
    [of('key2', 1, 1999), 'key2=4@MAX'],
    [of('key2', 1, 1000)],
    [of('key1', 1, 10999), 'key1=4@MAX'],
    [of('key2', 1, 1000), 'key2=4@MAX'],
  ],
});

conforms<Pair, Pair>('a time evictor keeps the last 2 s, after the function', {
  build: everyTwo(TimeEvictor.of('2 s', true)),
  show,
  steps: [
    [of('key2', 1, 1000)],
    [of('key2', 1, 4000), 'key2=2@MAX'],
    [of('key1', 1, 20)],
    [of('key1', 1, 0), 'key1=2@MAX'],
    [of('key1', 1, 999)],
    [of('key2', 1, 3500)],
    [of('key2', 1, 2001), 'key2=3@MAX'],
    [of('key2', 1, 1001)],
    [of('key1', 1, 10999), 'key1=4@MAX'],
    [of('key2', 1, 1002), 'key2=5@MAX'],
  ],
});

conforms<Pair, Pair>('a time evictor evicts nothing where there are no timestamps', {
  build: everyTwo(TimeEvictor.of('2 s')),
  show,
  steps: [
    [of('key2', 1)],
    [of('key2', 1), 'key2=2@MAX'],
    [of('key1', 1)],
    [of('key1', 1), 'key1=2@MAX'],
    [of('key1', 1)],
    [of('key2', 1)],
    [of('key2', 1), 'key2=4@MAX'],
    [of('key2', 1)],
    [of('key1', 1), 'key1=4@MAX'],
    [of('key2', 1), 'key2=6@MAX'],
  ],
});

conforms<Pair, Pair>('a delta evictor drops what is far from the last', {
  build: everyTwo(DeltaEvictor.of(2, (before: Pair, after: Pair) => after[1] - before[1])),
  show,
  steps: [
    [of('key2', 1)],
    [of('key2', 4), 'key2=4@MAX'],
    [of('key1', 1)],
    [of('key1', 1), 'key1=2@MAX'],
    [of('key1', 5)],
    [of('key2', 5)],
    [of('key2', 6), 'key2=11@MAX'],
    [of('key2', 1)],
    [of('key1', 3), 'key1=8@MAX'],
    [of('key2', 10), 'key2=10@MAX'],
  ],
});

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
