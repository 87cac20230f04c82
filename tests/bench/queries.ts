import {
  CEP,
  EventTimeSessionWindows,
  generatorSource,
  KeyedProcessFunction,
  Pattern,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedContext,
  type OnTimerContext,
  type Sink,
  type TimeWindow,
  type ValueState,
  type WindowAssigner,
} from 'tidemark';
import { Checksum, eventAt, secondOf, wideEventAt, type BenchEvent } from './events.ts';

/** Adds every record to a checksum. */
function checksumSink<T>(out: Checksum, add: (out: Checksum, value: T) => void): Sink<T> {
  return { kind: 'checksum', createWriter: () => ({ write: (value) => add(out, value) }) };
}

type Key = number | string | readonly [string, number];
type Events = DataStream<BenchEvent>;
type Query = (events: Events, out: Checksum) => void;

const auction = (event: BenchEvent): number => event.auction;
const text = (event: BenchEvent): string => `${event.channel} ${event.auction}`;
const pair = (event: BenchEvent): readonly [string, number] => [event.channel, event.auction];

/** Keys end with the number of an auction. */
function auctionOf(key: Key): number {
  if (typeof key === 'number') return key;
  return typeof key === 'string' ? Number(key.split(' ')[1]) : key[1];
}

interface WindowCount {
  readonly auction: number;
  readonly end: number;
  readonly count: number;
}

const COUNT = {
  createAccumulator: () => 0,
  add: (_event: BenchEvent, count: number) => count + 1,
  getResult: (count: number) => count,
  merge: (a: number, b: number) => a + b,
};

function countWindows<K extends Key>(
  keyOf: (event: BenchEvent) => K,
  windows: WindowAssigner<unknown, TimeWindow>,
  secondsOf: (end: number) => number = secondOf,
): Query {
  return (events, out) => {
    events
      .keyBy(keyOf)
      .window(windows)
      .aggregate(COUNT, (key, { window }, [count], results: Collector<WindowCount>) =>
        results.collect({ auction: auctionOf(key), end: window.end, count: count! }),
      )
      .sinkTo(checksumSink(out, (sum, { auction, end, count }) => sum.add(auction, secondsOf(end), count)));
  };
}

interface Anomaly {
  readonly auction: number;
  readonly price: number;
  readonly mean: number;
}

/** Emits an event whose price is nearly twice the mean of its key. */
class FindAnomalies extends KeyedProcessFunction<Key, BenchEvent, Anomaly> {
  #state!: ValueState<{ sum: number; count: number } | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(
      new ValueStateDescriptor<{ sum: number; count: number }>('prices'),
    );
  }

  processElement({ auction, price }: BenchEvent, _context: KeyedContext<Key>, out: Collector<Anomaly>) {
    let state = this.#state.value();
    if (state === undefined) this.#state.update((state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
    if (state.count >= 10 && price * state.count * 10 > state.sum * 19) {
      out.collect({ auction, price, mean: Math.floor(state.sum / state.count) });
    }
  }
}

function findAnomalies<K extends Key>(keyOf: (event: BenchEvent) => K): Query {
  return (events, out) => {
    events
      .keyBy(keyOf)
      .process(new FindAnomalies())
      .sinkTo(checksumSink(out, (sum, { auction, price, mean }) => sum.add(auction, price, mean)));
  };
}

/** Counts from one full second of the watermark to the next. */
class CountBySecond extends KeyedProcessFunction<number, BenchEvent, WindowCount> {
  #count!: ValueState<number>;

  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', 0));
  }

  processElement({ dateTime }: BenchEvent, context: KeyedContext<number>) {
    this.#count.update(this.#count.value() + 1);
    context.timerService().registerEventTimeTimer(dateTime - (dateTime % 1000) + 1000);
  }

  override onTimer(time: number, context: OnTimerContext<number>, out: Collector<WindowCount>) {
    out.collect({ auction: context.getCurrentKey(), end: time, count: this.#count.value() });
    this.#count.update(0);
  }
}

/** The highest price so far, and the events that have it. */
interface Best {
  readonly max: number;
  readonly events: readonly BenchEvent[];
}

/** The two streams that are joined: about one event in 64 is a person, and one in 8 an auction. */
function byKind(events: DataStream<BenchEvent>) {
  return {
    persons: events.filter(({ kind }) => kind === 1),
    auctions: events.filter(({ kind }) => kind === 2),
  };
}

const queries: Readonly<Record<string, Query>> = {
  q1: (events, out) => {
    events
      .map((event) => ({ ...event, price: Math.floor((event.price * 908) / 1000) }))
      .sinkTo(checksumSink(out, (sum, { auction, price, bidder }) => sum.add(auction, price, bidder)));
  },
  q2: (events, out) => {
    events
      .filter((event) => event.auction % 123 === 0)
      .sinkTo(checksumSink(out, (sum, { auction, price }) => sum.add(auction, price, 0)));
  },
  constant: (events, out) => {
    events
      .filter((event) => event.auction % 3 !== 0)
      .map(() => 1)
      .sinkTo(checksumSink(out, (sum, one) => sum.add(one, 0, 0)));
  },
  q7: (events, out) => {
    events
      .windowAll(TumblingEventTimeWindows.of('10 s'))
      .aggregate({
        createAccumulator: (): Best => ({ max: 0, events: [] }),
        add: (event: BenchEvent, best: Best) =>
          event.price < best.max
            ? best
            : event.price === best.max
              ? { max: best.max, events: [...best.events, event] }
              : { max: event.price, events: [event] },
        getResult: ({ events }: Best) => events,
      })
      .flatMap((best: readonly BenchEvent[]) => best)
      .sinkTo(checksumSink(out, (sum, { auction, price, bidder }) => sum.add(auction, price, bidder)));
  },
  q8: (events, out) => {
    const { persons, auctions } = byKind(events);
    persons
      .join(auctions)
      .where('bidder')
      .equalTo('bidder')
      .window(TumblingEventTimeWindows.of('10 s'))
      .apply(({ dateTime, bidder }, { auction }) => ({ bidder, auction, dateTime }))
      .sinkTo(
        checksumSink(out, (sum, { bidder, auction, dateTime }) =>
          sum.add(bidder, auction, secondOf(dateTime - (dateTime % 10_000) + 10_000)),
        ),
      );
  },
  interval: (events, out) => {
    const { persons, auctions } = byKind(events);
    persons
      .keyBy('bidder')
      .intervalJoin(auctions.keyBy('bidder'))
      .between('-5 s', '5 s')
      .process(({ bidder, price }, { auction }, _context, results: Collector<readonly number[]>) =>
        results.collect([bidder, auction, price]),
      )
      .sinkTo(checksumSink(out, (sum, [bidder, auction, price]) => sum.add(bidder!, auction!, price!)));
  },
  anom: findAnomalies(auction),
  'anom-string': findAnomalies(text),
  'anom-pair': findAnomalies(pair),
  'anom-1m': findAnomalies(auction),
  q12: countWindows(auction, TumblingEventTimeWindows.of('10 s')),
  'q12-string': countWindows(text, TumblingEventTimeWindows.of('10 s')),
  'q12-pair': countWindows(pair, TumblingEventTimeWindows.of('10 s')),
  'q12-1m': countWindows(auction, TumblingEventTimeWindows.of('10 s')),
  q5: countWindows(auction, SlidingEventTimeWindows.of('10 s', '2 s')),
  session: countWindows(auction, EventTimeSessionWindows.withGap('500 ms'), (end) => end % 1_000_000),
  pattern: (events, out) => {
    const fall = Pattern.begin('high')
      .where((event: BenchEvent) => event.price > 9500)
      .followedBy('low')
      .where(({ price }) => price < 500)
      .within('2 s');
    CEP.pattern(events.keyBy(auction), fall)
      .select(({ high: [high], low: [low] }) => [high.auction, high.price, low.price])
      .sinkTo(checksumSink(out, (sum, [of, high, low]) => sum.add(of!, high!, low!)));
  },
  timers: (events, out) => {
    events
      .keyBy(auction)
      .process(new CountBySecond())
      .sinkTo(checksumSink(out, (sum, { auction, end, count }) => sum.add(auction, secondOf(end), count)));
  },
};

/** Runs a query over the first `n` events, as any job outside a notebook runs. */
export async function runQuery(name: string, n: number): Promise<Checksum> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const out = new Checksum();
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<BenchEvent>('1 s').withTimestampAssigner(
    ({ dateTime }) => dateTime,
  );
  queries[name]!(
    env.fromSource(
      generatorSource(name.endsWith('-1m') ? wideEventAt : eventAt, { count: n }),
      strategy,
      'events',
    ),
    out,
  );
  const job = await env.execute(name);
  await job.finished();
  return out;
}
