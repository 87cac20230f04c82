import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  AsyncDataStream,
  AsyncFunction,
  AsyncRetryStrategies,
  collectionSource,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type DataStream,
  type ResultFuture,
} from '../../runtime/src/index.ts';
import {
  element,
  processingTime,
  snapshot,
  testJob,
  watermark,
  type TestStep,
} from '../../runtime/src/testing/index.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const env = () => StreamExecutionEnvironment.getExecutionEnvironment();

/** Requests that are answered when the test says so. */
class Outside {
  readonly asked: number[] = [];
  readonly #open = new Map<number, (answer: number) => void>();
  most = 0;

  readonly ask = (value: number): Promise<number> => {
    this.asked.push(value);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#open.set(value, resolve);
    this.most = Math.max(this.most, this.#open.size);
    return promise;
  };

  answer(value: number): void {
    const resolve = this.#open.get(value);
    if (resolve === undefined) throw new Error(`${value} was not asked for, only ${this.asked.join(', ')}`);
    this.#open.delete(value);
    resolve(2 * value);
  }
}

const numbered = (from: number, to: number): TestStep<number>[] =>
  Array.from({ length: to - from + 1 }, (_, i) => element(from + i, from + i));

describe('ordered (9.4)', () => {
  test.each([3, 4, 5, 6])(
    'records in flight are requested again after a snapshot (capacity %i)',
    async (capacity) => {
      let restored = 0;
      const steps = [...numbered(1, 4), snapshot(), ...numbered(5, 6), snapshot(), ...numbered(7, 8)];
      const asked: [number, number][] = [];
      const { records } = await testJob(steps, (input: DataStream<number>) => {
        const life = restored++;
        // Nothing that is asked for in the first life is ever answered.
        const double = (value: number): Promise<number> => {
          asked.push([life, value]);
          return life === 0 ? never() : Promise.resolve(2 * value);
        };
        return AsyncDataStream.orderedWait(input, double, { capacity });
      });
      expect(records).toEqual(
        Array.from({ length: 8 }, (_, i) => ({ value: 2 * (i + 1), timestamp: i + 1 })),
      );
      const inFlight = [1, 2, 3, 4].slice(0, capacity).map((value) => [0, value]);
      expect(asked.filter(([life]) => life === 0)).toEqual(inFlight);
      expect(asked.filter(([life]) => life === 1).map(([, value]) => value)).toEqual([1, 2, 3, 4, 5, 6]);
    },
  );

  test('results keep the order of the records, however they are answered', async () => {
    const outside = new Outside();
    const { steps } = await testJob(
      [...numbered(1, 3), element(-1), element(-2), element(-3)],
      (input: DataStream<number>) => {
        const answers = new Map([
          [-1, 3],
          [-2, 1],
          [-3, 2],
        ]);
        const waiting = AsyncDataStream.orderedWait(
          input.filter((value) => value > 0),
          outside.ask,
          {},
        );
        const orders = input
          .filter((value) => value < 0)
          .flatMap<number>((value) => {
            outside.answer(answers.get(value)!);
            return [];
          });
        return waiting.union(orders);
      },
    );
    expect(steps.map(({ records }) => records.map(({ value }) => value))).toEqual([
      [],
      [],
      [],
      [],
      [2],
      [4, 6],
    ]);
  });
});

describe('unordered (9.6)', () => {
  test('results overtake each other, but neither they nor watermarks pass a watermark', async () => {
    const outside = new Outside();
    const order = [4, 2, 3, 1];
    const { steps } = await testJob(
      [
        element(1, 1),
        element(2, 2),
        watermark(2),
        element(3, 3),
        element(4, 4),
        watermark(4),
        ...order.map((value) => element(-value)),
      ],
      (input: DataStream<number>) => {
        const waiting = AsyncDataStream.unorderedWait(
          input.filter((value) => value > 0),
          outside.ask,
        );
        const orders = input
          .filter((value) => value < 0)
          .flatMap<number>((value) => {
            outside.answer(-value);
            return [];
          });
        return waiting.union(orders);
      },
    );
    expect(steps.slice(6).map(({ records }) => records.map(({ value }) => value))).toEqual([
      [],
      [4],
      [],
      [2, 6, 8],
    ]);
    expect(steps.map((step) => step.watermark).slice(5)).toEqual([
      Number.MIN_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      4,
    ]);
  });

  test('within a watermark they come as they are answered', async () => {
    const outside = new Outside();
    const { records } = await testJob(
      [...numbered(1, 3), element(-3), element(-1), element(-2)],
      (input: DataStream<number>) => {
        const waiting = AsyncDataStream.unorderedWait(
          input.filter((value) => value > 0),
          outside.ask,
        );
        const orders = input
          .filter((value) => value < 0)
          .flatMap<number>((value) => {
            outside.answer(-value);
            return [];
          });
        return waiting.union(orders);
      },
    );
    expect(records).toEqual([
      { value: 6, timestamp: 3 },
      { value: 2, timestamp: 1 },
      { value: 4, timestamp: 2 },
    ]);
  });
});

test.each([false, true])(
  'a chain of ordered and unordered requests (9.7; snapshots: %s)',
  async (snapshotEveryStep) => {
    const double = (value: number) => Promise.resolve(2 * value);
    const steps = [5, 6, 7, 8, 9].map((value, at) => element(value, at));
    const { records, leaks } = await testJob(
      steps,
      (input: DataStream<number>) =>
        AsyncDataStream.unorderedWait(
          AsyncDataStream.orderedWait(input, double).map((value) => value + 1),
          double,
        ),
      { snapshotEveryStep, end: true },
    );
    expect(records).toEqual([22, 26, 30, 34, 38].map((value, timestamp) => ({ value, timestamp })));
    expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
  },
);

describe('results', () => {
  test('one, several or none; the type of what comes out follows', async () => {
    const one = AsyncDataStream.orderedWait(env().fromData(1, 2), async (n) => `${n}`);
    expectTypeOf(one).toEqualTypeOf<DataStream<string>>();
    const several = AsyncDataStream.orderedWait(env().fromData(1, 2, 3), async (n) =>
      Array.from({ length: n - 1 }, () => n),
    );
    expectTypeOf(several).toEqualTypeOf<DataStream<number>>();
    const pairs = AsyncDataStream.orderedWait(env().fromData(1), async (n): Promise<[string, number][]> => [
      ['n', n],
    ]);
    expectTypeOf(pairs).toEqualTypeOf<DataStream<[string, number]>>();
    expect(await one.executeAndCollect()).toEqual(['1', '2']);
    expect(await several.executeAndCollect()).toEqual([2, 3, 3]);
    expect(await pairs.executeAndCollect()).toEqual([['n', 1]]);
  });

  test('a class opens once, and closes', async () => {
    const life: string[] = [];
    class Lookup extends AsyncFunction<number, string> {
      override open(): void {
        life.push('open');
      }
      override close(): void {
        life.push('close');
      }
      async asyncInvoke(value: number): Promise<string> {
        return `found ${value}`;
      }
    }
    const found = AsyncDataStream.orderedWait(env().fromData(1, 2), new Lookup());
    expectTypeOf(found).toEqualTypeOf<DataStream<string>>();
    expect(await found.executeAndCollect()).toEqual(['found 1', 'found 2']);
    expect(life).toEqual(['open', 'close']);
  });
});

describe('answers by a future', () => {
  class Ask extends AsyncFunction<number, number> {
    asyncInvoke(n: number, future: ResultFuture<number>): void {
      if (n < 0) setImmediate(() => future.completeExceptionally(new RangeError('below 0')));
      else if (n < 9) setImmediate(() => future.complete([n, n * 10]));
    }
    override timeout = (n: number, future: ResultFuture<number>): void => future.complete([-n]);
  }
  const run = (...numbers: number[]) =>
    testJob([...numbers.map((n) => element(n, n)), processingTime(200)], (input: DataStream<number>) =>
      AsyncDataStream.orderedWait(input, new Ask(), { timeout: '100 ms' }),
    );

  test('are any number of results, in time or in place of it', async () => {
    expect((await run(1, 9, 2)).records).toEqual([
      { value: 1, timestamp: 1 },
      { value: 10, timestamp: 1 },
      { value: -9, timestamp: 9 },
      { value: 2, timestamp: 2 },
      { value: 20, timestamp: 2 },
    ]);
  });

  test('or a failure, which fails the stream', async () => {
    await expect(run(-1)).rejects.toMatchObject({
      details: { record: '-1' },
      cause: { message: 'below 0' },
    });
  });
});

describe('timeouts, on the clock of the job', () => {
  const steps = [element(1, 10), processingTime(99), processingTime(100)];

  test('fail the stream, and name the record', async () => {
    const run = testJob(steps, (input: DataStream<number>) =>
      AsyncDataStream.orderedWait(input, () => never<number>(), { timeout: '100 ms' }),
    );
    await expect(run).rejects.toMatchObject({
      code: 'operator-failed',
      details: { operator: 'ordered wait', record: '1' },
      cause: { code: 'async-timed-out', details: { timeout: 100, attempts: 1 } },
    });
  });

  test.each([true, false])('or something stands in for the answer (ordered: %s)', async (ordered) => {
    const { steps: done, leaks } = await testJob(
      steps,
      (input: DataStream<number>) => {
        const options = { timeout: 100, onTimeout: (value: number) => -value };
        const wait = ordered ? AsyncDataStream.orderedWait : AsyncDataStream.unorderedWait;
        return wait(input, () => never<number>(), options);
      },
      { end: true },
    );
    expect(done.map(({ records }) => records)).toEqual([[], [], [{ value: -1, timestamp: 10 }], []]);
    expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
  });
});

describe('repetitions', () => {
  const flaky = (failures: number) => {
    let calls = 0;
    return Object.assign(
      async (value: number) => {
        if (calls++ < failures) throw new Error(`no answer ${calls}`);
        return value;
      },
      { calls: () => calls },
    );
  };

  test('follow errors after a fixed delay', async () => {
    const fn = flaky(2);
    const { steps, leaks } = await testJob(
      [element(7), processingTime(99), processingTime(100), processingTime(199), processingTime(200)],
      (input: DataStream<number>) =>
        AsyncDataStream.orderedWait(input, fn, { retry: AsyncRetryStrategies.fixedDelay(3, '100 ms') }),
      { end: true },
    );
    expect(steps.map(({ records }) => records.map(({ value }) => value))).toEqual([[], [], [], [], [7], []]);
    expect(fn.calls()).toBe(3);
    expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
  });

  test('follow after delays that grow, up to the longest', async () => {
    const fn = flaky(4);
    const times: number[] = [];
    const { records } = await testJob(
      [element(7), ...Array.from({ length: 100 }, (_, i) => processingTime(10 * (i + 1)))],
      (input: DataStream<number>) => {
        const retry = AsyncRetryStrategies.exponentialBackoff(4, 100, 300, 2);
        return AsyncDataStream.orderedWait(input, fn, { retry });
      },
    ).then((result) => {
      result.steps.forEach(({ step, records: out }) => {
        if (out.length > 0 && step.kind === 'processing-time') times.push(step.time);
      });
      return result;
    });
    expect(records).toHaveLength(1);
    // 100, then 200, then 300 twice.
    expect(times).toEqual([900]);
  });

  test('end with the last error when there have been enough', async () => {
    const fn = flaky(10);
    const run = testJob(
      [element(7), processingTime(10), processingTime(20), processingTime(30)],
      (input: DataStream<number>) =>
        AsyncDataStream.orderedWait(input, fn, { retry: { retries: 2, delay: 10 } }),
    );
    await expect(run).rejects.toMatchObject({ cause: { message: 'no answer 3' } });
    expect(fn.calls()).toBe(3);
  });

  test('follow results that are not good enough, and only errors that may pass', async () => {
    let calls = 0;
    const { records } = await testJob([element(1), processingTime(5)], (input: DataStream<number>) =>
      AsyncDataStream.orderedWait(input, async () => calls++, {
        retry: { retries: 3, delay: 5, ifResult: ([first]) => first === 0 },
      }),
    );
    expect(records.map(({ value }) => value)).toEqual([1]);
    const fn = flaky(1);
    const run = testJob([element(1)], (input: DataStream<number>) =>
      AsyncDataStream.orderedWait(input, fn, { retry: { retries: 3, ifException: () => false } }),
    );
    await expect(run).rejects.toMatchObject({ cause: { message: 'no answer 1' } });
  });

  test('all of them share one timeout', async () => {
    const run = testJob(
      [element(1), processingTime(40), processingTime(80), processingTime(100)],
      (input: DataStream<number>) =>
        AsyncDataStream.orderedWait(input, flaky(10), { timeout: 100, retry: { retries: 9, delay: 40 } }),
    );
    await expect(run).rejects.toMatchObject({ cause: { code: 'async-timed-out', details: { attempts: 3 } } });
  });
});

describe('a job in the engine', () => {
  const soon = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));

  test('ends when all requests are answered, and never asks for more than its capacity at once', async () => {
    let open = 0;
    let most = 0;
    const doubled = AsyncDataStream.orderedWait(
      env().fromSequence(1, 5000),
      async (value) => {
        most = Math.max(most, ++open);
        await soon(undefined);
        open -= 1;
        return 2 * value;
      },
      { capacity: 64 },
    );
    expect(await doubled.executeAndCollect()).toEqual(Array.from({ length: 5000 }, (_, i) => 2 * (i + 1)));
    expect(most).toBe(64);
  });

  test('windows behind it see every record before the watermark', async () => {
    const stream = env().fromSource(
      collectionSource(Array.from({ length: 3000 }, (_, i) => i)),
      WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n),
    );
    const counts = await AsyncDataStream.unorderedWait(stream, soon<number>, { capacity: 10 })
      .windowAll(TumblingEventTimeWindows.of(100))
      .aggregate({ createAccumulator: () => 0, add: (_value, n) => n + 1, getResult: (n) => n })
      .executeAndCollect();
    expect(counts).toEqual(Array.from({ length: 30 }, () => 100));
  });

  test('a rejected promise fails it with the record', async () => {
    const failing = AsyncDataStream.orderedWait(env().fromData('a', 'b'), async (value) => {
      await soon(undefined);
      if (value === 'b') throw new TypeError('no such thing');
      return value;
    });
    await expect(failing.executeAndCollect()).rejects.toMatchObject({
      details: { record: expect.stringContaining('b') as unknown },
      cause: { message: 'no such thing' },
    });
  });

  test('what throws at once fails it too', async () => {
    const failing = AsyncDataStream.orderedWait(env().fromData(1), () => {
      throw new TypeError('at once');
    });
    await expect(failing.executeAndCollect()).rejects.toMatchObject({ cause: { message: 'at once' } });
  });

  test('a real clock times requests out', async () => {
    const stalled = AsyncDataStream.orderedWait(env().fromData(1), () => never<number>(), {
      timeout: '20 ms',
    });
    await expect(stalled.executeAndCollect()).rejects.toMatchObject({ cause: { code: 'async-timed-out' } });
  });
});

test('misuse fails when the stream is made', () => {
  const numbers = env().fromData(1);
  const ask = async (n: number) => n;
  const refused = expect.objectContaining({ code: 'bad-argument' });
  expect(() => AsyncDataStream.orderedWait(numbers, ask, { capacity: 0 })).toThrow(refused);
  expect(() => AsyncDataStream.orderedWait(numbers, ask, { timeout: 0 })).toThrow(refused);
  expect(() => AsyncDataStream.orderedWait(numbers, ask, { retry: { retries: 0 } })).toThrow(refused);
  expect(() => AsyncDataStream.orderedWait(numbers, ask, { retry: { retries: 1, factor: 0.5 } })).toThrow(
    refused,
  );
  expect(() => AsyncDataStream.orderedWait(numbers, 1 as never)).toThrow(refused);
});
