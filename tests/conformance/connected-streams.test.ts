import { describe, expect, test } from 'vitest';
import {
  CoProcessFunction,
  KeyedCoProcessFunction,
  MIN_TIMESTAMP,
  OutputTag,
  RichCoFlatMapFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type Context,
  type KeyedContext,
  type OnTimerContext,
  type ValueState,
} from 'tidemark';
import {
  active,
  element,
  idle,
  on,
  processingTime,
  snapshot,
  watermark,
  type TestRecord,
} from 'tidemark/testing';
import { conformsOnTwo, runTwoInputs, watermarkOnBoth } from './two-inputs.ts';

const show = ({ value, timestamp }: TestRecord<unknown>) => `${String(value)}@${timestamp}`;

conformsOnTwo<number, string, number | string>('map runs a function for each stream', {
  build: ({ left, right }) =>
    left.connect(right).map(
      (n) => n + 1,
      (text) => text.toUpperCase(),
    ),
  show,
  steps: [
    [on('left', element(1, 10)), '2@10'],
    [on('right', element('a', 20)), 'A@20'],
    [on('left', element(2)), '3@undefined'],
  ],
});

conformsOnTwo<number, string, string>('flatMap returns, collects or makes nothing', {
  build: ({ left, right }) =>
    left.connect(right).flatMap(
      (n) => Array.from({ length: n }, (_, i) => `${i}`),
      (text, out) => {
        if (text !== '') out.collect(text);
      },
    ),
  show,
  steps: [
    [on('left', element(2, 1)), '0@1', '1@1'],
    [on('left', element(0, 2))],
    [on('right', element('a', 3)), 'a@3'],
    [on('right', element('', 4))],
  ],
});

test('one object may hold both functions', async () => {
  const { records } = await runTwoInputs<number, string, string>(
    [on('left', element(1)), on('right', element('a'))],
    ({ left, right }) => left.connect(right).map({ map1: (n) => `${n}`, map2: (text) => text }),
    { snapshotEveryStep: true },
  );
  expect(records.map(({ value }) => value)).toEqual(['1', 'a']);
});

/** Pairs the two halves of an order whichever comes first. */
class Pair extends RichCoFlatMapFunction<readonly [string, number], readonly [string, string], string> {
  #amount!: ValueState<number | undefined>;
  #name!: ValueState<string | undefined>;

  override open() {
    const context = this.getRuntimeContext();
    this.#amount = context.getState(new ValueStateDescriptor<number>('amount'));
    this.#name = context.getState(new ValueStateDescriptor<string>('name'));
  }

  flatMap1([, amount]: readonly [string, number]) {
    const name = this.#name.value();
    if (name === undefined) return void this.#amount.update(amount);
    this.#name.clear();
    return [`${name}:${amount}`];
  }

  flatMap2([, name]: readonly [string, string]) {
    const amount = this.#amount.value();
    if (amount === undefined) return void this.#name.update(name);
    this.#amount.clear();
    return [`${name}:${amount}`];
  }
}

conformsOnTwo<readonly [string, number], readonly [string, string], string>(
  'both streams of a key share its state',
  {
    build: ({ left, right }) =>
      left
        .connect(right)
        .keyBy(0, ([key]) => key)
        .flatMap(() => new Pair()),
    show,
    options: { end: true },
    steps: [
      [on('left', element(['a', 1], 1))],
      [on('right', element(['b', 'bob'], 2))],
      [snapshot()],
      [on('right', element(['a', 'ann'], 3)), 'ann:1@3'],
      [on('left', element(['b', 2], 4)), 'bob:2@4'],
    ],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  },
);

class Timers extends KeyedCoProcessFunction<string, string, string, string> {
  processElement1(value: string, context: KeyedContext<string>) {
    context.timerService().registerEventTimeTimer(10);
    return [
      `1:${value}:${context.timerService().currentWatermark() === MIN_TIMESTAMP ? 'MIN' : context.timerService().currentWatermark()}`,
    ];
  }

  processElement2(value: string, context: KeyedContext<string>, out: Collector<string>) {
    context.timerService().registerEventTimeTimer(10);
    context.timerService().registerProcessingTimeTimer(7);
    context.output(new OutputTag<string>('side'), `${context.getCurrentKey()} ${context.timestamp()}`);
    out.collect(`2:${value}`);
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>) {
    out.collect(`${context.timeDomain()}:${context.getCurrentKey()}:${timestamp}`);
  }
}

conformsOnTwo<string, string, string>('both streams of a key share its timers', {
  build: ({ left, right }) =>
    left
      .keyBy((value) => value)
      .connect(right.keyBy((value) => value))
      .process(() => new Timers()),
  show,
  options: { end: true },
  steps: [
    [on('left', element('a', 1)), '1:a:MIN@1'],
    [on('right', element('a', 2)), '2:a@2'],
    [on('left', element('b', 3)), '1:b:MIN@3'],
    [processingTime(7), 'processing-time:a:7@7'],
    [on('left', watermark(12))],
    [on('right', watermark(10)), 'event-time:a:10@10', 'event-time:b:10@10'],
    ...watermarkOnBoth(13),
  ],
  check: (result) => {
    expect(result.sideOutput('side')).toEqual([{ value: 'a 2', timestamp: 2 }]);
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  },
});

test.each([false, true])(
  'the watermark is the lower of both, without an idle one (restored: %s)',
  async (snapshotEveryStep) => {
    const { steps } = await runTwoInputs<number, number, number>(
      [
        on('left', watermark(5)),
        on('right', watermark(2)),
        on('right', idle()),
        on('left', watermark(7)),
        on('right', active()),
        on('left', watermark(9)),
        on('right', watermark(8)),
        on('left', idle()),
        on('right', idle()),
      ],
      ({ left, right }) =>
        left.connect(right).map(
          (n) => n,
          (n) => n,
        ),
      { snapshotEveryStep },
    );
    expect(steps.map((step) => step.watermark)).toEqual([MIN_TIMESTAMP, 2, 5, 7, 7, 7, 8, 8, 9]);
    expect(steps.map((step) => step.idle)).toEqual([...Array.from({ length: 8 }, () => false), true]);
  },
);

test('a stream may be connected with itself', async () => {
  const { records } = await runTwoInputs<number, number, string>([on('left', element(1))], ({ left }) =>
    left.connect(left).map(
      (n) => `first ${n}`,
      (n) => `second ${n}`,
    ),
  );
  expect(records.map(({ value }) => value)).toEqual(['first 1', 'second 1']);
});

describe('without keys', () => {
  const run = (fn: CoProcessFunction<number, number, number>) =>
    runTwoInputs<number, number, number>([on('left', element(1, 1))], ({ left, right }) =>
      left.connect(right).process(fn),
    );
  class Base extends CoProcessFunction<number, number, number> {
    processElement1(value: number, context: Context): number[] {
      return [value, context.timerService().currentProcessingTime()];
    }
    processElement2(): void {}
  }

  test('a process function sees both streams', async () => {
    const { records } = await run(new Base());
    expect(records.map(({ value }) => value)).toEqual([1, 0]);
  });

  test('keyed state is refused', async () => {
    class WithState extends Base {
      override open() {
        this.getRuntimeContext().getState(new ValueStateDescriptor('n', 0));
      }
    }
    await expect(run(new WithState())).rejects.toMatchObject({ cause: { code: 'unsupported' } });
  });

  test('timers are refused', async () => {
    class WithTimer extends Base {
      override processElement1(_value: number, context: Context) {
        context.timerService().registerEventTimeTimer(1);
        return [];
      }
    }
    await expect(run(new WithTimer())).rejects.toMatchObject({ cause: { code: 'unsupported' } });
  });
});

test('an error names the operator and the record', async () => {
  const run = runTwoInputs<number, string, number>([on('right', element('x'))], ({ left, right }) =>
    left.connect(right).map(
      (n) => n,
      (text) => {
        throw new RangeError(`no ${text}`);
      },
    ),
  );
  await expect(run).rejects.toMatchObject({
    code: 'operator-failed',
    details: { kind: 'co-map', record: "'x'" },
    cause: { message: 'no x' },
  });
});

test('misuse is refused when the job is built', () => {
  const [one, other] = [0, 1].map(() => StreamExecutionEnvironment.getExecutionEnvironment().fromData(1));
  expect(() => one!.connect(other!)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  // @ts-expect-error A stream is missing.
  expect(() => one!.connect()).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  // @ts-expect-error A stream is no function.
  expect(() => one!.join((n: number) => n)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  const connected = one!.connect(one!);
  // @ts-expect-error One function is too few.
  expect(() => connected.map((n: number) => n, 1)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  // @ts-expect-error A key must be a field or a function.
  expect(() => connected.keyBy(null, null)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
});
