import { describe, expect, test } from 'vitest';
import {
  AsyncDataStream,
  collectionSource,
  CountTrigger,
  generatorSource,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  MIN_TIMESTAMP,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
  type Collector,
  type KeyedBroadcastContext,
  type KeyedContext,
  type KeyedReadOnlyContext,
  type ListState,
  type OnTimerContext,
  type RuntimeMode,
} from '../../../runtime/src/index.ts';
import { inMode, sorted, stream, sum, type Event } from './event-streams.ts';

const event = (key: string, time: number, n = 1): Event => ({ key, time, n });

describe('running aggregates', () => {
  const events = [event('a', 1, 1), event('b', 2, 10), event('a', 3, 2), event('b', 4, 20), event('a', 5, 4)];
  const run = (mode: RuntimeMode) =>
    stream(mode, events)
      .keyBy('key')
      .reduce((x, y) => ({ ...y, n: x.n + y.n }))
      .map(({ key, n }) => `${key} ${n}`)
      .executeAndCollect();

  test('show every step in streaming mode', async () => {
    expect(await run('streaming')).toEqual(['a 1', 'b 10', 'a 3', 'b 30', 'a 7']);
  });

  test('show the last of each key in batch mode', async () => {
    expect(await run('batch')).toEqual(['a 7', 'b 30']);
  });

  test('automatic mode is batch for input that ends', async () => {
    expect(await run('automatic')).toEqual(['a 7', 'b 30']);
  });

  test('automatic mode is streaming if any input has no end', async () => {
    const env = inMode('automatic');
    const endless = env.fromSource(generatorSource((n) => n));
    const numbers = env.fromData(1, 1, 1).union(endless.filter(() => false));
    expect(
      await numbers
        .keyBy(() => 'k')
        .sum((n) => n)
        .executeAndCollect({ limit: 3 }),
    ).toEqual([1, 2, 3]);
  });

  test('keep the timestamp of the last record, so that windows can follow', async () => {
    const counts = stream('batch', events)
      .keyBy('key')
      .reduce((_x, y) => y)
      .windowAll(TumblingEventTimeWindows.of(5))
      .aggregate(sum)
      .executeAndCollect();
    expect(await counts).toEqual([20, 4]);
  });
});

describe('time', () => {
  const late = [event('a', 100), event('a', 1), event('a', 101), event('a', 2)];

  test('stands still before the end in batch mode: nothing is late', async () => {
    const run = (mode: RuntimeMode) => {
      // One record a batch: the watermark follows at once.
      const source = generatorSource((n) => late[n]!, { count: 4 });
      return inMode(mode)
        .fromSource(source, WatermarkStrategy.noWatermarks<Event>(), 'events')
        .assignTimestampsAndWatermarks(
          WatermarkStrategy.forGenerator<Event>(() => ({
            onEvent: ({ time }, _timestamp, output) => output.emitWatermark(time),
            onPeriodicEmit: () => undefined,
          })).withTimestampAssigner(({ time }) => time),
        )
        .windowAll(TumblingEventTimeWindows.of(10))
        .aggregate(sum)
        .executeAndCollect();
    };
    expect(await run('streaming')).toEqual([2]);
    expect(await run('batch')).toEqual([2, 2]);
  });

  test('windows of the clock fire at the end', async () => {
    const run = (mode: RuntimeMode) =>
      stream(mode, late)
        .keyBy('key')
        .window(TumblingProcessingTimeWindows.of('1 day'))
        .aggregate(sum)
        .executeAndCollect();
    expect(await run('batch')).toEqual([4]);
  });

  test('timers of both domains fire at the end, once, even if they register themselves anew', async () => {
    class Alarms extends KeyedProcessFunction<string, Event, string> {
      processElement({ time }: Event, context: KeyedContext<string>): void {
        const timers = context.timerService();
        timers.registerEventTimeTimer(time + 10);
        timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 1e9);
      }
      override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
        out.collect(context.timeDomain());
        if (context.timeDomain() === 'processing-time') {
          context.timerService().registerProcessingTimeTimer(time + 1e9);
        }
      }
    }
    const fired = await stream('batch', [event('a', 1), event('b', 2)])
      .keyBy('key')
      .process(() => new Alarms())
      .executeAndCollect();
    expect(fired).toEqual(['event-time', 'event-time', 'processing-time', 'processing-time']);
  });

  test('triggers that look at records fire as they do', async () => {
    const run = (mode: RuntimeMode) =>
      stream(
        mode,
        [1, 2, 3, 4].map((n) => event('a', n, n)),
      )
        .keyBy('key')
        .window(TumblingEventTimeWindows.of(10))
        .trigger(CountTrigger.of(2))
        .aggregate(sum)
        .executeAndCollect();
    expect(await run('batch')).toEqual(await run('streaming'));
  });

  test('requests to the world outside time out as they do', async () => {
    const asked = AsyncDataStream.orderedWait(
      stream('batch', late),
      () => new Promise<number>(() => undefined),
      {
        timeout: '10 ms',
        onTimeout: () => -1,
      },
    );
    expect(await asked.executeAndCollect()).toEqual([-1, -1, -1, -1]);
  });
});

describe('what shows the order of records sees one key at a time, by their timestamps', () => {
  const events = [event('b', 9, 1), event('a', 5, 2), event('b', 3, 3), event('a', 7, 4), event('b', 9, 5)];

  class Order extends KeyedProcessFunction<string, Event, string> {
    #seen!: ListState<number>;
    override open() {
      this.#seen = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('seen'));
    }
    processElement({ key, n }: Event, context: KeyedContext<string>, out: Collector<string>) {
      out.collect(`${key}${n} ${context.timerService().currentWatermark() === MIN_TIMESTAMP}`);
      this.#seen.add(n);
      context.timerService().registerEventTimeTimer(1000);
    }
    override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<string>) {
      out.collect(`${context.getCurrentKey()}: ${this.#seen.get().join('')}`);
    }
  }
  const sortedOrder = ['b3 true', 'b1 true', 'b5 true', 'b: 315', 'a2 true', 'a4 true', 'a: 24'];

  test.each([1, 3])('a process function, in %i subtasks', async (parallelism) => {
    const order = stream('batch', events)
      .keyBy('key')
      .process(() => new Order())
      .setParallelism(parallelism);
    const results = await order.executeAndCollect();
    expect(parallelism === 1 ? results : sorted(results)).toEqual(
      parallelism === 1 ? sortedOrder : sorted(sortedOrder),
    );
  });

  test('a function on two streams', async () => {
    class Both extends KeyedCoProcessFunction<string, Event, Event, string> {
      processElement1 = ({ key, n }: Event) => [`${key}${n}`];
      processElement2 = ({ key, n }: Event) => [`${key}-${n}`];
    }
    const env = inMode('batch');
    const times = WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(
      ({ time }) => time,
    );
    const left = env.fromSource(collectionSource(events), times, 'left');
    const right = env.fromSource(collectionSource([event('a', 6, 9), event('b', 1, 8)]), times, 'right');
    const both = left
      .keyBy('key')
      .connect(right.keyBy('key'))
      .process(() => new Both());
    expect(await both.executeAndCollect()).toEqual(['b-8', 'b3', 'b1', 'b5', 'a2', 'a-9', 'a4']);
  });

  test('broadcast records come before all others', async () => {
    const RULE = new MapStateDescriptor<string, number>('rule');
    class Ruled extends KeyedBroadcastProcessFunction<string, Event, number, string> {
      processElement({ key, n }: Event, context: KeyedReadOnlyContext<string>) {
        return [`${key}${n}/${context.getBroadcastState(RULE).get('rule')}`];
      }
      processBroadcastElement(rule: number, context: KeyedBroadcastContext<string>) {
        context.getBroadcastState(RULE).put('rule', rule);
      }
    }
    const env = inMode('batch');
    const times = WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(
      ({ time }) => time,
    );
    const ruled = env
      .fromSource(collectionSource(events.slice(0, 2)), times, 'events')
      .keyBy('key')
      .connect(env.fromData(7).broadcast(RULE))
      .process(() => new Ruled());
    expect(await ruled.executeAndCollect()).toEqual(['b1/7', 'a2/7']);
  });

  test('the elements of a window', async () => {
    const lists = stream('batch', events)
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(100))
      .process((key, _context, all) => [`${key}: ${all.map(({ n }) => n).join('')}`]);
    expect(await lists.executeAndCollect()).toEqual(['b: 315', 'a: 24']);
  });

  test('a window that counts', async () => {
    const counted = stream('batch', events)
      .keyBy('key')
      .countWindow(2)
      .process((key, _context, all) => [`${key}: ${all.map(({ n }) => n).join('')}`]);
    expect(await counted.executeAndCollect()).toEqual(['b: 31', 'a: 24']);
  });

  test('an error names the record and the operator', async () => {
    class Fails extends KeyedProcessFunction<string, Event, never> {
      processElement({ n }: Event): never[] {
        if (n === 4) throw new RangeError('four');
        return [];
      }
    }
    const failing = stream('batch', events)
      .keyBy('key')
      .process(() => new Fails())
      .name('fails');
    await expect(failing.executeAndCollect()).rejects.toMatchObject({
      details: { operator: 'fails', record: expect.stringContaining('n: 4') as string },
    });
  });
});

describe('misuse', () => {
  test('a source without an end in batch mode', () => {
    const env = inMode('batch');
    expect(() => env.fromSource(generatorSource((n) => n))).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });

  test('a mode that is none', () => {
    expect(() => inMode('lazy' as never)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });
});
