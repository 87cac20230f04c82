import { describe, expect, test } from 'vitest';
import {
  MAX_TIMESTAMP,
  OutputTag,
  ProcessJoinFunction,
  type Collector,
  type DataStream,
  type JoinContext,
} from 'tidemark';
import { element, on, snapshot, watermark, operatorHarness, type TestRecord } from 'tidemark/testing';
import { IntervalJoinOperator } from '../../runtime/src/operators/interval-join-operator.ts';
import { KeySelector } from '../../runtime/src/operators/key-selector.ts';
import { conformsOnTwo, runTwoInputs, watermarkOnBoth, type Inputs } from './two-inputs.ts';

type Bounds = readonly [lower: number, upper: number, exclusive?: 'exclusive'];

const oneKey = () => 'key';
const joined = ({ left, right }: Inputs<number, number>, [lower, upper, exclusive]: Bounds) => {
  const join = left.keyBy(oneKey).intervalJoin(right.keyBy(oneKey)).between(lower, upper);
  return exclusive === undefined ? join : join.lowerBoundExclusive().upperBoundExclusive();
};
const pairs = (inputs: Inputs<number, number>, bounds: Bounds): DataStream<string> =>
  joined(inputs, bounds).process((left, right) => [`(${left},${right})`]);
const show = ({ value, timestamp }: TestRecord<string>) => `${value}@${timestamp}`;
const at = (input: string, time: number) => on(input, element(time, time));

const CASES: readonly (readonly [Bounds, string])[] = [
  [[-2, -1], '(2,1)(3,1)(3,2)(4,2)(4,3)'],
  [[-1, 1], '(1,1)(1,2)(2,1)(2,2)(2,3)(3,2)(3,3)(3,4)(4,3)(4,4)'],
  [[1, 2], '(1,2)(1,3)(2,3)(2,4)(3,4)'],
  [[-3, -1, 'exclusive'], '(3,1)(4,2)'],
  [[-1, 1, 'exclusive'], '(1,1)(2,2)(3,3)(4,4)'],
  [[1, 3, 'exclusive'], '(1,3)(2,4)'],
];

describe.each(CASES)('an interval join between %j', (bounds, expected) => {
  const wanted = [...expected.matchAll(/\((\d),(\d)\)/g)]
    .map(([pair, left, right]) => `${pair}@${Math.max(Number(left), Number(right))}`)
    .sort();

  test.each([
    ['left', 'right', false],
    ['left', 'right', true],
    ['right', 'left', false],
    ['right', 'left', true],
  ])('pairs all of %s with %s later (restored after every step: %s)', async (first, second, way) => {
    const side = (input: string) => [1, 2, 3, 4].flatMap((t) => [at(input, t), on(input, watermark(t))]);
    const result = await runTwoInputs<number, number, string>(
      [...side(first), ...side(second)],
      (inputs) => pairs(inputs, bounds),
      { snapshotEveryStep: way, end: true },
    );
    expect(result.records.map(show).sort()).toEqual(wanted);
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    expect(result.lateRecords).toBe(0);
  });
});

describe('records are kept until the watermark rules out a partner', () => {
  const seconds = [1, 2, 3, 4, 5];
  test.each([
    [-1, 0, 9, 3],
    [0, 1, 9, 3],
  ])('between %i and %i', (lower, upper, after1, after4) => {
    const key = new KeySelector(oneKey);
    const operator = new IntervalJoinOperator(
      { leftKey: key, rightKey: key, lower, upper },
      () => undefined,
      undefined,
    );
    const harness = operatorHarness(operator);
    for (const t of seconds) {
      operator.processElement1(t, t, 'key');
      operator.processElement2(t, t, 'key');
    }
    harness.processWatermark(1);
    expect(operator.stateEntryCount).toBe(after1);
    harness.processWatermark(4);
    expect(operator.stateEntryCount).toBe(after4);
    harness.processWatermark(6);
    expect([operator.stateEntryCount, operator.timerCount]).toEqual([0, 0]);
  });

  test.each([
    [-2, 1, -1, 0],
    [-1, 2, 0, 1],
  ])('excluded bounds %i and %i make %i and %i', async (lower, upper, from, to) => {
    const parameters: unknown[] = [];
    await runTwoInputs<number, number, string>([], (inputs) => {
      const stream = pairs(inputs, [lower, upper, 'exclusive']);
      parameters.push(stream.node.parameters['lower'], stream.node.parameters['upper']);
      return stream;
    });
    expect(parameters).toEqual([from, to]);
  });
});

conformsOnTwo<number, number, string>('an interval join goes on where a snapshot was taken', {
  build: (inputs) => pairs(inputs, [-1, 1]),
  show,
  options: { end: true },
  steps: [
    [at('left', 1)],
    ...watermarkOnBoth(1),
    [at('right', 1), '(1,1)@1'],
    [at('left', 2), '(2,1)@2'],
    [at('right', 2), '(1,2)@2', '(2,2)@2'],
    [at('left', 3), '(3,2)@3'],
    [at('right', 3), '(2,3)@3', '(3,3)@3'],
    [snapshot()],
    [at('left', 4), '(4,3)@4'],
    [at('right', 4), '(3,4)@4', '(4,4)@4'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conformsOnTwo<number, number, string>('records behind the watermark are late, those at it are not', {
  build: (inputs) =>
    joined(inputs, [-5, 5])
      .sideOutputLeftLateData(new OutputTag<number>('left late'))
      .sideOutputRightLateData(new OutputTag<number>('right late'))
      .process((left, right) => [`(${left},${right})`]),
  show,
  steps: [
    [at('left', 10)],
    ...watermarkOnBoth(10),
    [at('right', 10), '(10,10)@10'],
    [at('right', 9)],
    [at('left', 9)],
    [at('left', 8)],
    ...watermarkOnBoth(15),
    [at('right', 15)],
  ],
  check: (result) => {
    expect(result.sideOutput('left late')).toEqual([
      { value: 9, timestamp: 9 },
      { value: 8, timestamp: 8 },
    ]);
    expect(result.sideOutput('right late')).toEqual([{ value: 9, timestamp: 9 }]);
    expect(result.lateRecords).toBe(3);
  },
});

class Timestamps extends ProcessJoinFunction<number, number, string> {
  processElement(left: number, right: number, context: JoinContext, out: Collector<string>) {
    context.output(new OutputTag<number>('times'), context.getLeftTimestamp());
    out.collect(`${left}${right}:${context.getLeftTimestamp()},${context.getRightTimestamp()}`);
  }
}

conformsOnTwo<number, number, string>('a join function knows both timestamps; results have the higher one', {
  build: (inputs) => joined(inputs, [-5, 5]).process(() => new Timestamps()),
  show,
  steps: [
    [on('left', element(1, 100))],
    [on('right', element(2, 103)), '12:100,103@103'],
    [on('right', element(3, 96)), '13:100,96@100'],
  ],
  check: (result) =>
    expect(result.sideOutput('times')).toEqual([
      { value: 100, timestamp: 103 },
      { value: 100, timestamp: 100 },
    ]),
});

conformsOnTwo<number, number, string>(
  'a watermark rules out partners at its own time for what came before it',
  {
    build: (inputs) => pairs(inputs, [-2, 2]),
    show,
    options: { end: true },
    steps: [
      [at('left', 3)],
      [at('left', 4)],
      ...watermarkOnBoth(5),
      [at('right', 5), '(4,5)@5'],
      [at('left', 5), '(5,5)@5'],
    ],
    check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
  },
);

conformsOnTwo<number, number, string>('the end of the input cleans up at the end of time', {
  build: (inputs) => pairs(inputs, [-2, 2]),
  show,
  options: { end: true },
  steps: [
    [at('left', MAX_TIMESTAMP)],
    [at('right', MAX_TIMESTAMP - 1), `(${MAX_TIMESTAMP},${MAX_TIMESTAMP - 1})@${MAX_TIMESTAMP}`],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conformsOnTwo<number, number, string>('a record at the watermark itself still finds its partner', {
  build: (inputs) => pairs(inputs, [0, 0]),
  show,
  options: { end: true },
  steps: [
    ...watermarkOnBoth(3),
    [at('left', 3)],
    [snapshot()],
    [at('right', 3), '(3,3)@3'],
    ...watermarkOnBoth(4),
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

test('keys are joined apart', async () => {
  const pair = (key: string, n: number) => [key, n] as const;
  const { records } = await runTwoInputs<readonly [string, number], readonly [string, number], string>(
    [
      on('left', element(pair('a', 1), 1)),
      on('left', element(pair('b', 2), 1)),
      on('right', element(pair('a', 3), 1)),
    ],
    ({ left, right }) =>
      left
        .keyBy(0)
        .intervalJoin(right.keyBy(([key]) => key))
        .between(0, 0)
        .process(([key, a], [, b]) => [`${key}${a}${b}`]),
  );
  expect(records).toEqual([{ value: 'a13', timestamp: 1 }]);
});

test('bounds the wrong way round are refused when the job is built', async () => {
  const run = runTwoInputs<number, number, string>([], (inputs) => pairs(inputs, [1, -1]));
  await expect(run).rejects.toMatchObject({ code: 'bad-argument' });
});

test('a stream without keys is refused when the job is built', async () => {
  const run = runTwoInputs<number, number, string>([], ({ left, right }) => {
    // @ts-expect-error It has no keys.
    const join = left.keyBy(oneKey).intervalJoin<number>(right);
    return join.between(0, 1).process((a, b) => [`${a}${b}`]);
  });
  await expect(run).rejects.toMatchObject({ code: 'bad-argument' });
});

test('a record without a timestamp fails, and says how to give it one', async () => {
  const run = runTwoInputs<number, number, string>([on('left', element(1))], (inputs) =>
    pairs(inputs, [0, 1]),
  );
  await expect(run).rejects.toMatchObject({
    code: 'operator-failed',
    cause: { code: 'missing-timestamp', message: expect.stringContaining('interval joins') as string },
  });
});
