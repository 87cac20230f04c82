import { describe, expect, test } from 'vitest';
import {
  CountEvictor,
  CountTrigger,
  EventTimeSessionWindows,
  PurgingTrigger,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  type Collector,
  type DataStream,
  type TaggedUnion,
} from 'tidemark';
import { element, on, snapshot, testJob, watermark, type TestRecord } from 'tidemark/testing';
import { conformsOnTwo, runTwoInputs, watermarkOnBoth } from './two-inputs.ts';

type Row = readonly [name: string, label: string | number];

const at = (input: string, name: string, label: string | number, time: number) =>
  on(input, element<Row>([name, label], time));
const show = ({ value, timestamp }: TestRecord<string>) => `${value}@${timestamp}`;
const tumbling = TumblingEventTimeWindows.of(3);

conformsOnTwo<Row, Row, string>('coGroup hands over both groups, one of which may be empty', {
  build: ({ left, right }) =>
    left
      .coGroup(right)
      .where(0)
      .equalTo(([name]) => name)
      .window(tumbling)
      .apply((lefts, rights) => {
        const labels = (rows: readonly Row[]) => rows.map(([, label]) => label).join('');
        return [`${(lefts[0] ?? rights[0])![0]}:${labels(lefts)}|${labels(rights)}`];
      }),
  show,
  options: { end: true },
  steps: [
    ...[0, 1, 2].map((t) => [at('left', 'a', t, t)] as const),
    ...[3, 4, 5].map((t) => [at('left', 'b', t, t)] as const),
    ...[6, 7, 8].map((t) => [at('left', 'a', t, t)] as const),
    ...[0, 1].map((t) => [at('right', 'a', t, t)] as const),
    [at('right', 'b', 3, 3)],
    ...[6, 7, 8].map((t) => [at('right', 'c', t, t)] as const),
    ...watermarkOnBoth(2, 'a:012|01@2'),
    [snapshot()],
    ...watermarkOnBoth(8, 'b:345|3@5', 'a:678|@8', 'c:|678@8'),
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

describe('join makes every pair of a key and window', () => {
  const lefts = [
    ['a', 'x', 0],
    ['a', 'y', 1],
    ['a', 'z', 2],
    ['b', 'u', 3],
    ['b', 'w', 5],
    ['a', 'i', 6],
    ['a', 'j', 7],
    ['a', 'k', 8],
  ] as const;
  const rights = [
    ['a', 'u', 0],
    ['a', 'w', 1],
    ['b', 'i', 3],
    ['b', 'k', 5],
    ['a', 'x', 6],
    ['a', 'z', 8],
  ] as const;
  const cross = (a: string, b: string, end: number) =>
    [...a].flatMap((left) => [...b].map((right) => `${left}${right}@${end}`));
  conformsOnTwo<Row, Row, string>('of tumbling windows', {
    build: ({ left, right }) =>
      left
        .join(right)
        .where(([name]) => name)
        .equalTo(0)
        .window(tumbling)
        .apply(([, a], [, b]) => `${a}${b}`),
    show,
    options: { end: true },
    steps: [
      ...lefts.map(([name, label, t]) => [at('left', name, label, t)] as const),
      ...rights.map(([name, label, t]) => [at('right', name, label, t)] as const),
      ...watermarkOnBoth(100, ...cross('xyz', 'uw', 2), ...cross('uw', 'ik', 5), ...cross('ijk', 'xz', 8)),
    ],
    check: ({ leaks, records }) => {
      expect(records).toHaveLength(16);
      expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
  });
});

conformsOnTwo<Row, Row, string>('late records make a window fire again while lateness is allowed', {
  build: ({ left, right }) =>
    left
      .join(right)
      .where(0)
      .equalTo(0)
      .window(tumbling)
      .allowedLateness(2)
      .apply(([, a], [, b]) => `${a}${b}`),
  show,
  steps: [
    [at('left', 'k', 'l', 0)],
    [at('right', 'k', 'r', 1)],
    ...watermarkOnBoth(2, 'lr@2'),
    [at('right', 'k', 's', 2), 'lr@2', 'ls@2'],
    ...watermarkOnBoth(4),
    [at('right', 'k', 't', 2)],
    [at('left', 'k', 'm', 2)],
  ],
  check: ({ lateRecords }) => expect(lateRecords).toBe(2),
});

conformsOnTwo<Row, Row, string>('session windows of both streams merge', {
  build: ({ left, right }) =>
    left
      .coGroup(right)
      .where(0)
      .equalTo(0)
      .window(EventTimeSessionWindows.withGap(3))
      .apply((lefts, rights, out: Collector<string>) => {
        out.collect(
          `${lefts.map(([, label]) => label).join('')}|${rights.map(([, label]) => label).join('')}`,
        );
      }),
  show,
  options: { end: true },
  steps: [
    [at('left', 'k', 'a', 0)],
    [at('left', 'k', 'b', 5)],
    [at('right', 'k', 'c', 3)],
    [at('right', 'k', 'd', 20)],
    ...watermarkOnBoth(7, 'ab|c@7'),
    ...watermarkOnBoth(30, '|d@22'),
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conformsOnTwo<Row, Row, string>('sliding windows make a pair in every window that has both', {
  build: ({ left, right }) =>
    left
      .join(right)
      .where(0)
      .equalTo(0)
      .window(SlidingEventTimeWindows.of(4, 2))
      .apply(([, a], [, b]) => `${a}${b}`),
  show,
  steps: [[at('left', 'k', 'l', 2)], [at('right', 'k', 'r', 3)], ...watermarkOnBoth(9, 'lr@3', 'lr@5')],
});

conformsOnTwo<Row, Row, string>('a trigger of their own fires them, over the records of both', {
  build: ({ left, right }) =>
    left
      .coGroup(right)
      .where(0)
      .equalTo(0)
      .window(TumblingEventTimeWindows.of(10))
      .trigger(PurgingTrigger.of(CountTrigger.of(3)))
      .apply((lefts, rights) => [`${lefts.length}|${rights.length}`]),
  show,
  steps: [
    [at('left', 'k', 'a', 0)],
    [at('right', 'k', 'b', 1)],
    [at('left', 'k', 'c', 2), '2|1@9'],
    [at('right', 'k', 'd', 3)],
  ],
});

conformsOnTwo<Row, Row, string>('an evictor sees the records of both in one list', {
  build: ({ left, right }) =>
    left
      .coGroup(right)
      .where(0)
      .equalTo(0)
      .window(TumblingEventTimeWindows.of(10))
      .evictor(CountEvictor.of(2))
      .apply((lefts, rights) => [`${lefts.map(([, l]) => l).join('')}|${rights.map(([, l]) => l).join('')}`]),
  show,
  steps: [
    [at('left', 'k', 'a', 0)],
    [at('right', 'k', 'b', 1)],
    [at('left', 'k', 'c', 2)],
    ...watermarkOnBoth(9, 'c|b@9'),
  ],
});

conformsOnTwo<Row, Row, string>('a dynamic gap is asked with the stream that a record came by', {
  build: ({ left, right }) =>
    left
      .coGroup(right)
      .where(0)
      .equalTo(0)
      .window(
        EventTimeSessionWindows.withDynamicGap((tagged: TaggedUnion<Row, Row>) => (tagged.isOne ? 1 : 10)),
      )
      .apply((lefts, rights) => [`${lefts.length}|${rights.length}`]),
  show,
  steps: [
    [at('left', 'k', 'a', 0)],
    [at('right', 'k', 'b', 5)],
    [at('left', 'k', 'c', 14)],
    ...watermarkOnBoth(50, '1|0@0', '1|1@14'),
  ],
});

test.each([{}, { snapshotEveryStep: true }, { parallelism: 3 }])(
  'a stream joined with itself, %j',
  async (options) => {
    const { records } = await testJob(
      [element(['a', 'x'], 0), element(['a', 'y'], 1), element(['b', 'u'], 3), watermark(5)],
      (rows: DataStream<string[]>) =>
        rows
          .join(rows)
          .where((row) => row[0]!)
          .equalTo((row) => row[0]!)
          .window(tumbling)
          .apply((left, right) => `${left[1]}${right[1]}`),
      options,
    );
    expect(records.map(show).sort()).toEqual(['uu@5', 'xx@2', 'xy@2', 'yx@2', 'yy@2']);
  },
);

describe('a join function', () => {
  const steps = [
    on('left', element<Row>(['k', 1], 0)),
    on('right', element<Row>(['k', 2], 0)),
    on('left', watermark(9)),
    on('right', watermark(9)),
  ];
  test('makes one record of what it returns, a list too', async () => {
    const { records } = await runTwoInputs<Row, Row, Row[]>(steps, ({ left, right }) =>
      left
        .join(right)
        .where(0)
        .equalTo(0)
        .window(tumbling)
        .apply((a, b) => [a, b]),
    );
    expect(records).toEqual([
      {
        value: [
          ['k', 1],
          ['k', 2],
        ],
        timestamp: 2,
      },
    ]);
  });

  test('makes any number of records by its collector', async () => {
    const { records } = await runTwoInputs<Row, Row, string>(steps, ({ left, right }) =>
      left
        .join(right)
        .where(0)
        .equalTo(0)
        .window(tumbling)
        .apply(([, a], [, b], out: Collector<string>) => {
          out.collect(`${a}`);
          out.collect(`${b}`);
        }),
    );
    expect(records.map(({ value }) => value)).toEqual(['1', '2']);
  });

  test('makes any number of records as a generator', async () => {
    const { records } = await runTwoInputs<Row, Row, string | number>(steps, ({ left, right }) =>
      left
        .join(right)
        .where(0)
        .equalTo(0)
        .window(tumbling)
        .apply(function* ([, a], [, b]) {
          yield a;
          yield b;
        }),
    );
    expect(records.map(({ value }) => value)).toEqual([1, 2]);
  });
});

test('streams of two environments cannot be joined', () => {
  const [a, b] = [0, 1].map(() => StreamExecutionEnvironment.getExecutionEnvironment().fromData(1));
  expect(() => a!.join(b!)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
});
