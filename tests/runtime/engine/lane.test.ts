import { describe, expect, test } from 'vitest';
import type { StreamExecutionEnvironment } from 'tidemark';
import {
  collectionSource,
  MIN_TIMESTAMP,
  OperatorError,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type DataStream,
  type TimestampAssigner,
} from 'tidemark';
import type { LaneSnapshot } from '../../../runtime/src/engine/lane.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';
import { graphOf, laneOf } from './driven-lane.ts';

interface Reading {
  readonly sensor: string;
  readonly value: number;
  readonly time: number;
}

const timeOf: TimestampAssigner<Reading> = ({ time }) => time;
const bounded = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(10).withTimestampAssigner(timeOf);
const reading = (sensor: string, value: number, time: number): Reading => ({ sensor, value, time });

const readings = (env: StreamExecutionEnvironment): DataStream<Reading> =>
  env.fromSource(collectionSource<Reading>([]), bounded, 'readings');

describe('a lane', () => {
  test('emits a watermark after each batch, never within one', () => {
    const sinks = graphOf((env) => readings(env).show({ title: 'all' }));
    const { lane, seen, watermarks, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 100), reading('a', 2, 50)], undefined);
    lane.processBatch(source, [reading('a', 3, 60)], undefined);
    lane.processBatch(source, [reading('a', 4, 200)], undefined);
    expect(watermarks).toEqual([89, 189]);
    expect(seen.get('all')!.map(({ timestamp }) => timestamp)).toEqual([100, 50, 60, 200]);
    lane.endInput(source);
    expect([lane.allInputsEnded, watermarks.at(-1)]).toEqual([true, Number.MAX_SAFE_INTEGER]);
  });

  test('hands each record through all operators before the next', () => {
    const order: string[] = [];
    const sinks = graphOf((env) => {
      const stream = readings(env).map(({ value }) => {
        order.push(`map ${value}`);
        return value;
      });
      stream.filter((n) => order.push(`filter ${n}`) > 0).print('left');
      stream.flatMap((n) => [n, n]).print('right');
    });
    const { lane, printed, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 1), reading('a', 2, 2)], undefined);
    expect(order).toEqual(['map 1', 'filter 1', 'map 2', 'filter 2']);
    expect(printed).toEqual(['left> 1', 'right> 1', 'right> 1', 'left> 2', 'right> 2', 'right> 2']);
  });

  test('tells a view right behind a window which key, window and pane a result is of, and nobody else', () => {
    const sinks = graphOf((env) => {
      const sums = readings(env)
        .keyBy('sensor')
        .window(TumblingEventTimeWindows.of(100))
        .allowedLateness(1000)
        .sum('value');
      sums.show({ title: 'direct' });
      sums.map(({ value }) => value).show({ title: 'mapped' });
    });
    const { lane, seen, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 20), reading('b', 2, 30), reading('a', 3, 120)], undefined);
    lane.processBatch(source, [reading('a', 5, 40)], undefined);
    const window = { start: 0, end: 100 };
    expect(seen.get('direct')!.map(({ origin }) => origin)).toMatchObject([
      { key: 'a', window, pane: 0, purging: false },
      { key: 'b', window, pane: 0 },
      { key: 'a', window, pane: 1 },
    ]);
    expect(seen.get('mapped')!.map(({ value, origin }) => [value, origin])).toEqual([
      [1, undefined],
      [2, undefined],
      [6, undefined],
    ]);
  });

  test('tells a view right behind a running aggregate which key a result is of', () => {
    const sinks = graphOf((env) => {
      const sums = readings(env).keyBy('sensor').sum('value');
      sums.show({ title: 'direct', mode: 'update' });
      sums.map(({ value }) => value).show({ title: 'mapped' });
    });
    const { lane, seen, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 20), reading('b', 2, 30), reading('a', 3, 120)], undefined);
    expect(seen.get('direct')!.map(({ origin }) => origin)).toEqual([
      { key: 'a' },
      { key: 'b' },
      { key: 'a' },
    ]);
    expect(seen.get('mapped')!.map(({ origin }) => origin)).toEqual([undefined, undefined, undefined]);
  });

  test('goes on from a snapshot of itself as if nothing had been', () => {
    const build = (env: StreamExecutionEnvironment) =>
      void readings(env)
        .keyBy('sensor')
        .window(TumblingEventTimeWindows.of(100))
        .sum('value')
        .show({ title: 'sums' });
    const batches = [
      [reading('a', 1, 20), reading('b', 2, 130)],
      [reading('a', 4, 90), reading('a', 8, 150)],
      [reading('b', 16, 260), reading('a', 32, 99)],
    ];
    const whole = laneOf(graphOf(build));
    for (const batch of batches) whole.lane.processBatch(whole.source, batch, undefined);
    whole.lane.endInput(whole.source);

    const parts: unknown[] = [];
    let cut: LaneSnapshot | undefined;
    for (const batch of [...batches, undefined]) {
      const { lane, seen, source } = laneOf(graphOf(build), {}, cut);
      if (batch === undefined) lane.endInput(source);
      else lane.processBatch(source, batch, undefined);
      parts.push(...seen.get('sums')!);
      cut = structuredClone(lane.snapshot());
    }
    expect(parts).toEqual(whole.seen.get('sums'));
    expect(cut!.nodes).toEqual(structuredClone(whole.lane.snapshot()).nodes);
  });

  test('finds nodes again by the keys it is given, whatever their order', () => {
    const keyOf = ({ kind, uid, name }: StreamNode) => `${kind} ${uid ?? name}`;
    const sums = (env: StreamExecutionEnvironment) =>
      readings(env).keyBy('sensor').sum('value').uid('sums').show({ title: 'sums' });
    const before = laneOf(graphOf(sums), { keyOf });
    before.lane.processBatch(before.source, [reading('a', 1, 1)], undefined);
    const after = laneOf(
      graphOf((env) => {
        env.fromData(1).print();
        sums(env);
      }).slice(1),
      { keyOf },
      before.lane.snapshot(),
    );
    after.lane.processBatch(after.source, [reading('a', 2, 2)], undefined);
    expect(after.seen.get('sums')!.map(({ value }) => value)).toEqual([reading('a', 3, 1)]);
  });

  test('combines the splits of a source, and leaves out those that are idle', () => {
    const { lane, watermarks, source } = laneOf(graphOf((env) => readings(env).show({ title: 'all' })));
    lane.processBatch(source, [reading('a', 1, 100)], undefined, 'one');
    lane.processBatch(source, [reading('a', 1, 50)], undefined, 'two');
    lane.processBatch(source, [reading('a', 1, 300)], undefined, 'one');
    expect(watermarks).toEqual([89]);
    lane.markIdle(source, 'two');
    expect(watermarks).toEqual([89, 289]);
    lane.processBatch(source, [reading('a', 1, 200)], undefined, 'two');
    lane.processBatch(source, [reading('a', 1, 400)], undefined, 'two');
    expect(watermarks).toEqual([89, 289]);
    expect(lane.progress()).toEqual([
      { operator: 'readings', watermark: 289, maxTimestamp: 400, idle: false, lateRecords: 0 },
    ]);
  });

  test('declares a silent source idle by the clock alone, and active with its next record', () => {
    const strategy = bounded.withIdleness(1000);
    const sinks = graphOf((env) =>
      env.fromSource(collectionSource<Reading>([]), strategy).show({ title: 'all' }),
    );
    const { lane, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 100)], undefined);
    expect(lane.nextProcessingTime).toBe(200);
    lane.advanceProcessingTime(1300);
    expect(lane.progress()[0]!.idle).toBe(false);
    lane.advanceProcessingTime(2000);
    expect(lane.progress()[0]!.idle).toBe(true);
    expect(lane.nextProcessingTime).toBe(Infinity);
    lane.processBatch(source, [reading('a', 1, 101)], undefined);
    expect(lane.progress()[0]!.idle).toBe(false);
  });

  test('counts records and late records, operator by operator', () => {
    const sinks = graphOf((env) => {
      readings(env)
        .filter(({ value }) => value > 0)
        .keyBy('sensor')
        .window(TumblingEventTimeWindows.of(100))
        .sum('value')
        .print();
    });
    const { lane, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 1), reading('a', 0, 2), reading('a', 1, 500)], undefined);
    lane.processBatch(source, [reading('a', 1, 3)], undefined);
    const counts = lane.metrics().map(({ kind, recordsIn, lateRecords }) => [kind, recordsIn, lateRecords]);
    expect(counts).toEqual([
      ['source', 4, 0],
      ['filter', 4, 0],
      ['window', 3, 1],
      ['print', 1, 0],
    ]);
  });
});

describe('a function that fails', () => {
  const failing = (env: StreamExecutionEnvironment) =>
    readings(env)
      .map((record) => {
        if (record.value === 13) throw new RangeError('unlucky');
        return record;
      })
      .name('check');
  const failureOf = (work: () => void): OperatorError => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(OperatorError);
      return error as OperatorError;
    }
    throw new Error('nothing failed');
  };

  test('is told with its operator and record, wherever it stands in the chain', () => {
    const sinks = graphOf((env) =>
      failing(env)
        .filter(() => true)
        .print(),
    );
    const { lane, source, printed } = laneOf(sinks);
    const failure = failureOf(() =>
      lane.processBatch(source, [reading('a', 1, 1), reading('b', 13, 2)], undefined),
    );
    expect(failure.details).toMatchObject({
      operator: 'check',
      kind: 'map',
      record: "{ sensor: 'b', value: 13, time: 2 }",
    });
    expect(failure.cause).toMatchObject({ name: 'RangeError', message: 'unlucky' });
    expect(printed).toHaveLength(1);
  });

  test('leaves other lanes of the same graph alone', () => {
    const sinks = graphOf((env) => {
      failing(env).print();
      readings(env).print();
    });
    const bad = laneOf([sinks[0]!]);
    const good = laneOf([sinks[1]!]);
    const batch = [reading('a', 13, 1)];
    failureOf(() => bad.lane.processBatch(bad.source, batch, undefined));
    good.lane.processBatch(good.source, batch, undefined);
    expect(good.printed).toHaveLength(1);
  });

  test('in a timer or at the end of a window is told with its operator', () => {
    const sinks = graphOf((env) => {
      readings(env)
        .keyBy('sensor')
        .window(TumblingEventTimeWindows.of(100))
        .process(() => {
          throw new Error('no result');
        })
        .name('results')
        .print();
    });
    const { lane, source } = laneOf(sinks);
    lane.processBatch(source, [reading('a', 1, 1)], undefined);
    const failure = failureOf(() => lane.endInput(source));
    expect(failure.details).toMatchObject({ operator: 'results', kind: 'window' });
  });
});

test('a field’s name is data, not code', () => {
  const field = '"]; throw new Error("ran"); //';
  const sinks = graphOf((env) => env.fromData<Record<string, number>>({}).keyBy(field).sum('n').print());
  const { lane, source, printed } = laneOf(sinks);
  lane.processBatch(source, [{ [field]: 1, n: 2 }], undefined);
  expect(printed).toEqual([`{ '"]; throw new Error("ran"); //': 1, n: 2 }`]);
});

test('nothing is known before the first watermark', () => {
  const { lane } = laneOf(graphOf((env) => readings(env).print()));
  expect(lane.progress().map(({ watermark }) => watermark)).toEqual([MIN_TIMESTAMP, MIN_TIMESTAMP]);
});
