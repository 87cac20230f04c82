import { expect, expectTypeOf, test } from 'vitest';
import {
  AggregatingStateDescriptor,
  CountTrigger,
  DeltaTrigger,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  ProcessFunction,
  ProcessWindowFunction,
  PurgingTrigger,
  ReducingStateDescriptor,
  TimeWindow,
  ValueStateDescriptor,
  WatermarkStrategy,
  WindowAssigner,
  type AggregatingState,
  type AllWindowedStream,
  type Collector,
  type ConnectedStreams,
  type Context,
  type DataStream,
  type GlobalWindow,
  type ListState,
  type MapState,
  type OperatorMetrics,
  type ReducingState,
  type RuntimeContext,
  type ValueState,
  type View,
  type WindowContext,
  type WindowedStream,
} from 'tidemark';
import { element, on, operatorHarness, testJob, watermark, type TestRecord } from 'tidemark/testing';
import { env, quotes, second, trades, type Quote, type Trade } from './trades.ts';

const windows = trades.keyBy('symbol').window(second);

test('windows know key, window and records', () => {
  expectTypeOf(windows).toEqualTypeOf<WindowedStream<Trade, string, TimeWindow>>();
  expectTypeOf(trades.keyBy('price').countWindow(3)).toEqualTypeOf<
    WindowedStream<Trade, number, GlobalWindow>
  >();
  expectTypeOf(windows.reduce((a, b) => (a.price > b.price ? a : b))).toEqualTypeOf<DataStream<Trade>>();
  expectTypeOf(
    windows.reduce(
      (a) => a,
      (key, { window }, [trade]) => [{ key, end: window.end, trade }],
    ),
  ).toEqualTypeOf<DataStream<{ key: string; end: number; trade: Trade | undefined }>>();
  expectTypeOf(windows.process((key, _context, all) => [`${key} ${all.length}`])).toEqualTypeOf<
    DataStream<string>
  >();
  expectTypeOf(
    windows.apply(function* (_key, _context, all) {
      for (const { price } of all) yield price;
    }),
  ).toEqualTypeOf<DataStream<number>>();
  class Count extends ProcessWindowFunction<Trade, number, string, TimeWindow> {
    process(_key: string, context: WindowContext<TimeWindow>, all: readonly Trade[]) {
      expectTypeOf(context.windowState().getState(new ValueStateDescriptor('n', 0))).toEqualTypeOf<
        ValueState<number>
      >();
      return [all.length];
    }
  }
  expectTypeOf(windows.process(new Count())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(windows.process(() => new Count())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(windows.sum('price')).toEqualTypeOf<DataStream<Trade>>();
  expectTypeOf(windows.min(({ price }) => price)).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(windows.maxBy(({ symbol }) => symbol)).toEqualTypeOf<DataStream<Trade>>();
  expectTypeOf(windows.allowedLateness('1 s').sideOutputLateData(new OutputTag<Trade>('late'))).toEqualTypeOf<
    WindowedStream<Trade, string, TimeWindow>
  >();
});

test('windows over a whole stream know their records', () => {
  expectTypeOf(trades.windowAll(second)).toEqualTypeOf<AllWindowedStream<Trade, TimeWindow>>();
  expectTypeOf(trades.countWindowAll(2)).toEqualTypeOf<AllWindowedStream<Trade, GlobalWindow>>();
  expectTypeOf(
    trades.windowAll(second).process(({ window }, all) => [all.length + window.start]),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.windowAll(second).sum(({ price }) => price)).toEqualTypeOf<DataStream<number>>();
});

test('assigners, triggers and evictors take the type of the records', () => {
  const dynamic = EventTimeSessionWindows.withDynamicGap<Trade>(({ price }) => price);
  expectTypeOf(trades.keyBy('symbol').window(dynamic)).toEqualTypeOf<
    WindowedStream<Trade, string, TimeWindow>
  >();
  const delta = DeltaTrigger.of<Trade>(1, (before, after) => after.price - before.price);
  const global = trades.keyBy('symbol').window(GlobalWindows.create());
  expectTypeOf(global.trigger(delta)).toEqualTypeOf<WindowedStream<Trade, string, GlobalWindow>>();
  expectTypeOf(global.trigger(PurgingTrigger.of(CountTrigger.of(3)))).toEqualTypeOf<
    WindowedStream<Trade, string, GlobalWindow>
  >();
  class Hour extends TimeWindow {
    readonly number = Math.floor(this.start / 3_600_000);
  }
  class Hours extends WindowAssigner<Trade, Hour> {
    assignWindows(_trade: Trade, time: number) {
      return [new Hour(time - (time % 3_600_000), time - (time % 3_600_000) + 3_600_000)];
    }
    // Its type says Window, of which every class of windows is one.
    getDefaultTrigger() {
      return EventTimeTrigger.create();
    }
    isEventTime() {
      return true;
    }
  }
  expectTypeOf(trades.keyBy('symbol').window(new Hours())).toEqualTypeOf<
    WindowedStream<Trade, string, Hour>
  >();
  expectTypeOf(trades.windowAll(new Hours())).toEqualTypeOf<AllWindowedStream<Trade, Hour>>();
  const refused = () => {
    // @ts-expect-error a trigger for other records
    quotes.keyBy('symbol').window(GlobalWindows.create()).trigger(delta);
    // @ts-expect-error an assigner for other records
    quotes.keyBy('symbol').window(dynamic);
    // @ts-expect-error late records are of the stream's type
    windows.sideOutputLateData(new OutputTag<Quote>('late'));
    // @ts-expect-error no such field
    windows.sum('volume');
    // @ts-expect-error not a number
    windows.sum('symbol');
    // @ts-expect-error a string would be emitted by its characters
    windows.process((key) => key);
    // @ts-expect-error a window is not a number
    windows.allowedLateness(second);
    // @ts-expect-error a reduction returns a record
    windows.reduce((a, b) => a.price + b.price);
  };
  expect(refused).toBeTypeOf('function');
});

test('connected streams and joins know both sides', () => {
  expectTypeOf(trades.connect(quotes)).toEqualTypeOf<ConnectedStreams<Trade, Quote>>();
  expectTypeOf(
    trades.connect(quotes).map(
      ({ price }) => price,
      ({ symbol }) => symbol,
    ),
  ).toEqualTypeOf<DataStream<number | string>>();
  expectTypeOf(
    trades
      .join(quotes)
      .where('symbol')
      .equalTo('symbol')
      .window(second)
      .apply((trade, quote) => trade.price - quote.bid),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    trades
      .coGroup(quotes)
      .where('symbol')
      .equalTo('symbol')
      .window(second)
      .apply((left, right) => [left.length + right.length]),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    trades
      .keyBy('symbol')
      .intervalJoin(quotes.keyBy('symbol'))
      .between('-1 s', '1 s')
      .process((trade, quote) => [{ ...trade, ...quote }]),
  ).toEqualTypeOf<DataStream<{ bid: number; symbol: string; price: number }>>();
  const refused = () => {
    // @ts-expect-error other keys
    trades.join(quotes).where('symbol').equalTo('bid');
    // @ts-expect-error other keys
    trades.keyBy('symbol').intervalJoin(quotes.keyBy('bid'));
    // @ts-expect-error no such field
    trades.join(quotes).where('bid');
  };
  expect(refused).toBeTypeOf('function');
});

test('states have the type of their descriptors', () => {
  const states = (context: RuntimeContext) => {
    expectTypeOf(context.getState(new ValueStateDescriptor<number>('a'))).toEqualTypeOf<
      ValueState<number | undefined>
    >();
    expectTypeOf(context.getState(new ValueStateDescriptor('a', 0))).toEqualTypeOf<ValueState<number>>();
    expectTypeOf(context.getListState(new ListStateDescriptor<Trade>('b'))).toEqualTypeOf<ListState<Trade>>();
    expectTypeOf(context.getMapState(new MapStateDescriptor<string, Trade>('c'))).toEqualTypeOf<
      MapState<string, Trade>
    >();
    expectTypeOf(
      context.getReducingState(new ReducingStateDescriptor<number>('d', (a, b) => a + b)),
    ).toEqualTypeOf<ReducingState<number>>();
    const mean = new AggregatingStateDescriptor<Trade, { sum: number; n: number }, number>('e', {
      createAccumulator: () => ({ sum: 0, n: 0 }),
      add: ({ price }, { sum, n }) => ({ sum: sum + price, n: n + 1 }),
      getResult: ({ sum, n }) => sum / n,
    });
    expectTypeOf(context.getAggregatingState(mean)).toEqualTypeOf<AggregatingState<Trade, number>>();
    // @ts-expect-error a list is no value
    context.getState(new ListStateDescriptor<number>('f'));
    // @ts-expect-error the state holds numbers
    context.getState(new ValueStateDescriptor('g', 0)).update('1');
  };
  expect(states).toBeTypeOf('function');
});

test('side outputs take values of their tags', () => {
  class Split extends ProcessFunction<Trade, number> {
    processElement({ price }: Trade, context: Context, out: Collector<number>) {
      context.output(new OutputTag<number>('n'), price);
      // @ts-expect-error the tag is of numbers
      context.output(new OutputTag<number>('n'), 'one');
      // @ts-expect-error results are numbers
      out.collect('one');
    }
  }
  expectTypeOf(trades.process(new Split())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.process(() => new Split()).getSideOutput(new OutputTag<Quote>('q'))).toEqualTypeOf<
    DataStream<Quote>
  >();
  const refused = () => {
    // @ts-expect-error a function for other records
    quotes.process(new Split());
  };
  expect(refused).toBeTypeOf('function');
});

test('what leaves a stream has its type', () => {
  const leave = async () => {
    expectTypeOf(await trades.executeAndCollect({ limit: 1 })).toEqualTypeOf<Trade[]>();
    expectTypeOf((await env.execute('job')).metrics()).toEqualTypeOf<readonly OperatorMetrics[]>();
    expectTypeOf(trades.show()).toEqualTypeOf<View<Trade>>();
    const byPrice = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner(
      (trade: Trade) => trade.price,
    );
    expectTypeOf(trades.assignTimestampsAndWatermarks(byPrice)).toEqualTypeOf<DataStream<Trade>>();
    // @ts-expect-error a strategy for other records
    quotes.assignTimestampsAndWatermarks(byPrice);
    // @ts-expect-error a map makes one record of each
    trades.map<number>(({ symbol }) => symbol);
    // @ts-expect-error a filter says yes or no
    trades.filter(({ symbol }) => symbol);
  };
  expect(leave).toBeTypeOf('function');
});

test('a job under test has the types of its steps and its build', async () => {
  const one = await testJob([element({ key: 'k', value: 1 }, 5), watermark(9)], (input) => {
    expectTypeOf(input).toEqualTypeOf<DataStream<{ key: string; value: number }>>();
    return input.keyBy('key').sum('value');
  });
  expectTypeOf(one.records).toEqualTypeOf<readonly TestRecord<{ key: string; value: number }>[]>();
  expectTypeOf(one.sideOutput(new OutputTag<Quote>('q'))).toEqualTypeOf<readonly TestRecord<Quote>[]>();
  const two = await testJob(
    [on('left', element(1, 1)), on('right', watermark(1))],
    ({ left, right }) => {
      expectTypeOf(left).toEqualTypeOf<DataStream<number>>();
      return left.union(right);
    },
    { inputs: ['left', 'right'] },
  );
  expectTypeOf(two.records).toEqualTypeOf<readonly TestRecord<number>[]>();
  const harness = operatorHarness((input: DataStream<number>) => input.map((n) => `${n}`));
  harness.processElement(1);
  expectTypeOf(harness.records).toEqualTypeOf<TestRecord<string>[]>();
  const refused = () => {
    // @ts-expect-error there is no such input
    void testJob([on('left', element(1))], ({ up }) => up, { inputs: ['left'] });
    // @ts-expect-error the input is of numbers
    harness.processElement('1');
  };
  expect(refused).toBeTypeOf('function');
});
