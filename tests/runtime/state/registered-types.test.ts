import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  EventTimeSessionWindows,
  GlobalWindows,
  CountTrigger,
  CEP,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  Pattern,
  registerType,
  savepoint,
  StateTtlConfig,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type DataStream,
  type JobClient,
  type KeyedContext,
  type ListState,
  type MapState,
  type TidemarkError,
  type ValueState,
} from 'tidemark';
import { element, testJob } from 'tidemark/testing';
import { decode, encode } from '../../../runtime/src/checkpoint/codec.ts';
import { copyValue } from '../../../runtime/src/state/copy-value.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';

class Money {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
  plus(other: Money): Money {
    return new Money(this.#cents + other.#cents);
  }
}
registerType(Money, { encode: ({ cents }) => cents, decode: (cents) => new Money(cents) });

class Order {
  id = 0;
  price = new Money(0n);
  label(): string {
    return `#${this.id}: ${this.price.cents}`;
  }
}
registerType(Order);

/** Of no registered class. */
class Stranger {
  at = 1;
}

function order(id: number, cents: bigint): Order {
  return Object.assign(new Order(), { id, price: new Money(cents) });
}

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

describe('what is written of instances', () => {
  test('brings each back where it was, once, with its methods, in anything that holds others', () => {
    const shared = order(3, 300n);
    const value = {
      list: [shared, , shared],
      map: new Map<unknown, unknown>([[new Money(1n), new Set([order(4, 4n)])]]),
      deep: { ['__proto__x']: [{ of: shared }] },
      plain: { instances: [[{}, 'Order', { id: 9 }]] },
    };
    const back = decode(encode(value)) as typeof value;
    expect(back).toEqual(value);
    expect(back.list[0]!.label()).toBe('#3: 300');
    expect([back.list[2], back.deep.__proto__x[0]!.of]).toEqual([back.list[0], back.list[0]]);
    expect(back.list[2]).toBe(back.list[0]);
    expect(1 in back.list).toBe(false);
    expect([...back.map.keys()]).toEqual([new Money(1n)]);
    // It was not touched.
    expect(value.list[0]).toBe(shared);
  });

  test('executes nothing from the file, and names a class that nobody has registered', () => {
    class Passing {}
    registerType(Passing, { name: 'passing' });
    const bytes = encode([new Passing()]);
    const text = Buffer.from(bytes).toString('latin1');
    const other = encode([new Passing()]);
    // A name of the same length that is none, with the checksum that belongs to it.
    Buffer.from('PASSING').copy(other, text.indexOf('passing'));
    new DataView(other.buffer).setUint32(4, crc32(other.subarray(8)), true);
    expect(() => decode(other)).toThrow(
      expect.objectContaining({ code: 'type-not-registered', details: { name: 'PASSING' } }),
    );
    expect(text).not.toContain('class');
    class Passenger {
      seat = 1;
    }
    registerType(Passenger, { name: 'passing' });
    // As a cell that runs again replaces its class.
    expect((decode(bytes) as unknown[])[0]).toBeInstanceOf(Passenger);
  });

  test('is an error if an instance holds itself, or is written as what cannot be', () => {
    class Ring {
      next: Ring | undefined;
    }
    registerType(Ring);
    const ring = new Ring();
    ring.next = ring;
    expect(() => encode({ ring })).toThrow(/holds itself/);
    class Bad {}
    registerType(Bad, { encode: () => () => 1, decode: () => new Bad() });
    expect(() => encode([new Bad()], 'state')).toThrow(/state \(Bad\) cannot be part of a snapshot/);
  });

  test('is copied for a cut that is being written', () => {
    const before = { orders: [order(1, 5n)] };
    const copy = copyValue(before) as typeof before;
    before.orders[0]!.id = 2;
    expect(copy.orders[0]).toEqual(order(1, 5n));
    expect(copy.orders[0]!.label()).toBe('#1: 5');
  });
});

test('a class with private fields needs a codec, and a codec both halves', () => {
  class Hidden {
    #secret = 1;
    get secret() {
      return this.#secret;
    }
  }
  class Below extends Hidden {}
  expect(() => registerType(Hidden)).toThrow(expect.objectContaining({ code: 'type-needs-codec' }));
  expect(() => registerType(Below)).toThrow(expect.objectContaining({ code: 'type-needs-codec' }));
  expect(() => registerType(Hidden, { encode: () => 1 })).toThrow(
    expect.objectContaining({ code: 'bad-argument' }),
  );
  expect(() => registerType(class {})).toThrow(expect.objectContaining({ code: 'bad-argument' }));
});

/** Adds orders up in state of every kind. */
class Spending extends KeyedProcessFunction<number, number, string> {
  #sum!: ValueState<Money>;
  #orders!: ListState<Order>;
  #byId!: MapState<number, { readonly order: Order }>;
  override open() {
    const context = this.getRuntimeContext();
    this.#sum = context.getState(new ValueStateDescriptor('sum', new Money(0n)));
    this.#orders = context.getListState(
      new ListStateDescriptor<Order>('orders').enableTimeToLive(new StateTtlConfig('1 h')),
    );
    this.#byId = context.getMapState(new MapStateDescriptor('by-id'));
  }
  *processElement(n: number) {
    this.#sum.update(this.#sum.value().plus(new Money(BigInt(n))));
    this.#orders.add(order(n, 1n));
    this.#byId.put(n, { order: order(n, 2n) });
    const orders = this.#orders.get().map((one) => one.label());
    const byId = [...this.#byId.values()].map((one) => one.order.label());
    yield `${this.#sum.value().cents} ${orders.join(' ')} ${byId.join(' ')}`;
  }
}

describe('state with instances', () => {
  test('is the same after a snapshot at any step', async () => {
    const run = (snapshotEveryStep: boolean) =>
      testJob(
        [element(1), element(2), element(4)],
        (input: DataStream<number>) => input.keyBy((n) => n % 2).process(() => new Spending()),
        { snapshotEveryStep },
      );
    const plain = await run(false);
    expect(plain.records.at(-1)!.value).toBe('6 #2: 1 #4: 1 #2: 2 #4: 2');
    expect((await run(true)).records).toEqual(plain.records);
  });

  test('is in a savepoint, which reads as instances', async () => {
    const source = new PushedSource();
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env
      .fromSource(source)
      .keyBy((n) => n % 2)
      .process(() => new Spending())
      .uid('spending')
      .print();
    const job = await env.execute();
    await source.push(1, 2, 4);
    const saved = savepoint(await job.stopWithSavepoint(folder.path('sp')));
    const sums = saved.readKeyedState<number, Money>('spending', 'sum');
    expect(sums.map(({ key, value }) => [key, value.cents])).toEqual([
      [1, 1n],
      [0, 6n],
    ]);
  });

  test('goes on after a crash of a session, when the cell that registers its class has run', async () => {
    const source = new PushedSource();
    const path = folder.path('n.sqlite');
    let readable = true;
    const cell = (notebook: Notebook) =>
      notebook.cell('a', (env) => {
        class Total {
          sum = 0;
          add(n: number) {
            this.sum += n;
            return this;
          }
        }
        registerType(Total, {
          name: 'total',
          encode: ({ sum }) => sum,
          decode: (sum: number) => {
            if (!readable) throw new Error('nobody has registered it');
            return Object.assign(new Total(), { sum });
          },
        });
        class Adding extends KeyedProcessFunction<number, number, number> {
          total!: ValueState<Total | undefined>;
          override open() {
            this.total = this.getRuntimeContext().getState(new ValueStateDescriptor<Total>('total'));
          }
          *processElement(n: number) {
            const total = (this.total.value() ?? new Total()).add(n);
            this.total.update(total);
            yield total.sum;
          }
        }
        env
          .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
          .keyBy(() => 0)
          .process(() => new Adding())
          .show();
      });
    const first = await Notebook.open(path);
    cell(first);
    await source.push(1, 2);
    await first.session.beginCut({ label: 'x' })!.durable;
    await first.crash();
    const second = await Notebook.open(path, true);
    // Until then it waits, also in the snapshots that are taken meanwhile.
    readable = false;
    cell(second);
    expect(second.warnings).toEqual([
      expect.stringContaining('waits in its snapshot. nobody has registered it'),
    ]);
    expect(second.session.waiting()).toHaveLength(1);
    await second.session.beginCut({ label: 'x' })!.durable;
    readable = true;
    expect(cell(second).resumed).toHaveLength(1);
    await source.push(3);
    await second.view('a/0').until(({ values }) => values.length === 3);
    expect(second.view('a/0').values).toEqual([1, 3, 6]);
    await second.crash();
  });
});

describe('an instance of no registered class is an error at the first update that names operator, state and key', () => {
  const times = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);
  async function failure(
    build: (numbers: DataStream<number>) => DataStream<unknown>,
  ): Promise<TidemarkError> {
    const source = new PushedSource();
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env.fromSource(source, times, 'numbers'))
      .uid('spending')
      .name('Spending')
      .print();
    const job: JobClient = await env.execute();
    // No snapshot is taken at all.
    await source.push(7);
    return (await job.finished().catch((error: unknown) => error)) as TidemarkError;
  }

  class Holding extends KeyedProcessFunction<number, number, string> {
    readonly #put: (fn: Holding, n: number) => void;
    constructor(put: (fn: Holding, n: number) => void) {
      super();
      this.#put = put;
    }
    override processElement(n: number, _: KeyedContext<number>) {
      this.#put(this, n);
    }
  }
  const holding = (put: (fn: Holding, n: number) => void) => (numbers: DataStream<number>) =>
    numbers.keyBy((n) => n).process(() => new Holding(put));
  const value = (what: unknown) =>
    holding((fn) => fn.getRuntimeContext().getState(new ValueStateDescriptor<unknown>('seen')).update(what));

  test.each([
    ['an instance', value(new Stranger()), 'seen', 'value', 'Stranger'],
    [
      'one within others',
      value({ a: [new Map([['k', new Stranger()]])] }),
      'seen',
      'value.a[0].k',
      'Stranger',
    ],
    ['a function', value(() => 1), 'seen', 'value', 'function'],
    ['a symbol', value(Symbol('s')), 'seen', 'value', 'symbol'],
    ['a promise', value({ at: Promise.resolve() }), 'seen', 'value.at', 'Promise'],
    ['a WeakMap', value(new WeakMap()), 'seen', 'value', 'WeakMap'],
    [
      'in a list',
      holding((fn) =>
        fn.getRuntimeContext().getListState(new ListStateDescriptor<unknown>('all')).add(new Stranger()),
      ),
      'all',
      'value',
      'Stranger',
    ],
    [
      'in a map',
      holding((fn) =>
        fn
          .getRuntimeContext()
          .getMapState(new MapStateDescriptor<number, unknown>('by'))
          .put(1, new Stranger()),
      ),
      'by',
      'value',
      'Stranger',
    ],
    [
      'in one that expires',
      holding((fn) =>
        fn
          .getRuntimeContext()
          .getState(new ValueStateDescriptor<unknown>('late').enableTimeToLive(new StateTtlConfig('1 h')))
          .update(new Stranger()),
      ),
      'late',
      'value',
      'Stranger',
    ],
    [
      'as the accumulator of a window',
      (numbers: DataStream<number>) =>
        numbers
          .keyBy((n) => n)
          .window(TumblingEventTimeWindows.of(10))
          .aggregate({ createAccumulator: () => new Stranger(), add: (_, s) => s, getResult: (s) => s.at }),
      'window-contents',
      'value',
      'Stranger',
    ],
    [
      'as the accumulator of a session',
      (numbers: DataStream<number>) =>
        numbers
          .keyBy((n) => n)
          .window(EventTimeSessionWindows.withGap(10))
          .aggregate({
            createAccumulator: () => new Stranger(),
            add: (_, s) => s,
            getResult: (s) => s.at,
            merge: (s) => s,
          }),
      'window-contents',
      'value',
      'Stranger',
    ],
    [
      'as a record that a window holds',
      (numbers: DataStream<number>) =>
        numbers
          .map((n) => Object.assign(new Stranger(), { at: n }))
          .keyBy(({ at }) => at)
          .window(GlobalWindows.create())
          .trigger(CountTrigger.of(3))
          .apply((_key, _window, all) => [[...all].length]),
      'window-contents',
      'value',
      'Stranger',
    ],
    [
      'as an event that waits for a pattern',
      (numbers: DataStream<number>) =>
        CEP.pattern(
          numbers.map((n) => Object.assign(new Stranger(), { at: n })).keyBy(({ at }) => at),
          Pattern.begin<Stranger>('a'),
        ).select(() => 1),
      'pattern',
      'value',
      'Stranger',
    ],
  ] as const)('%s', async (_, build, state, path, what) => {
    const error = await failure(build as (numbers: DataStream<number>) => DataStream<unknown>);
    expect(error).toMatchObject({
      code: 'operator-failed',
      details: { operator: 'Spending', uid: 'spending' },
    });
    expect(error.cause).toMatchObject({ code: 'not-storable', details: { state, key: '7', path } });
    expect(error.message).toContain("Spending (uid 'spending') failed");
    expect(error.message).toContain(`'${state}' of the key 7`);
    expect(error.message).toContain(what);
  });
});
