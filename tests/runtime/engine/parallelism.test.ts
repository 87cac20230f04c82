import { describe, expect, test } from 'vitest';
import {
  collectionSource,
  KeyedProcessFunction,
  ProcessWindowFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type KeyedContext,
} from 'tidemark';
import { element, on, testJob, watermark } from 'tidemark/testing';

interface Reading {
  readonly key: string;
  readonly value: number;
}
const reading = (key: string, value: number, timestamp: number) =>
  element<Reading>({ key, value }, timestamp);
const LETTERS = [...'abcdefghij'];

describe('several subtasks', () => {
  test('share the keys of a stream; each sees all records of its own', async () => {
    const seen: Set<string>[] = [];
    class Remember extends KeyedProcessFunction<string, Reading, Reading> {
      readonly #keys = new Set<string>();
      override open() {
        seen.push(this.#keys);
      }
      processElement(value: Reading, context: KeyedContext<string>) {
        this.#keys.add(context.getCurrentKey());
        return [value];
      }
    }
    const steps = [...LETTERS, ...LETTERS].map((key, at) => reading(key, at, at));
    await testJob(steps, (input) => input.keyBy('key').process(() => new Remember()), { parallelism: 3 });
    expect(seen).toHaveLength(3);
    expect(seen.flatMap((keys) => [...keys]).sort()).toEqual(LETTERS);
    expect(seen.every((keys) => keys.size > 0)).toBe(true);
  });

  test('have the lowest watermark of all those they read', async () => {
    const { steps } = await testJob(
      [
        on('left', reading('a', 1, 5)),
        on('left', watermark(9)),
        on('right', reading('b', 1, 5)),
        on('right', watermark(4)),
        on('right', watermark(9)),
      ],
      ({ left, right }) =>
        left.union(right).keyBy('key').window(TumblingEventTimeWindows.of(10)).sum('value'),
      { inputs: ['left', 'right'], parallelism: 2 },
    );
    expect(steps.map((step) => step.records.length)).toEqual([0, 0, 0, 0, 2]);
    expect(steps.map((step) => step.watermark).slice(3)).toEqual([4, 9]);
  });

  test('take records in turn where nothing says who gets them', async () => {
    const counts: number[] = [];
    const { records } = await testJob(
      Array.from({ length: 6 }, (_, n) => element(n)),
      (input) =>
        input
          .map((n) => n)
          .process(() => {
            const at = counts.push(0) - 1;
            return new (class extends KeyedProcessFunction<never, number, number> {
              processElement(value: number, _context: KeyedContext<never>, out: Collector<number>) {
                counts[at]!++;
                out.collect(value);
              }
            })() as never;
          }),
      { parallelism: 3 },
    );
    expect(counts).toEqual([2, 2, 2]);
    expect(records.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('are one where all records belong together', async () => {
    const { records } = await testJob(
      [reading('a', 1, 1), reading('b', 2, 2), watermark(9)],
      (input) =>
        input
          .map(({ value }) => value)
          .windowAll(TumblingEventTimeWindows.of(10))
          .sum(0),
      { parallelism: 4 },
    );
    expect(records.map(({ value }) => value)).toEqual([3]);
  });

  test('keep their state through a snapshot', async () => {
    const steps = LETTERS.flatMap((key) => [reading(key, 1, 0), reading(key, 2, 1)]);
    const run = (snapshotEveryStep: boolean) =>
      testJob(steps, (input) => input.keyBy('key').sum('value'), { parallelism: 3, snapshotEveryStep });
    expect((await run(true)).records).toEqual((await run(false)).records);
  });

  test('each have a function object of their own, made from one without parameters', async () => {
    class Size extends ProcessWindowFunction<Reading, string, string> {
      #windows = 0;
      process(key: string, _context: unknown, elements: readonly Reading[]) {
        return [`${key}: ${elements.length} in window ${++this.#windows}`];
      }
    }
    const steps = [...LETTERS.map((key) => reading(key, 1, 0)), watermark(9)];
    const { records } = await testJob(
      steps,
      (input) => input.keyBy('key').window(TumblingEventTimeWindows.of(10)).process(new Size()),
      { parallelism: 3 },
    );
    expect(records.filter(({ value }) => value.endsWith('in window 1'))).toHaveLength(3);
  });

  test('need a factory for a function object with parameters', async () => {
    class Times extends KeyedProcessFunction<string, Reading, number> {
      readonly #factor: number;
      constructor(factor: number) {
        super();
        this.#factor = factor;
      }
      processElement({ value }: Reading) {
        return [value * this.#factor];
      }
    }
    const run = (given: Times | (() => Times)) =>
      testJob([reading('a', 2, 0)], (input) => input.keyBy('key').process(given), { parallelism: 2 });
    await expect(run(new Times(3))).rejects.toMatchObject({ cause: { code: 'instance-reused' } });
    expect((await run(() => new Times(3))).records).toEqual([{ value: 6, timestamp: 0 }]);
  });

  test('run in a job that sets them by operator', async () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const readings = LETTERS.flatMap((key, n) => [
      { key, value: n, time: n },
      { key, value: 1, time: n + 100 },
    ]);
    const strategy = WatermarkStrategy.forBoundedOutOfOrderness<(typeof readings)[number]>(
      200,
    ).withTimestampAssigner(({ time }) => time);
    const sums = await env
      .fromSource(collectionSource(readings), strategy)
      .map(({ key, value }): Reading => ({ key, value }))
      .setParallelism(2)
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(1000))
      .sum('value')
      .setParallelism(3)
      .filter(({ value }) => value > 0)
      .executeAndCollect();
    expect(sums.map(({ key, value }) => `${key}${value}`).sort()).toEqual(
      LETTERS.map((key, n) => `${key}${n + 1}`),
    );
  });

  test.each([
    [2, 'unsupported', 'a whole stream'],
    [40_000, 'bad-parallelism', 'key groups'],
    [0, 'bad-argument', 'whole number'],
  ])('are refused at once where %i cannot be', (parallelism, code, words) => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const sums = env.fromData(1, 2).windowAll(TumblingEventTimeWindows.of(10)).sum(0);
    expect(() => sums.setParallelism(parallelism)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) as string }),
    );
    expect(() => sums.setParallelism(1)).not.toThrow();
  });
});
