import { describe, expect, test } from 'vitest';
import {
  DescriptiveStatisticsHistogram,
  MeterView,
  OutputTag,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ProcessFunction,
  WatermarkStrategy,
  collectionSource,
  type Context,
  type Counter,
  type Histogram,
  type MetricGroup,
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

describe('a meter', () => {
  const meterOf = (seconds: number) => {
    const clock = { now: 0 };
    const meter = new MeterView(seconds, () => clock.now);
    return { clock, meter };
  };

  test('has the average rate a second since it was made, then over its span', () => {
    const { clock, meter } = meterOf(12);
    expect(meter.getRate()).toBe(0);
    meter.markEvent(10);
    clock.now = 5_000;
    expect(meter.getRate()).toBe(2);
    for (let second = 5; second < 40; second++) {
      clock.now = second * 1_000;
      meter.markEvent();
      meter.markEvent(2);
    }
    clock.now = 40_000;
    // Eleven seconds and as much of the twelfth as is over: nothing yet.
    expect(meter.getRate()).toBe(3);
    expect(meter.getCount()).toBe(115);
  });

  test('forgets what is older than its span', () => {
    const { clock, meter } = meterOf(60);
    meter.markEvent(600);
    clock.now = 60_000;
    expect(meter.getRate()).toBe(0);
    clock.now = 1_000_000;
    meter.markEvent(55);
    clock.now = 1_004_999;
    expect(meter.getRate()).toBeCloseTo(55 / 60, 1);
    expect(meter.getCount()).toBe(655);
  });

  test.each([0, -5, NaN, Infinity])('is not made for a span of %s s', (seconds) => {
    expect(() => new MeterView(seconds)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });
});

describe('a histogram', () => {
  const histogramOf = (size: number, values: readonly number[]) => {
    const histogram = new DescriptiveStatisticsHistogram(size);
    for (const value of values) histogram.update(value);
    return histogram;
  };

  test('knows the last values that it was given', () => {
    const histogram = histogramOf(5, [100, 100, 3, 5, 1, 4, 2]);
    expect(histogram.getCount()).toBe(7);
    const statistics = histogram.getStatistics();
    expect([statistics.size(), statistics.getMin(), statistics.getMax()]).toEqual([5, 1, 5]);
    expect([statistics.getMean(), statistics.getStdDev()]).toEqual([3, Math.sqrt(2.5)]);
    expect([...statistics.getValues()].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  test('takes quantiles between two values in proportion', () => {
    const statistics = histogramOf(10, [10, 20, 30, 40]).getStatistics();
    const quantiles = [0.1, 0.25, 0.5, 0.7, 0.99, 1].map((quantile) => statistics.getQuantile(quantile));
    // Places 0.5, 1.25, 2.5, 3.5, 4.95 and 5 of four.
    expect(quantiles).toEqual([10, 12.5, 25, 35, 40, 40]);
    expect(() => statistics.getQuantile(0)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
    expect(() => statistics.getQuantile(1.1)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  test('does not change what it has said when it goes on', () => {
    const histogram = histogramOf(3, [1, 2]);
    const before = histogram.getStatistics();
    histogram.update(9);
    expect([before.size(), before.getMax()]).toEqual([2, 2]);
  });

  test('of nothing has no statistics, of one value no deviation', () => {
    const none = histogramOf(3, []).getStatistics();
    expect([none.size(), none.getMean(), none.getMin(), none.getMax()]).toEqual([0, NaN, NaN, NaN]);
    expect([none.getQuantile(0.5), none.getStdDev()]).toEqual([NaN, NaN]);
    expect(histogramOf(3, [7]).getStatistics().getStdDev()).toBe(0);
  });

  test.each([0, 1.5, 2_000_000])('is not made for %s values', (size) => {
    expect(() => new DescriptiveStatisticsHistogram(size)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});

describe.each([1, 2])('meters and histograms of a function in %i subtasks', (parallelism) => {
  const runOwn = async (open: (own: MetricGroup, n: number) => void) => {
    class Measures extends ProcessFunction<number, number> {
      processElement(n: number) {
        open(this.getRuntimeContext().getMetricGroup(), n);
      }
    }
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env
      .fromData(1, 2, 3, 4)
      .process(() => new Measures())
      .setParallelism(parallelism)
      .sinkTo(discard());
    const job = await env.execute();
    await job.finished();
    return job.metrics().find(({ kind }) => kind === 'process')!.own;
  };

  test('are read as data, as those of one', async () => {
    const own = await runOwn((metrics, n) => {
      metrics.meter('all').markEvent();
      metrics
        .addGroup('even')
        .meter('twice', new MeterView(5))
        .markEvent(n % 2 === 0 ? 2 : 0);
      metrics.histogram('values').update(n);
    });
    expect(own).toMatchObject({
      all: { count: 4 },
      'even.twice': { count: 4 },
      values: { count: 4, min: 1, max: 4, mean: 2.5, p50: 2.5, p75: 3.75, p95: 4, p98: 4, p99: 4, p999: 4 },
    });
    expect((own['values'] as { stddev: number }).stddev).toBeCloseTo(Math.sqrt(5 / 3));
    expect((own['all'] as { rate: number }).rate).toBeGreaterThan(0);
  });

  test("may be of a class of one's own", async () => {
    class Evens extends DescriptiveStatisticsHistogram {
      readonly seen: number[] = [];
      override update(n: number) {
        if (n % 2 === 0) super.update(n);
        this.seen.push(n);
      }
    }
    const seen = new Set<readonly number[]>();
    const own = await runOwn((metrics, n) => {
      const evens: Evens = metrics.histogram('evens', new Evens());
      const same: Histogram = metrics.histogram('evens');
      same.update(n);
      seen.add(evens.seen);
    });
    expect(own['evens']).toMatchObject({ count: 2, min: 2, max: 4 });
    expect(seen.size).toBe(parallelism);
    expect([...seen].flat().sort()).toEqual([1, 2, 3, 4]);
  });

  test('have names that no other kind has', async () => {
    const running = runOwn((metrics) => {
      metrics.counter('n');
      metrics.meter('n');
    });
    await expect(running).rejects.toMatchObject({ cause: { code: 'bad-argument' } });
  });
});
