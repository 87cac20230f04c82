import { describe, expect, test } from 'vitest';
import {
  CountEvictor,
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  StreamExecutionEnvironment,
  TimeWindow,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
} from 'tidemark';

const starts = (windows: readonly TimeWindow[]) => windows.map(({ start }) => start);

describe('tumbling windows of 7 ms start at', () => {
  const table: readonly (readonly [
    offset: number,
    ...pairs: (readonly [timestamp: number, start: number])[],
  ])[] = [
    [0, [-8, -14], [-7, -7], [-6, -7], [-1, -7], [1, 0], [6, 0], [7, 7], [8, 7]],
    [3, [-10, -11], [-9, -11], [-3, -4], [-2, -4], [-1, -4], [1, -4], [2, -4], [3, 3], [9, 3], [10, 10]],
    [
      -2,
      [-12, -16],
      [-7, -9],
      [-4, -9],
      [-3, -9],
      [-2, -2],
      [-1, -2],
      [1, -2],
      [2, -2],
      [3, -2],
      [4, -2],
      [7, 5],
      [12, 12],
    ],
  ];
  test.each(
    table.flatMap(([offset, ...pairs]) => pairs.map(([timestamp, start]) => [timestamp, offset, start])),
  )('timestamp %i, offset %i: %i', (timestamp, offset, start) => {
    expect(starts(TumblingEventTimeWindows.of(7, offset).assignWindows(undefined, timestamp!))).toEqual([
      start,
    ]);
  });
});

test.each([
  [0, [0, -1000, -2000, -3000, -4000]],
  [4999, [4000, 3000, 2000, 1000, 0]],
  [5000, [5000, 4000, 3000, 2000, 1000]],
])('sliding windows of 5 s every 1 s that hold %i', (timestamp, expected) => {
  expect(starts(SlidingEventTimeWindows.of(5000, 1000).assignWindows(undefined, timestamp))).toEqual(
    expected,
  );
});

test.each([
  [10, 20, true],
  [20, 30, true],
  [19, 22, true],
  [21, 30, false],
])('[10, 20) meets [%i, %i): %s', (start, end, meets) => {
  expect(new TimeWindow(10, 20).intersects(new TimeWindow(start, end))).toBe(meets);
});

describe('refused when the job is built', () => {
  const bad: readonly (readonly [string, () => unknown])[] = [
    ['sliding, size −2 s', () => SlidingEventTimeWindows.of('-2 s', '1 s')],
    ['sliding, slide −1 s', () => SlidingEventTimeWindows.of('2 s', '-1 s')],
    ['sliding, slide 0', () => SlidingProcessingTimeWindows.of('2 s', 0)],
    ['sliding, offset −11 s with slide 10 s', () => SlidingEventTimeWindows.of('20 s', '10 s', '-11 s')],
    ['sliding, offset 11 s with slide 10 s', () => SlidingProcessingTimeWindows.of('20 s', '10 s', '11 s')],
    ['sliding, offset equal to slide', () => SlidingEventTimeWindows.of('20 s', '10 s', '10 s')],
    ['tumbling, size 0', () => TumblingEventTimeWindows.of(0)],
    ['tumbling, size −1 s', () => TumblingProcessingTimeWindows.of('-1 s')],
    ['tumbling, offset equal to size', () => TumblingEventTimeWindows.of('10 s', '10 s')],
    ['tumbling, offset −11 s with size 10 s', () => TumblingProcessingTimeWindows.of('10 s', '-11 s')],
    ['session, gap 0', () => EventTimeSessionWindows.withGap(0)],
    ['session, gap −1 s', () => ProcessingTimeSessionWindows.withGap('-1 s')],
    ['idleness 0', () => WatermarkStrategy.noWatermarks().withIdleness(0)],
    ['idleness −1 s', () => WatermarkStrategy.noWatermarks().withIdleness('-1 s')],
    ['out-of-orderness −1 s', () => WatermarkStrategy.forBoundedOutOfOrderness('-1 s')],
    ['a duration without a unit', () => TumblingEventTimeWindows.of('10')],
  ];
  test.each(bad)('%s', (_title, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  test('an evictor with session windows', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const windows = env
      .fromData(1)
      .keyBy((n) => n)
      .window(EventTimeSessionWindows.withGap('1 s'));
    expect(() => windows.evictor(CountEvictor.of(1))).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });
});
