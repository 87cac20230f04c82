import { expect, expectTypeOf, test } from 'vitest';
import {
  AsyncDataStream,
  AsyncFunction,
  BroadcastProcessFunction,
  CoProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  ProcessAllWindowFunction,
  type AllWindowedStream,
  type BroadcastOnTimerContext,
  type Collector,
  type ConnectedStreams,
  type Context,
  type Counter,
  type DataStream,
  type KeyedContext,
  type JoinedStreams,
  type KeyedConnectedStreams,
  type KeyedStream,
  type ListState,
  type MapState,
  type OnMergeContext,
  type OnTimerContext,
  type ResultFuture,
  type RuntimeContext,
  type TimeWindow,
  type TriggerContext,
  type WindowContext,
  type WindowedStream,
} from 'tidemark';
import { element, on, testJob, type TestRecord } from 'tidemark/testing';
import { env, quotes, second, trades, type Quote, type Trade } from './trades.ts';

const connected = trades.connect(quotes);
const keyed = trades.keyBy('symbol').connect(quotes.keyBy('symbol'));
const RULES = new MapStateDescriptor<string, number>('rules');

test('results that a function may or may not have', () => {
  expectTypeOf(trades.flatMap(({ price }) => (price > 1 ? [price] : []))).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    trades.flatMap(({ price }) => {
      if (price > 1) return [price];
    }),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.flatMap(({ symbol }) => new Set(symbol))).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(
    trades.flatMap(function* ({ price, symbol }) {
      yield price;
      yield symbol;
    }),
  ).toEqualTypeOf<DataStream<number | string>>();
});

test('functions on connected streams', () => {
  expectTypeOf(
    connected.flatMap(
      function* ({ price }) {
        yield price;
      },
      ({ symbol }, out: Collector<string>) => out.collect(symbol),
    ),
  ).toEqualTypeOf<DataStream<number | string>>();
  class Plain extends CoProcessFunction<Trade, Quote, number> {
    *processElement1({ price }: Trade, context: Context) {
      expectTypeOf(context.timestamp()).toEqualTypeOf<number | undefined>();
      yield price;
    }
    processElement2({ bid }: Quote, _context: Context, out: Collector<number>) {
      out.collect(bid);
      // @ts-expect-error results are numbers
      out.collect('bid');
    }
  }
  expectTypeOf(connected.process(new Plain())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(connected.process(() => new Plain())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(keyed.process(() => new Plain())).toEqualTypeOf<DataStream<number>>();
  class Keyed extends KeyedCoProcessFunction<string, Trade, Quote, Trade | Quote> {
    processElement1 = (trade: Trade, context: KeyedContext<string>) => {
      expectTypeOf(context.getCurrentKey()).toEqualTypeOf<string>();
      return [trade];
    };
    processElement2 = (quote: Quote) => [quote];
    override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<Trade | Quote>) {
      expectTypeOf(context.getCurrentKey()).toEqualTypeOf<string>();
      // @ts-expect-error results are trades or quotes
      out.collect(1);
    }
  }
  expectTypeOf(keyed.process(() => new Keyed())).toEqualTypeOf<DataStream<Trade | Quote>>();
  const refused = () => {
    // @ts-expect-error the streams the other way round
    quotes.connect(trades).process(new Plain());
    // @ts-expect-error other keys
    trades.keyBy('price').connect(quotes.keyBy('bid')).process(new Keyed());
    const nameOf = ({ symbol }: Trade) => symbol;
    // @ts-expect-error a string would be emitted by its characters
    connected.flatMap(nameOf, () => []);
  };
  expect(refused).toBeTypeOf('function');
});

test('functions beside a broadcast stream', () => {
  const rules = quotes.broadcast(RULES);
  class Plain extends BroadcastProcessFunction<Trade, Quote, number> {
    *processElement({ price }: Trade) {
      yield price;
    }
    processBroadcastElement() {}
  }
  expectTypeOf(trades.connect(rules).process(new Plain())).toEqualTypeOf<DataStream<number>>();
  class Keyed extends KeyedBroadcastProcessFunction<string, Trade, Quote, string> {
    processElement() {
      return ['one'];
    }
    processBroadcastElement() {}
    override onTimer(_time: number, context: BroadcastOnTimerContext<string>) {
      expectTypeOf(context.getCurrentKey()).toEqualTypeOf<string>();
      expectTypeOf([...context.getBroadcastState(RULES).immutableEntries()]).toEqualTypeOf<
        (readonly [string, number])[]
      >();
      // @ts-expect-error it may only be read here
      void (() => context.getBroadcastState(RULES).put('a', 1));
    }
  }
  expectTypeOf(
    trades
      .keyBy('symbol')
      .connect(rules)
      .process(() => new Keyed()),
  ).toEqualTypeOf<DataStream<string>>();
});

test('asynchronous requests', () => {
  expectTypeOf(AsyncDataStream.orderedWait(trades, async ({ price }) => price)).toEqualTypeOf<
    DataStream<number>
  >();
  expectTypeOf(AsyncDataStream.unorderedWait(trades, async ({ symbol }) => [symbol])).toEqualTypeOf<
    DataStream<string>
  >();
  expectTypeOf(
    AsyncDataStream.unorderedWait(trades, async ({ price }) => (price > 1 ? [price] : [])),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    AsyncDataStream.orderedWait(trades, async ({ price }) => price, {
      timeout: '1 s',
      onTimeout: (trade) => {
        expectTypeOf(trade).toEqualTypeOf<Trade>();
        return -1;
      },
    }),
  ).toEqualTypeOf<DataStream<number>>();
  class Ask extends AsyncFunction<Trade, string> {
    asyncInvoke({ symbol }: Trade, future: ResultFuture<string>) {
      future.complete([symbol]);
      // @ts-expect-error results are texts
      void (() => future.complete([1]));
    }
  }
  expectTypeOf(AsyncDataStream.orderedWait(trades, new Ask())).toEqualTypeOf<DataStream<string>>();
  const refused = () => {
    // @ts-expect-error a request returns a promise
    AsyncDataStream.orderedWait(trades, ({ price }) => price);
    // @ts-expect-error a function for other records
    AsyncDataStream.orderedWait(quotes, new Ask());
  };
  expect(refused).toBeTypeOf('function');
});

test('windows of two streams', () => {
  const grouped = trades.coGroup(quotes).where('symbol').equalTo('symbol').window(second);
  expectTypeOf(
    grouped.apply((ofTrades, ofQuotes, out: Collector<[number, number]>) => {
      expectTypeOf(ofTrades).toEqualTypeOf<readonly Trade[]>();
      out.collect([ofTrades.length, ofQuotes.length]);
    }),
  ).toEqualTypeOf<DataStream<[number, number]>>();
  expectTypeOf(
    grouped.apply(function* (ofTrades, ofQuotes) {
      for (const { price } of ofTrades) yield price;
      for (const { symbol } of ofQuotes) yield symbol;
    }),
  ).toEqualTypeOf<DataStream<number | string>>();
  const pairs = trades.keyBy('symbol').intervalJoin(quotes.keyBy('symbol')).between(-5, 5);
  expectTypeOf(
    pairs.process(function* ({ price }, { bid }) {
      yield price - bid;
    }),
  ).toEqualTypeOf<DataStream<number>>();
  const refused = () => {
    // @ts-expect-error the left side is of trades
    pairs.sideOutputLeftLateData(new OutputTag<Quote>('late'));
    // @ts-expect-error a string would be emitted by its characters
    grouped.apply(() => 'none');
  };
  expect(refused).toBeTypeOf('function');
});

test('windows over a whole stream', () => {
  const all = trades.windowAll(second);
  expectTypeOf(
    all.reduce(
      (a) => a,
      ({ window }, [trade]) => [{ end: window.end, trade }],
    ),
  ).toEqualTypeOf<DataStream<{ end: number; trade: Trade | undefined }>>();
  expectTypeOf(
    all.aggregate(
      {
        createAccumulator: () => 0,
        add: (_trade: Trade, n: number) => n + 1,
        getResult: (n: number) => `${n}`,
      },
      (_context, [count], out: Collector<string>) => out.collect(count ?? ''),
    ),
  ).toEqualTypeOf<DataStream<string>>();
  class Last extends ProcessAllWindowFunction<Trade, number, TimeWindow> {
    *process(context: WindowContext<TimeWindow>, elements: readonly Trade[]) {
      yield context.window.end + elements.length;
    }
  }
  expectTypeOf(all.process(new Last())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(all.apply(() => new Last())).toEqualTypeOf<DataStream<number>>();
});

test('side outputs', () => {
  const late = new OutputTag<Trade>('late');
  const sums = trades.keyBy('symbol').window(second).sideOutputLateData(late).sum('price');
  expectTypeOf(sums.getSideOutput(late)).toEqualTypeOf<DataStream<Trade>>();
  const refused = () => {
    const process = (context: Context, other: OutputTag<number>) => {
      // @ts-expect-error the tag is of numbers
      context.output(other, 'one');
    };
    return process;
  };
  expect(refused).toBeTypeOf('function');
});

test('what triggers and runtime contexts hand out', () => {
  const ask = (context: TriggerContext, merging: OnMergeContext, runtime: RuntimeContext) => {
    expectTypeOf(context.getPartitionedState(new ListStateDescriptor<Trade>('l'))).toEqualTypeOf<
      ListState<Trade>
    >();
    expectTypeOf(context.getPartitionedState(RULES)).toEqualTypeOf<MapState<string, number>>();
    // @ts-expect-error maps do not merge
    merging.mergePartitionedState(RULES);
    expectTypeOf(runtime.getMetricGroup().counter('n')).toEqualTypeOf<Counter>();
    expectTypeOf(runtime.getTaskInfo().getIndexOfThisSubtask()).toEqualTypeOf<number>();
  };
  expect(ask).toBeTypeOf('function');
});

test('a stream of some records is one of any', () => {
  const anyStream = (stream: DataStream<unknown>) => stream;
  expectTypeOf(anyStream(trades)).toEqualTypeOf<DataStream<unknown>>();
  expectTypeOf(anyStream(trades.keyBy('symbol'))).toEqualTypeOf<DataStream<unknown>>();
  expectTypeOf<KeyedStream<Trade, 'A'>>().toExtend<KeyedStream<unknown, string>>();
  expectTypeOf<WindowedStream<Trade, string, TimeWindow>>().toExtend<
    WindowedStream<unknown, string, TimeWindow>
  >();
  expectTypeOf<AllWindowedStream<Trade, TimeWindow>>().toExtend<AllWindowedStream<unknown, TimeWindow>>();
  expectTypeOf<ConnectedStreams<Trade, Quote>>().toExtend<ConnectedStreams<unknown, unknown>>();
  expectTypeOf<DataStream<number>>().toExtend<DataStream<unknown>>();
  expectTypeOf<DataStream<[string, number]>>().toExtend<DataStream<readonly [string, unknown]>>();
  expectTypeOf<KeyedConnectedStreams<Trade, Quote, 'A'>>().toExtend<
    KeyedConnectedStreams<object, unknown, string>
  >();
  const joined: JoinedStreams<unknown, unknown, 'join'> = trades.join(quotes);
  expect(joined).toBeDefined();
  expectTypeOf<DataStream<unknown>>().not.toExtend<DataStream<Trade>>();
  expectTypeOf<DataStream<string>>().not.toExtend<DataStream<number>>();
  expectTypeOf<KeyedStream<Trade, string>>().not.toExtend<KeyedStream<Trade, 'A'>>();
  expectTypeOf<ConnectedStreams<Trade, unknown>>().not.toExtend<ConnectedStreams<Trade, Quote>>();
  const mixed: DataStream<Trade | Quote> = env.fromData<Trade | Quote>();
  expectTypeOf(mixed.union(trades, quotes)).toEqualTypeOf<DataStream<Trade | Quote>>();
});

test('what a stream is to be does not say what its key is, nor which fields it has', () => {
  // @ts-expect-error a symbol is a text
  const byNumber: KeyedStream<Trade, number> = trades.keyBy('symbol');
  // @ts-expect-error as above, on two streams
  const both: KeyedConnectedStreams<Trade, Quote, number> = trades.connect(quotes).keyBy('symbol', 'symbol');
  // @ts-expect-error nothing is known of the fields of an unknown record
  const byField = (stream: DataStream<unknown>) => stream.keyBy('symbol');
  // @ts-expect-error nor which of them are numbers
  const sum = (stream: KeyedStream<unknown, string>) => stream.sum('price');
  expect([byNumber, both, byField, sum]).toHaveLength(4);
});

test('a job under test on inputs of several types', async () => {
  const { records } = await testJob(
    [on('left', element(1)), on('right', element('a'))],
    ({ left, right }) => {
      expectTypeOf(left).toEqualTypeOf<DataStream<number | string>>();
      return left.union(right);
    },
    { inputs: ['left', 'right'] },
  );
  expectTypeOf(records).toEqualTypeOf<readonly TestRecord<number | string>[]>();
  expect(records.map(({ value }) => value)).toEqual([1, 'a']);
});
