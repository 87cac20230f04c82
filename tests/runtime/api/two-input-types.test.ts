import { expect, expectTypeOf, test } from 'vitest';
import {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  MapStateDescriptor,
  ProcessJoinFunction,
  RichCoMapFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  type BroadcastConnectedStream,
  type BroadcastState,
  type Collector,
  type ConnectedStreams,
  type DataStream,
  type KeyedBroadcastConnectedStream,
  type KeyedBroadcastContext,
  type KeyedConnectedStreams,
  type KeyedContext,
  type KeyedReadOnlyContext,
  type ReadOnlyBroadcastState,
} from 'tidemark';

interface Order {
  readonly id: number;
  readonly customer: string;
}
interface Payment {
  readonly order: number;
  readonly by: string;
  readonly amount: number;
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const orders = env.fromData<Order>({ id: 1, customer: 'ann' });
const payments = env.fromData<Payment>({ order: 1, by: 'ann', amount: 5 });
const byId = orders.keyBy('id');
const byOrder = payments.keyBy('order');
const RULES = new MapStateDescriptor<string, number>('rules');
const windowed = orders.join(payments).where('id').equalTo('order').window(TumblingEventTimeWindows.of(5));

test('connected streams know both types, and the key', () => {
  expectTypeOf(orders.connect(payments)).toEqualTypeOf<ConnectedStreams<Order, Payment>>();
  expectTypeOf(byId.connect(byOrder)).toEqualTypeOf<KeyedConnectedStreams<Order, Payment, number>>();
  expectTypeOf(byId.connect(payments)).toEqualTypeOf<ConnectedStreams<Order, Payment>>();
  expectTypeOf(orders.connect(payments).keyBy('id', 'order')).toEqualTypeOf<
    KeyedConnectedStreams<Order, Payment, number>
  >();
  expectTypeOf(
    orders.connect(payments).keyBy(
      ({ customer }) => customer,
      ({ by }) => by,
    ),
  ).toEqualTypeOf<KeyedConnectedStreams<Order, Payment, string>>();
  // @ts-expect-error The keys are of two types.
  orders.connect(payments).keyBy('id', 'by');
  const byText = (payment: Payment) => payment.by;
  // @ts-expect-error The keys are of two types.
  orders.connect(payments).keyBy((order: Order) => order.id, byText);
});

test('functions on connected streams give the results their types', () => {
  const connected = orders.connect(payments);
  expectTypeOf(
    connected.map(
      ({ id }) => id,
      ({ order }) => order,
    ),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    connected.map(
      ({ id }) => id,
      ({ by }) => by,
    ),
  ).toEqualTypeOf<DataStream<string | number>>();
  expectTypeOf(
    connected.flatMap(
      ({ id }) => [id],
      () => {},
    ),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    connected.flatMap(
      ({ id }) => [id],
      ({ by }, out: Collector<string>) => out.collect(by),
    ),
  ).toEqualTypeOf<DataStream<string | number>>();
  class Named extends RichCoMapFunction<Order, Payment, string> {
    map1 = ({ customer }: Order) => customer;
    map2 = ({ by }: Payment) => by;
  }
  expectTypeOf(connected.map(new Named())).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(connected.map(() => new Named())).toEqualTypeOf<DataStream<string>>();
  // @ts-expect-error The streams the other way round.
  expect(() => payments.connect(orders).map(new Named())).not.toThrow();
});

test('process functions fit their keys', () => {
  class ById extends KeyedCoProcessFunction<number, Order, Payment, string> {
    processElement1(_order: Order, context: KeyedContext<number>) {
      return [String(context.getCurrentKey())];
    }
    processElement2() {}
  }
  expectTypeOf(byId.connect(byOrder).process(() => new ById())).toEqualTypeOf<DataStream<string>>();
  // @ts-expect-error Without keys there is no KeyedCoProcessFunction.
  orders.connect(payments).process(() => new ById());
});

test('broadcast state is read-only on one side', () => {
  const rules = payments.broadcast(RULES);
  expectTypeOf(orders.connect(rules)).toEqualTypeOf<BroadcastConnectedStream<Order, Payment>>();
  expectTypeOf(byId.connect(rules)).toEqualTypeOf<KeyedBroadcastConnectedStream<Order, Payment, number>>();
  class Keyed extends KeyedBroadcastProcessFunction<number, Order, Payment, boolean> {
    processElement(_order: Order, context: KeyedReadOnlyContext<number>) {
      expectTypeOf(context.getBroadcastState(RULES)).toEqualTypeOf<ReadOnlyBroadcastState<string, number>>();
      expectTypeOf(context.getCurrentKey()).toEqualTypeOf<number>();
      return [true];
    }
    processBroadcastElement(_payment: Payment, context: KeyedBroadcastContext<number>) {
      expectTypeOf(context.getBroadcastState(RULES)).toEqualTypeOf<BroadcastState<string, number>>();
      context.applyToKeyedState(new ValueStateDescriptor('n', 0), (key, state) => {
        expectTypeOf(key).toEqualTypeOf<number>();
        expectTypeOf(state.value()).toEqualTypeOf<number>();
      });
    }
  }
  expectTypeOf(byId.connect(rules).process(() => new Keyed())).toEqualTypeOf<DataStream<boolean>>();
  class Plain extends BroadcastProcessFunction<Order, Payment, string> {
    processElement = ({ customer }: Order) => [customer];
    processBroadcastElement() {}
  }
  expectTypeOf(orders.connect(rules).process(() => new Plain())).toEqualTypeOf<DataStream<string>>();
  // @ts-expect-error Without keys there is no KeyedBroadcastProcessFunction.
  orders.connect(rules).process(() => new Keyed());
});

test('window joins infer their results', () => {
  expectTypeOf(windowed.apply(({ customer }, { amount }) => `${customer}${amount}`)).toEqualTypeOf<
    DataStream<string>
  >();
  expectTypeOf(windowed.apply((order, { amount }) => [order.id, amount] as const)).toEqualTypeOf<
    DataStream<readonly [number, number]>
  >();
  expectTypeOf(
    windowed.apply((order, payment, out: Collector<number>) => {
      out.collect(order.id + payment.amount);
    }),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    windowed.apply<number>((order, payment, out) => {
      out.collect(order.id + payment.amount);
    }),
  ).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    windowed.apply(function* (order, payment) {
      yield order.customer;
      yield payment.by;
    }),
  ).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(
    orders
      .coGroup(payments)
      .where(({ customer }) => customer)
      .equalTo('by')
      .window(TumblingEventTimeWindows.of(5))
      .apply((lefts, rights) => [
        { orders: lefts.length, paid: rights.reduce((sum, { amount }) => sum + amount, 0) },
      ]),
  ).toEqualTypeOf<DataStream<{ orders: number; paid: number }>>();
  // @ts-expect-error The keys are of two types.
  orders.join(payments).where('id').equalTo('by');
});

test('interval joins infer their results', () => {
  const join = byId.intervalJoin(byOrder).between('-5 s', '5 s');
  expectTypeOf(join.process(({ id }, { amount }) => [id * amount])).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(
    join.process((left, right, context, out: Collector<string>) => {
      out.collect(`${left.customer}${right.by}${context.getTimestamp()}`);
    }),
  ).toEqualTypeOf<DataStream<string>>();
  class Pair extends ProcessJoinFunction<Order, Payment, number> {
    processElement(left: Order, right: Payment) {
      return [left.id, right.amount];
    }
  }
  expectTypeOf(join.process(new Pair())).toEqualTypeOf<DataStream<number>>();
  expectTypeOf(join.process(() => new Pair())).toEqualTypeOf<DataStream<number>>();
  // @ts-expect-error The keys are of two types.
  byId.intervalJoin(payments.keyBy('by'));
});
