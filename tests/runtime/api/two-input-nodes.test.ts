import { expect, test } from 'vitest';
import {
  CountTrigger,
  KeyedBroadcastProcessFunction,
  MapStateDescriptor,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  type DataStream,
} from 'tidemark';
import { Fingerprints } from '../../../runtime/src/graph/fingerprint.ts';

interface Item {
  readonly key: string;
  readonly other: string;
  readonly n: number;
}

/** Any stream, whatever its type. */
type Built = Pick<DataStream<Item>, 'node'>;

const items = (): readonly [DataStream<Item>, DataStream<Item>] => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  return [
    env.fromData<Item>({ key: 'a', other: 'b', n: 1 }),
    env.fromData<Item>({ key: 'a', other: 'b', n: 2 }),
  ];
};
const fingerprint = (build: (left: DataStream<Item>, right: DataStream<Item>) => Built) =>
  new Fingerprints().of(build(...items()).node);

class Ignore extends KeyedBroadcastProcessFunction<string, Item, Item, Item> {
  processElement() {}
  processBroadcastElement() {}
}
const windows = () => TumblingEventTimeWindows.of(5);

/** The same operator with one thing or another of it changed. */
const FAMILIES: Readonly<
  Record<string, readonly ((left: DataStream<Item>, right: DataStream<Item>) => Built)[]>
> = {
  'connected streams': [
    (l, r) =>
      l.connect(r).map(
        (a) => a.n,
        (b) => b.n,
      ),
    (l, r) =>
      r.connect(l).map(
        (a) => a.n,
        (b) => b.n,
      ),
    (l, r) =>
      l.connect(r).map(
        (a) => a.n,
        (b) => b.key,
      ),
    (l, r) =>
      l.connect(r).flatMap(
        (a) => [a.n],
        (b) => [b.n],
      ),
    (l, r) =>
      l
        .connect(r)
        .keyBy('key', 'key')
        .map(
          (a) => a.n,
          (b) => b.n,
        ),
    (l, r) =>
      l
        .connect(r)
        .keyBy('key', 'other')
        .map(
          (a) => a.n,
          (b) => b.n,
        ),
    (l, r) =>
      l
        .connect(r)
        .keyBy('other', 'key')
        .map(
          (a) => a.n,
          (b) => b.n,
        ),
  ],
  'a broadcast stream': [
    (l, r) =>
      l
        .keyBy('key')
        .connect(r.broadcast(new MapStateDescriptor<string, number>('a')))
        .process(new Ignore()),
    (l, r) =>
      l
        .keyBy('key')
        .connect(r.broadcast(new MapStateDescriptor<string, number>('b')))
        .process(new Ignore()),
    (l, r) =>
      l
        .keyBy('other')
        .connect(r.broadcast(new MapStateDescriptor<string, number>('a')))
        .process(new Ignore()),
  ],
  'a window join': [
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('key')
        .window(windows())
        .apply((a, b) => a.n + b.n),
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('key')
        .window(windows())
        .apply((a, b) => a.n - b.n),
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('other')
        .window(windows())
        .apply((a, b) => a.n + b.n),
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('key')
        .window(TumblingEventTimeWindows.of(6))
        .apply((a, b) => a.n + b.n),
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('key')
        .window(windows())
        .allowedLateness(1)
        .apply((a, b) => a.n + b.n),
    (l, r) =>
      l
        .join(r)
        .where('key')
        .equalTo('key')
        .window(windows())
        .trigger(CountTrigger.of(2))
        .apply((a, b) => a.n + b.n),
    (l, r) =>
      l
        .coGroup(r)
        .where('key')
        .equalTo('key')
        .window(windows())
        .apply((a, b) => [a.length + b.length]),
  ],
  'an interval join': [
    (l, r) =>
      l
        .keyBy('key')
        .intervalJoin(r.keyBy('key'))
        .between(-1, 1)
        .process((a, b) => [a, b]),
    (l, r) =>
      l
        .keyBy('key')
        .intervalJoin(r.keyBy('key'))
        .between(-1, 2)
        .process((a, b) => [a, b]),
    (l, r) =>
      l
        .keyBy('key')
        .intervalJoin(r.keyBy('key'))
        .between(-1, 1)
        .lowerBoundExclusive()
        .process((a, b) => [a, b]),
    (l, r) =>
      l
        .keyBy('key')
        .intervalJoin(r.keyBy('key'))
        .between(-1, 1)
        .process((a) => [a]),
    (l, r) =>
      r
        .keyBy('key')
        .intervalJoin(l.keyBy('key'))
        .between(-1, 1)
        .process((a, b) => [a, b]),
  ],
};

test.each(Object.entries(FAMILIES))('%s is another operator once anything of it changes', (_name, family) => {
  const fingerprints = family.map(fingerprint);
  expect(new Set(fingerprints).size).toBe(family.length);
  expect(family.map(fingerprint)).toEqual(fingerprints);
});
