import { describe, expect, test } from 'vitest';
import { MAX_TIMESTAMP, MIN_TIMESTAMP, WatermarkStrategy, type WatermarkGenerator } from 'tidemark';
import {
  active,
  element,
  idle,
  on,
  processingTime,
  snapshot,
  testJob,
  watermark,
  type TestStep,
} from 'tidemark/testing';
import { IdlenessTimer } from '../../runtime/src/time/idleness-timer.ts';
import { WatermarkCombiner } from '../../runtime/src/time/watermark-combiner.ts';

describe('bounded out-of-orderness of 10 ms', () => {
  const generator = WatermarkStrategy.forBoundedOutOfOrderness<unknown>(10).createGenerator();
  const emitted = () => {
    const watermarks: number[] = [];
    generator.onPeriodicEmit({
      emitWatermark: (t) => watermarks.push(t),
      markIdle: () => undefined,
      markActive: () => undefined,
    });
    return watermarks;
  };
  const see = (...timestamps: number[]) => {
    for (const timestamp of timestamps) {
      generator.onEvent(undefined, timestamp, {
        emitWatermark: () => expect.unreachable(),
        markIdle: () => undefined,
        markActive: () => undefined,
      });
    }
  };
  test.each([
    [[], MIN_TIMESTAMP],
    [[1337], 1326],
    [[12345, 12300, 12340, 12280], 12334],
    [[723456], 723445],
    [[], 723445],
  ])('after %j: %i', (timestamps, expected) => {
    see(...timestamps);
    expect(emitted()).toEqual([expected]);
  });
});

describe('the idleness timer', () => {
  test('counts from the first check without records, and is idle past the timeout', () => {
    const timer = new IdlenessTimer(122);
    expect([timer.check(0), timer.check(122), timer.check(123), timer.check(124)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    timer.activity();
    expect([timer.check(200), timer.check(201), timer.check(323), timer.check(324)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('timestamps and watermarks in the middle of a stream', () => {
  const periodic = WatermarkStrategy.forGenerator<number>((): WatermarkGenerator<number> => {
    let next = MIN_TIMESTAMP;
    return {
      onEvent: (_value, timestamp) => void (next = timestamp!),
      onPeriodicEmit: (output) => output.emitWatermark(next - 1),
      snapshot: () => next,
      restore: (state) => void (next = state as number),
    };
  }).withTimestampAssigner((value) => value);
  const run = (steps: readonly TestStep<number>[], snapshotEveryStep: boolean) =>
    testJob(steps, (input) => input.assignTimestampsAndWatermarks(periodic), {
      autoWatermarkInterval: 50,
      snapshotEveryStep,
      end: true,
    });

  test.each([false, true])(
    'are emitted on ticks and never go back (restored after every step: %s)',
    async (way) => {
      const { steps } = await run(
        [
          element(2, 17),
          watermark(1000),
          processingTime(49),
          processingTime(50),
          element(4),
          processingTime(100),
          element(2),
          processingTime(150),
          element(6),
          processingTime(200),
        ],
        way,
      );
      expect(steps.map((step) => step.watermark)).toEqual([
        MIN_TIMESTAMP,
        MIN_TIMESTAMP,
        MIN_TIMESTAMP,
        1,
        1,
        3,
        3,
        3,
        3,
        5,
        MAX_TIMESTAMP,
      ]);
      expect(steps.flatMap(({ records }) => records)).toEqual(
        [2, 4, 2, 6].map((value) => ({ value, timestamp: value })),
      );
    },
  );

  test('a punctuated generator emits right behind its record', async () => {
    const punctuated = WatermarkStrategy.forGenerator<readonly [boolean, number]>(() => ({
      onEvent: ([marks], timestamp, output) => {
        if (marks) output.emitWatermark(timestamp!);
      },
      onPeriodicEmit: () => undefined,
    })).withTimestampAssigner(([, time]) => time);
    const marked = (marks: boolean, time: number) => element([marks, time] as const, undefined);
    const { steps } = await testJob(
      [marked(true, 2), marked(true, 4), marked(true, 2), marked(false, 6)],
      (input) => input.assignTimestampsAndWatermarks(punctuated),
    );
    expect(steps.map((step) => [step.records[0]!.timestamp, step.watermark])).toEqual([
      [2, 2],
      [4, 4],
      [2, 4],
      [6, 4],
    ]);
  });

  test('all timestamps are kept as they are', async () => {
    const times = [MIN_TIMESTAMP + 1, -1, 0, 1, 2, 3, MAX_TIMESTAMP];
    const { records } = await testJob(
      times.map((time) => element(time)),
      (input) =>
        input.assignTimestampsAndWatermarks(
          WatermarkStrategy.noWatermarks<number>().withTimestampAssigner((n) => n),
        ),
    );
    expect(records.map(({ timestamp }) => timestamp)).toEqual(times);
  });

  test('a timestamp that is none fails, and says what it was', async () => {
    const wrong = WatermarkStrategy.noWatermarks<string>().withTimestampAssigner(
      (text) => text as unknown as number,
    );
    const run = testJob([element('2024-01-01')], (input) => input.assignTimestampsAndWatermarks(wrong));
    await expect(run).rejects.toMatchObject({ code: 'operator-failed', cause: { code: 'bad-timestamp' } });
  });

  test('a silent stream becomes idle and holds nobody back', async () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>()
      .withTimestampAssigner((n) => n)
      .withIdleness(100);
    const { steps } = await testJob(
      [
        on('quiet', element(5)),
        on('busy', watermark(100)),
        processingTime(200),
        processingTime(1000),
        on('quiet', element(40)),
        processingTime(1200),
      ],
      ({ quiet, busy }) => quiet!.assignTimestampsAndWatermarks(strategy).union(busy!),
      { inputs: ['quiet', 'busy'] },
    );
    expect(steps.map((step) => step.watermark)).toEqual([MIN_TIMESTAMP, MIN_TIMESTAMP, 4, 100, 100, 100]);
  });
});

describe('combined watermarks', () => {
  const combined = (work: (combiner: WatermarkCombiner) => void, ...ids: string[]) => {
    const combiner = new WatermarkCombiner();
    for (const id of ids) combiner.register(id);
    work(combiner);
    combiner.combine();
    return [combiner.watermark, combiner.idle];
  };

  test('are the lowest of those that are active', () => {
    const work = (combiner: WatermarkCombiner) => {
      combiner.update('a', 2);
      combiner.update('b', 5);
      combiner.setIdle('c', true);
    };
    expect(combined(work, 'a', 'b', 'c')).toEqual([2, false]);
  });

  test('leave out what is idle', () => {
    const work = (combiner: WatermarkCombiner) => {
      combiner.update('a', 2);
      combiner.update('b', 5);
      combiner.setIdle('a', true);
    };
    expect(combined(work, 'a', 'b')).toEqual([5, false]);
  });

  test.each([[['a', 'b']], [['b', 'a']]])(
    'are the highest once all are idle, first %j',
    ([first, second]) => {
      const combiner = new WatermarkCombiner();
      combiner.update('a', 5);
      combiner.update('b', 2);
      combiner.combine();
      for (const id of [first!, second!]) {
        combiner.setIdle(id, true);
        combiner.combine();
      }
      expect([combiner.watermark, combiner.idle]).toEqual([5, true]);
      combiner.update('b', 3);
      combiner.combine();
      expect([combiner.watermark, combiner.idle]).toEqual([5, false]);
    },
  );

  test('of nothing are nothing', () => {
    expect(combined(() => undefined)).toEqual([MIN_TIMESTAMP, false]);
  });

  test('wait for an input that has not reported', () => {
    expect(combined((combiner) => combiner.update('a', 5), 'a', 'b')).toEqual([MIN_TIMESTAMP, false]);
  });

  test('advance at the next combination once the lowest is gone, and never go back', () => {
    const combiner = new WatermarkCombiner();
    combiner.update('a', 1);
    combiner.update('b', 5);
    combiner.combine();
    combiner.unregister('a');
    expect(combiner.watermark).toBe(1);
    combiner.combine();
    expect(combiner.watermark).toBe(5);
    combiner.register('c');
    combiner.combine();
    expect(combiner.watermark).toBe(5);
  });
});

test('a union waits for its slowest input, but not for an idle one', async () => {
  const { steps } = await testJob(
    [
      on('left', watermark(5)),
      on('right', watermark(2)),
      on('right', idle()),
      snapshot(),
      on('left', watermark(7)),
      on('right', active()),
      on('left', watermark(9)),
      on('right', watermark(8)),
      on('left', idle()),
      on('right', idle()),
    ],
    ({ left, right }) => left!.union(right!),
    { inputs: ['left', 'right'] },
  );
  expect(steps.map((step) => step.watermark)).toEqual([MIN_TIMESTAMP, 2, 5, 5, 7, 7, 7, 8, 8, 9]);
  expect(steps.map((step) => step.idle)).toEqual([...Array.from({ length: 9 }, () => false), true]);
});
