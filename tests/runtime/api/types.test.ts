import { expect, expectTypeOf, test } from 'vitest';
import {
  KeyedProcessFunction,
  OutputTag,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  withWindow,
  collectionSource,
  type Collector,
  type DataStream,
  type KeyedContext,
  type KeyedStream,
  type TimeWindow,
  type ValueState,
  type WindowResult,
} from 'tidemark';

interface Trade {
  readonly symbol: string;
  readonly price: number;
  readonly venue?: string;
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const trades = env.fromData<Trade>({ symbol: 'A', price: 1 });
const words = env.fromData('a', 'b');
const pairs = env.fromData<[string, number]>(['a', 1]);
const byWord = new (class extends KeyedProcessFunction<string, string, number> {
  processElement(_word: string, context: KeyedContext<string>) {
    return [context.getCurrentKey().length];
  }
})();
const windows = trades.keyBy('symbol').window(TumblingEventTimeWindows.of('1 s'));

test('element types follow from what functions return', () => {
  expectTypeOf(env.fromData(1, 2)).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.map(({ price }) => price)).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.filter(({ price }) => price > 0)).toEqualTypeOf<DataStream<Trade>>();
  const mixed = env.fromData<string | number>('a', 1);
  expectTypeOf(mixed.filter((value) => typeof value === 'string')).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(words.flatMap((word) => [word.length])).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    words.flatMap(function* (word) {
      yield word.length;
    }),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(words.flatMap((word, out: Collector<number>) => out.collect(word.length))).toEqualTypeOf<
    DataStream<number>
  >();
  expectTypeOf(words.flatMap<number>((word, out) => out.collect(word.length))).toEqualTypeOf<
    DataStream<number>
  >();
  expectTypeOf(words.getSideOutput(new OutputTag<boolean>('b'))).toEqualTypeOf<DataStream<boolean>>();
});

test('keys have the type of the field, or of what the function returns', () => {
  expectTypeOf(trades.keyBy('symbol')).toEqualTypeOf<KeyedStream<Trade, string>>();
  expectTypeOf(trades.keyBy(({ price }) => Math.round(price))).toEqualTypeOf<KeyedStream<Trade, number>>();
  expectTypeOf(trades.keyBy(({ symbol, price }) => ({ symbol, price }))).toEqualTypeOf<
    KeyedStream<Trade, { symbol: string; price: number }>
  >();
});

test('aggregations know their fields and their results', () => {
  expectTypeOf(trades.keyBy('symbol').sum('price')).toEqualTypeOf<DataStream<Trade>>();
  expectTypeOf(trades.keyBy('symbol').sum(({ price }) => price)).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(pairs.keyBy(([word]) => word).sum(1)).toEqualTypeOf<DataStream<[string, number]>>();
  expectTypeOf(
    env
      .fromData(1)
      .keyBy((n) => n % 2)
      .sum(0),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(windows.maxBy('price')).toEqualTypeOf<DataStream<Trade>>();
  const count = {
    createAccumulator: () => 0,
    add: (_trade: Trade, n: number) => n + 1,
    getResult: (n: number) => n,
  };
  expectTypeOf(windows.aggregate(count)).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(windows.aggregate(withWindow(count))).toEqualTypeOf<
    DataStream<WindowResult<string, number>>
  >();
  expectTypeOf(
    windows.aggregate(count, (key, { window }, [n]) => [{ key, end: window.end, n }]),
  ).toEqualTypeOf<DataStream<{ key: string; end: number; n: number | undefined }>>();
  expectTypeOf(
    windows.process((key, context, elements, out: Collector<string>) => {
      expectTypeOf(key).toEqualTypeOf<string>();
      expectTypeOf(context.window).toEqualTypeOf<TimeWindow>();
      expectTypeOf(elements).toEqualTypeOf<readonly Trade[]>();
      out.collect(key);
    }),
  ).toEqualTypeOf<DataStream<string>>();
});

test('process functions take keys, records and results from their class', () => {
  class Count extends KeyedProcessFunction<string, Trade, number> {
    #count!: ValueState<number>;
    override open() {
      this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', 0));
    }
    processElement(_trade: Trade, context: KeyedContext<string>, out: Collector<number>) {
      expectTypeOf(context.getCurrentKey()).toEqualTypeOf<string>();
      this.#count.update(this.#count.value() + 1);
      out.collect(this.#count.value());
    }
  }
  expectTypeOf(trades.keyBy('symbol').process(new Count())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(trades.keyBy('symbol').process(() => new Count())).toEqualTypeOf<DataStream<number>>();
  const bare = new ValueStateDescriptor<number>('n');
  expectTypeOf(bare.defaultValue).toEqualTypeOf<number | undefined>();
});

test('watermark strategies take the type of their records', () => {
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Trade>('5 s').withTimestampAssigner(
    ({ price }) => price,
  );
  expectTypeOf(env.fromSource(collectionSource<Trade>([]), strategy, 'trades')).toEqualTypeOf<
    DataStream<Trade>
  >();
  expectTypeOf(env.fromSource(collectionSource<Trade>([]))).toEqualTypeOf<DataStream<Trade>>();
});

test('what cannot be meant does not compile', () => {
  const refused = () => {
    // @ts-expect-error a string would be emitted by its characters
    words.flatMap((word) => word);
    // @ts-expect-error no such field
    trades.keyBy('price2');
    // @ts-expect-error the field may be missing
    trades.keyBy('venue');
    // @ts-expect-error there is no key
    trades.keyBy(() => undefined);
    // @ts-expect-error not a number
    trades.keyBy('symbol').sum('symbol');
    // @ts-expect-error the first argument is a number, and has no length
    env.fromData(1).map((n) => n.length);
    // @ts-expect-error other records
    words.union(trades);
    // @ts-expect-error other keys
    words.keyBy((word) => word.length).process(byWord);
    // @ts-expect-error no keys
    words.process(byWord);
  };
  expect(refused).toBeTypeOf('function');
});
