import { expectTypeOf, test } from 'vitest';
import {
  CEP,
  Pattern,
  StreamExecutionEnvironment,
  type DataStream,
  type Events,
  type MatchOf,
} from 'tidemark';

interface Trade {
  readonly symbol: string;
  readonly price: number;
}
type Heat = { readonly kind: 'heat'; readonly degrees: number };
type Reading = Heat | { readonly kind: 'door' };

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const trades: DataStream<Trade> = env.fromData<Trade>({ symbol: 'a', price: 1 });
const readings: DataStream<Reading> = env.fromData<Reading>({ kind: 'door' });

test('a match has the names of the parts', () => {
  const pattern = Pattern.begin('low')
    .where((trade: Trade) => trade.price < 1)
    .notNext('gap')
    .followedBy('high')
    .where((trade) => trade.price > 2)
    .oneOrMore()
    .followedByAny('end')
    .optional();
  CEP.pattern(trades, pattern).select((match) => {
    expectTypeOf(match).toEqualTypeOf<{
      readonly low: Events<Trade>;
      readonly high: Events<Trade>;
      readonly end?: Events<Trade>;
    }>();
    return match.low[0].price;
  });
  expectTypeOf<MatchOf<typeof pattern>>().toHaveProperty('high');
});

test('the type of events may be said first; then the first name is left open', () => {
  const pattern = Pattern.begin<Trade>('low').next('high');
  const prices = CEP.pattern(trades, pattern).select(({ high, low }) => {
    expectTypeOf(high).toEqualTypeOf<Events<Trade>>();
    return [low?.[0].price, high[0].price];
  });
  expectTypeOf(prices).toEqualTypeOf<DataStream<(number | undefined)[]>>();
});

test('both may be said', () => {
  const pattern = Pattern.begin<Trade, 'low'>('low').times(0, 3).next('high');
  CEP.pattern(trades.keyBy('symbol'), pattern).select((match) => {
    expectTypeOf(match).toEqualTypeOf<{ readonly low?: Events<Trade>; readonly high: Events<Trade> }>();
    return 0;
  });
});

test('what is not said follows from the stream', () => {
  CEP.pattern(trades, Pattern.begin('one').next('two')).select((match) => {
    expectTypeOf(match).toEqualTypeOf<{ readonly one: Events<Trade>; readonly two: Events<Trade> }>();
    return 0;
  });
});

test('a guard narrows a part', () => {
  const pattern = Pattern.begin<Reading, 'hot'>('hot')
    .where((reading): reading is Heat => reading.kind === 'heat')
    .where(({ degrees }) => degrees > 30)
    .next('any');
  CEP.pattern(readings, pattern).select(({ hot, any }) => {
    expectTypeOf(hot[0]).toEqualTypeOf<Heat>();
    expectTypeOf(any[0]).toEqualTypeOf<Reading>();
    return 0;
  });
});

test('a group brings its names along', () => {
  const pair = Pattern.begin<Trade, 'a'>('a').next('b');
  const pattern = Pattern.begin<Trade, 'start'>('start').followedBy(pair).optional();
  CEP.pattern(trades, pattern).select((match) => {
    expectTypeOf(match).toEqualTypeOf<{
      readonly start: Events<Trade>;
      readonly a?: Events<Trade>;
      readonly b?: Events<Trade>;
    }>();
    return 0;
  });
});

test('a condition sees the names so far', () => {
  Pattern.begin<Trade, 'low'>('low')
    .next('high')
    .where((trade, context) => {
      const lows = context.getEventsForPattern('low');
      expectTypeOf(lows).toEqualTypeOf<readonly Trade[]>();
      return lows.every(({ price }) => price < trade.price);
    });
});

test('a pattern of other events does not fit a stream', () => {
  // @ts-expect-error a pattern of readings, a stream of trades
  CEP.pattern(trades, Pattern.begin<Reading>('a'));
});
