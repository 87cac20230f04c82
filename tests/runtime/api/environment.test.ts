import { describe, expect, test } from 'vitest';
import {
  collectionSource,
  KeyedProcessFunction,
  OperatorError,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  withWindow,
  type Collector,
  type KeyedContext,
  type Sink,
} from 'tidemark';

const newEnvironment = () => StreamExecutionEnvironment.getExecutionEnvironment();

/** A sink that keeps what it gets. */
function keep<T>(into: T[]): Sink<T> {
  return { kind: 'keep', createWriter: () => ({ write: (value) => into.push(value) }) };
}

describe('a job', () => {
  test('runs all sinks made before it was executed, each over the same source', async () => {
    const env = newEnvironment();
    const doubled: number[] = [];
    const words: string[] = [];
    const numbers = env.fromSequence(1, 4);
    numbers.map((n) => n * 2).sinkTo(keep(doubled));
    numbers
      .filter((n) => n % 2 === 0)
      .flatMap((n) => Array.from({ length: n }, () => `n${n}`))
      .sinkTo(keep(words));
    const job = await env.execute('numbers');
    const result = await job.finished();
    expect(result).toMatchObject({ name: 'numbers', jobId: job.id });
    expect(job.status).toBe('finished');
    expect(doubled).toEqual([2, 4, 6, 8]);
    expect(words).toEqual(['n2', 'n2', 'n4', 'n4', 'n4', 'n4']);
  });

  test('fails with the operator, the record and the cause, and says so in its status', async () => {
    const env = newEnvironment();
    env
      .fromCollection([{ id: 1 }, { id: 2 }])
      .map(({ id }) => {
        if (id === 2) throw new RangeError('two is too many');
        return id;
      })
      .name('check ids')
      .sinkTo(keep([]));
    const job = await env.execute();
    const failure = await job.finished().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OperatorError);
    expect(failure).toMatchObject({
      code: 'operator-failed',
      details: { operator: 'check ids', kind: 'map', record: '{ id: 2 }' },
      cause: { message: 'two is too many' },
    });
    expect(job.status).toBe('failed');
  });

  test('needs something to run', async () => {
    const env = newEnvironment();
    env.fromData(1).map((n) => n);
    await expect(env.execute()).rejects.toMatchObject({ code: 'nothing-to-execute' });
  });
});

describe('executeAndCollect', () => {
  const trades = [
    { symbol: 'A', price: 3, time: 1_000 },
    { symbol: 'B', price: 5, time: 2_000 },
    { symbol: 'A', price: 4, time: 61_000 },
    { symbol: 'A', price: 1, time: 62_000 },
  ];
  const strategy = WatermarkStrategy.forMonotonousTimestamps<(typeof trades)[number]>().withTimestampAssigner(
    ({ time }) => time,
  );
  const windows = () =>
    newEnvironment()
      .fromSource(collectionSource(trades), strategy)
      .keyBy('symbol')
      .window(TumblingEventTimeWindows.of('1 min'));

  test('gives the results of windows with key and window', async () => {
    const mean = {
      createAccumulator: () => ({ sum: 0, n: 0 }),
      add: ({ price }: (typeof trades)[number], { sum, n }: { sum: number; n: number }) => ({
        sum: sum + price,
        n: n + 1,
      }),
      getResult: ({ sum, n }: { sum: number; n: number }) => sum / n,
    };
    expect(await windows().aggregate(withWindow(mean)).executeAndCollect()).toEqual([
      { key: 'A', start: 0, end: 60_000, value: 3 },
      { key: 'B', start: 0, end: 60_000, value: 5 },
      { key: 'A', start: 60_000, end: 120_000, value: 2.5 },
    ]);
  });

  test.each([
    ['sum', [{ ...trades[0] }, { ...trades[1] }, { ...trades[2], price: 5 }]],
    ['min', [trades[0], trades[1], { ...trades[2], price: 1 }]],
    ['max', [trades[0], trades[1], trades[2]]],
    ['minBy', [trades[0], trades[1], trades[3]]],
    ['maxBy', [trades[0], trades[1], trades[2]]],
  ] as const)('%s of a field keeps the shape of the record', async (aggregation, expected) => {
    // They take a field alike; the checker resolves no call of several generic methods at once.
    expect(await windows()[aggregation as 'sum']('price').executeAndCollect()).toEqual(expected);
  });

  test('stops at a limit', async () => {
    expect(await newEnvironment().fromSequence(1, 1_000_000).executeAndCollect({ limit: 3 })).toEqual([
      1, 2, 3,
    ]);
  });

  test('rolls sums over numbers, tuples and functions', async () => {
    const env = newEnvironment();
    const parity = (n: number) => n % 2;
    expect(await env.fromData(1, 2, 3, 4).keyBy(parity).sum(0).executeAndCollect()).toEqual([1, 2, 4, 6]);
    expect(
      await env
        .fromData(1, 2, 3, 4)
        .keyBy(parity)
        .max((n) => -n)
        .executeAndCollect(),
    ).toEqual([-1, -2, -1, -2]);
    const words = env.fromData<[string, number]>(['a', 1], ['b', 1], ['a', 1]);
    expect(
      await words
        .keyBy(([word]) => word)
        .sum(1)
        .executeAndCollect(),
    ).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ]);
  });
});

describe('a process function', () => {
  class Threshold extends KeyedProcessFunction<string, number, number> {
    readonly #limit: number;
    constructor(limit: number) {
      super();
      this.#limit = limit;
    }
    processElement(value: number, _context: KeyedContext<string>, out: Collector<number>) {
      if (value > this.#limit) out.collect(value);
    }
  }
  class Everything extends KeyedProcessFunction<string, number, number> {
    processElement(value: number) {
      return [value];
    }
  }
  const key = () => 'k';

  test('given as an instance of a class without parameters can run twice', async () => {
    const stream = newEnvironment().fromData(1, 2).keyBy(key).process(new Everything());
    expect(await stream.executeAndCollect()).toEqual([1, 2]);
    expect(await stream.executeAndCollect()).toEqual([1, 2]);
  });

  test('given as an instance with parameters asks for a factory when it is to run twice', async () => {
    const stream = newEnvironment().fromData(1, 2).keyBy(key).process(new Threshold(1));
    expect(await stream.executeAndCollect()).toEqual([2]);
    await expect(stream.executeAndCollect()).rejects.toMatchObject({ cause: { code: 'instance-reused' } });
  });

  test('given as a factory can run as often as one likes', async () => {
    const stream = newEnvironment()
      .fromData(1, 2)
      .keyBy(key)
      .process(() => new Threshold(1));
    expect(await stream.executeAndCollect()).toEqual([2]);
    expect(await stream.executeAndCollect()).toEqual([2]);
  });
});

describe('refused at once', () => {
  const env = newEnvironment();
  test.each<[string, () => unknown, string]>([
    ['a map without a function', () => env.fromData(1).map(undefined as never), 'bad-argument'],
    ['a key that is neither field nor function', () => env.fromData(1).keyBy({} as never), 'bad-argument'],
    [
      'a union across environments',
      () => env.fromData(1).union(newEnvironment().fromData(2)),
      'bad-argument',
    ],
    ['a parallelism of 0', () => env.fromData(1).setParallelism(0), 'bad-argument'],
    ['a runtime mode that is none', () => env.setRuntimeMode('lazy' as never), 'bad-argument'],
    ['a window of size 0', () => TumblingEventTimeWindows.of(0), 'bad-argument'],
    ['an auto-watermark interval of 0', () => env.getConfig().setAutoWatermarkInterval(0), 'bad-argument'],
    [
      'negative lateness',
      () => env.fromData(1).windowAll(TumblingEventTimeWindows.of(1)).allowedLateness(-1),
      'bad-argument',
    ],
  ])('%s', (_title, build, code) => {
    expect(build).toThrow(expect.objectContaining({ code }));
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a key that cannot be compared',
      () =>
        env
          .fromData(1)
          .keyBy(() => NaN)
          .sum(0)
          .executeAndCollect(),
      'bad-key',
    ],
    [
      'a window over records without timestamps',
      () => env.fromData(1).windowAll(TumblingEventTimeWindows.of(1)).sum(0).executeAndCollect(),
      'missing-timestamp',
    ],
    [
      'an async flatMap',
      () =>
        env
          .fromData(1)
          .flatMap((async () => [1]) as never)
          .executeAndCollect(),
      'bad-results',
    ],
    [
      'a sum of text',
      () =>
        env
          .fromData('a', 'b')
          .keyBy(() => 1)
          .sum(0 as never)
          .executeAndCollect(),
      'not-a-number',
    ],
    [
      'a field that is not there',
      () =>
        env
          .fromData({ a: 1 }, { a: 2 })
          .keyBy(() => 1)
          .sum('b' as never)
          .executeAndCollect(),
      'missing-field',
    ],
  ])('while it runs: %s', async (_title, run, code) => {
    await expect(run()).rejects.toMatchObject({ code: 'operator-failed', cause: { code } });
  });
});
