import {
  generatorSource,
  KeyedProcessFunction,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedContext,
  type Sink,
  type TimeWindow,
  type ValueState,
  type WindowAssigner,
} from 'tidemark';
import { Checksum, eventAt, secondOf, type BenchEvent } from './events.ts';

/** Adds every record to a checksum. */
function checksumSink<T>(out: Checksum, add: (out: Checksum, value: T) => void): Sink<T> {
  return { kind: 'checksum', createWriter: () => ({ write: (value) => add(out, value) }) };
}

interface WindowCount {
  readonly auction: number;
  readonly end: number;
  readonly count: number;
}

function countByAuction(
  events: DataStream<BenchEvent>,
  windows: WindowAssigner<unknown, TimeWindow>,
  out: Checksum,
): void {
  events
    .keyBy('auction')
    .window(windows)
    .aggregate(
      {
        createAccumulator: () => 0,
        add: (_event: BenchEvent, count: number) => count + 1,
        getResult: (count: number) => count,
      },
      (auction, { window }, [count], results: Collector<WindowCount>) =>
        results.collect({ auction, end: window.end, count: count! }),
    )
    .sinkTo(checksumSink(out, (sum, { auction, end, count }) => sum.add(auction, secondOf(end), count)));
}

interface Anomaly {
  readonly auction: number;
  readonly price: number;
  readonly mean: number;
}

/** Emits an event whose price is nearly twice the mean of its auction. */
class FindAnomalies extends KeyedProcessFunction<number, BenchEvent, Anomaly> {
  #state!: ValueState<{ sum: number; count: number } | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(
      new ValueStateDescriptor<{ sum: number; count: number }>('prices'),
    );
  }

  processElement({ auction, price }: BenchEvent, _context: KeyedContext<number>, out: Collector<Anomaly>) {
    let state = this.#state.value();
    if (state === undefined) this.#state.update((state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
    if (state.count >= 10 && price * state.count * 10 > state.sum * 19) {
      out.collect({ auction, price, mean: Math.floor(state.sum / state.count) });
    }
  }
}

/** The two streams that are joined: about one event in 64 is a person, and one in 8 an auction. */
function byKind(events: DataStream<BenchEvent>) {
  return {
    persons: events.filter(({ kind }) => kind === 1),
    auctions: events.filter(({ kind }) => kind === 2),
  };
}

const queries: Readonly<Record<string, (events: DataStream<BenchEvent>, out: Checksum) => void>> = {
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
  anom: (events, out) => {
    events
      .keyBy('auction')
      .process(new FindAnomalies())
      .sinkTo(checksumSink(out, (sum, { auction, price, mean }) => sum.add(auction, price, mean)));
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
  q12: (events, out) => countByAuction(events, TumblingEventTimeWindows.of('10 s'), out),
  q5: (events, out) => countByAuction(events, SlidingEventTimeWindows.of('10 s', '2 s'), out),
};

/** Runs a query over the first `n` events, as any job outside a notebook runs. */
export async function runQuery(name: string, n: number): Promise<Checksum> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const out = new Checksum();
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<BenchEvent>('1 s').withTimestampAssigner(
    ({ dateTime }) => dateTime,
  );
  queries[name]!(env.fromSource(generatorSource(eventAt, { count: n }), strategy, 'events'), out);
  const job = await env.execute(name);
  await job.finished();
  return out;
}
