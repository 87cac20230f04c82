import { describe, expect, test } from 'vitest';
import {
  OutputTag,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ProcessFunction,
  WatermarkStrategy,
  collectionSource,
  type Context,
  type Counter,
  type OperatorMetrics,
  type Sink,
} from 'tidemark';
import { LaneMeter } from '../../../runtime/src/engine/lane-meter.ts';

interface Reading {
  readonly key: string;
  readonly value: number;
  readonly time: number;
}
const READINGS: readonly Reading[] = [
  { key: 'a', value: 1, time: 5 },
  { key: 'b', value: 2, time: 6 },
  { key: 'a', value: 3, time: 25 },
  { key: 'a', value: 4, time: 2 },
  { key: 'b', value: 5, time: 3 },
];
const strategy = WatermarkStrategy.forGenerator<Reading>(() => ({
  onEvent: (_value, timestamp, output) => output.emitWatermark(timestamp! - 1),
  onPeriodicEmit: () => undefined,
})).withTimestampAssigner(({ time }) => time);
const discard = <T>(): Sink<T> => ({ kind: 'discard', createWriter: () => ({ write: () => undefined }) });

async function metricsOf(parallelism: number, aside: boolean): Promise<ReadonlyMap<string, OperatorMetrics>> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const late = new OutputTag<Reading>('late');
  const readings = env.fromSource(collectionSource(READINGS), strategy, 'readings').name('readings');
  const windows = readings
    .filter(({ value }) => value !== 2)
    .name('not two')
    .setParallelism(parallelism)
    .keyBy('key')
    .window(TumblingEventTimeWindows.of(10));
  const sums = (aside ? windows.sideOutputLateData(late) : windows).sum('value').setParallelism(parallelism);
  sums.name('sums').uid('sums');
  sums.union(sums).name('twice').sinkTo(discard());
  if (aside) sums.getSideOutput(late).name('late ones').sinkTo(discard());
  const job = await env.execute();
  await job.finished();
  return new Map(job.metrics().map((metrics) => [metrics.operator, metrics]));
}

describe.each([1, 3])('metrics of operators with %i subtasks', (parallelism) => {
  test('count what comes in and goes out, once', async () => {
    const metrics = await metricsOf(parallelism, false);
    const counts = ['readings', 'not two', 'sums', 'twice', 'discard'].map((name) => {
      const { recordsIn, recordsOut } = metrics.get(name)!;
      return [recordsIn, recordsOut];
    });
    expect(counts).toEqual([
      [5, 5],
      [5, 4],
      [4, 2],
      [4, 4],
      [4, 0],
    ]);
    expect(metrics.get('sums')).toMatchObject({
      kind: 'window',
      uid: 'sums',
      parallelism,
      timers: 0,
      stateEntries: 0,
    });
    expect(metrics.size).toBe(5);
  });

  test('tell late records that were dropped from those sent aside', async () => {
    expect((await metricsOf(parallelism, false)).get('sums')).toMatchObject({
      lateRecords: 2,
      lateRecordsDropped: 2,
      lateRecordsSideOutput: 0,
    });
    const aside = await metricsOf(parallelism, true);
    expect(aside.get('sums')).toMatchObject({
      lateRecords: 2,
      lateRecordsDropped: 0,
      lateRecordsSideOutput: 2,
      recordsOut: 4,
    });
    expect(aside.get('late ones')).toMatchObject({ recordsIn: 2, recordsOut: 2 });
  });
});

describe('rates', () => {
  const meterOf = () => {
    const clock = { now: 0 };
    const counts = new Float64Array(1);
    const meter = new LaneMeter(counts, () => clock.now);
    /** A second in which `records` come, with `busy` ms of work at its end. */
    const second = (records: number, busy: number) => {
      clock.now += 1_000 - busy;
      meter.measure(() => {
        clock.now += busy;
        counts[0]! += records;
      });
    };
    return { clock, meter, second, rates: () => [meter.rates().perSecond(0), meter.rates().busyShare] };
  };

  test('are those of the last seconds, not of all time', () => {
    const { second, rates } = meterOf();
    expect(rates()).toEqual([0, 0]);
    for (let n = 0; n < 20; n++) second(100, 500);
    expect(rates()).toEqual([100, 0.5]);
    for (let n = 0; n < 5; n++) second(10, 100);
    expect(rates()).toEqual([10, 0.1]);
  });

  test('are nothing once nothing has come for a while', () => {
    const { clock, second, rates } = meterOf();
    for (let n = 0; n < 20; n++) second(100, 500);
    clock.now += 60_000;
    expect(rates()).toEqual([0, 0]);
    second(50, 200);
    expect(rates()[0]).toBeGreaterThan(0);
    expect(rates()[0]).toBeLessThanOrEqual(10);
  });

  test('are known from the first second on', () => {
    const { clock, meter, rates } = meterOf();
    meter.measure(() => (clock.now += 100));
    clock.now += 100;
    expect(rates()).toEqual([0, 0.5]);
  });
});

test.each([
  [1, { 'odd.seen': 2, odd: [0], all: 4 }],
  [2, { 'odd.seen': 2, odd: [0, 1], all: 4 }],
])('a function counts what it likes, in %i subtasks', async (parallelism, expected) => {
  const subtasks: number[] = [];
  class Odd extends ProcessFunction<number, number> {
    #seen!: Counter;
    #all!: Counter;
    override open() {
      const context = this.getRuntimeContext();
      const metrics = context.getMetricGroup();
      const task = context.getTaskInfo();
      subtasks.push(task.getIndexOfThisSubtask());
      this.#seen = metrics.addGroup('odd').counter('seen');
      this.#all = metrics.counter('all');
      metrics.gauge('odd', () => task.getNumberOfParallelSubtasks() - 1 - task.getIndexOfThisSubtask());
    }
    processElement(n: number, _context: Context) {
      this.#all.inc(2);
      this.#all.dec();
      if (n % 2 === 1) this.getRuntimeContext().getMetricGroup().addGroup('odd').counter('seen').inc();
      expect(this.#seen.getCount()).toBeGreaterThanOrEqual(0);
    }
  }
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromData(1, 2, 3, 4)
    .process(() => new Odd())
    .setParallelism(parallelism)
    .sinkTo(discard());
  const job = await env.execute();
  await job.finished();
  const own = job.metrics().find(({ kind }) => kind === 'process')!.own;
  const gauges = [own['odd']].flat().sort();
  expect({ ...own, odd: gauges }).toEqual(expected);
  expect(subtasks.sort()).toEqual(parallelism === 1 ? [0] : [0, 1]);
});
