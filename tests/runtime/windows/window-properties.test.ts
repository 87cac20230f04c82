import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EventTimeSessionWindows,
  EventTimeTrigger,
  OutputTag,
  ProcessingTimeSessionWindows,
  PurgingTrigger,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  type DataStream,
  type KeyedStream,
  type TimeWindow,
  type WindowAssigner,
  type WindowedStream,
} from 'tidemark';
import { element, processingTime, testJob, watermark, type TestStep } from 'tidemark/testing';
import { holds } from '../property.ts';
import {
  clockWindows,
  countWindows,
  fixedWindows,
  nameOf,
  sessions,
  type Event,
  type Input,
  type ModelResult,
} from './window-models.ts';

const events = fc.record({
  key: fc.constantFrom<string | number>('a', 'b', 1, 2, -7, 0.5),
  value: fc.integer({ min: 1, max: 9 }),
  time: fc.integer({ min: -60, max: 200 }),
});
const inputs = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: events.map((event): Input => ({ event })) },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: 260 }).map((until): Input => ({ until })) },
  ),
  { maxLength: 60 },
);
const settings = fc.record({
  input: inputs,
  size: fc.integer({ min: 1, max: 40 }),
  slide: fc.integer({ min: 1, max: 40 }),
  shift: fc.integer({ min: -39, max: 39 }),
  lateness: fc.constantFrom(0, 0, 5, 50),
  purging: fc.boolean(),
  /** How the windows hold their records: in panes if they can, in accumulators, or as lists. */
  way: fc.constantFrom<Way>('panes', 'accumulators', 'lists'),
  snapshotEveryStep: fc.boolean(),
  parallelism: fc.constantFrom(1, 1, 1, 3),
});
type Way = 'panes' | 'accumulators' | 'lists';
type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;

/** How often each of the eight is tried in `npm test`: 504 runs together. */
const RUNS = 63;
const AFTER_ALL = 100_000;
const LATE = new OutputTag<Event>('late');
const sumOf = {
  createAccumulator: () => 0,
  add: ({ value }: Event, sum: number) => sum + value,
  getResult: (sum: number) => sum,
  merge: (a: number, b: number) => a + b,
};
/** Takes the general operator, though it does nothing else. */
class OwnTrigger extends EventTimeTrigger {}

type Windows = WindowedStream<Event, string | number, TimeWindow>;

function sums(windows: Windows, way: Way): DataStream<string> {
  if (way === 'lists') {
    return windows.process((key, { window }, all) => [
      nameOf(
        key,
        window.start,
        window.end,
        all.reduce((sum, { value }) => sum + value, 0),
      ),
    ]);
  }
  return windows.aggregate(sumOf, (key, { window }, [sum]) => [nameOf(key, window.start, window.end, sum!)]);
}

async function byEventTime(
  assigner: WindowAssigner<unknown, TimeWindow>,
  options: Settings,
): Promise<ModelResult> {
  const { input, lateness, purging, way, snapshotEveryStep, parallelism } = options;
  const steps = input.map((step): TestStep<Event> =>
    'event' in step ? element(step.event, step.event.time) : watermark(step.until),
  );
  const build = (stream: DataStream<Event>) => {
    const windows: Windows = stream
      .keyBy(({ key }) => key)
      .window(assigner)
      .allowedLateness(lateness)
      .sideOutputLateData(LATE);
    if (purging) windows.trigger(PurgingTrigger.of(EventTimeTrigger.create()));
    else if (way !== 'panes') windows.trigger(new OwnTrigger());
    return sums(windows, way);
  };
  const result = await testJob(steps, build, { snapshotEveryStep, parallelism, end: true });
  expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  const late = result.sideOutput(LATE).map(({ value: { value } }) => value);
  expect(result.lateRecords).toBe(late.length);
  return { out: result.records.map(({ value }) => value).sort(), late };
}

const ended = (input: readonly Input[]): Input[] => [...input, { until: AFTER_ALL }];
const startOf = (time: number, size: number, offset: number) =>
  Math.floor((time - offset) / size) * size + offset;
const slidingStarts = (time: number, size: number, slide: number, offset: number) => {
  const starts: number[] = [];
  for (let start = time - size + 1; start <= time; start++)
    if ((start - offset) % slide === 0) starts.push(start);
  return starts;
};

/** The clock in place of watermarks: it only goes forward. */
function clocked(input: readonly Input[]): Input[] {
  let now = 0;
  const forward = input.map((step): Input =>
    'event' in step ? step : { until: (now += Math.abs(step.until)) },
  );
  return [...forward, { until: now + AFTER_ALL }];
}

async function byClock(
  assigner: WindowAssigner<unknown, TimeWindow>,
  input: readonly Input[],
  options: Settings,
) {
  const steps = input.map((step): TestStep<Event> =>
    'event' in step ? element(step.event, step.event.time) : processingTime(step.until),
  );
  const { way, snapshotEveryStep, parallelism } = options;
  const build = (stream: DataStream<Event>) => sums(stream.keyBy(({ key }) => key).window(assigner), way);
  const result = await testJob(steps, build, { snapshotEveryStep, parallelism, end: true });
  expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  return { out: result.records.map(({ value }) => value).sort(), late: [] };
}

test('tumbling windows give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const { input, size, shift } = options;
      const offset = shift % size;
      const expected = fixedWindows(ended(input), (time) => [startOf(time, size, offset)], size, options);
      expect(await byEventTime(TumblingEventTimeWindows.of(size, offset), options)).toEqual(expected);
    },
    RUNS,
  ));

test('sliding windows give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const { input, size, slide, shift } = options;
      const offset = shift % slide;
      const starts = (time: number) => slidingStarts(time, size, slide, offset);
      const expected = fixedWindows(ended(input), starts, size, options);
      expect(await byEventTime(SlidingEventTimeWindows.of(size, slide, offset), options)).toEqual(expected);
    },
    RUNS,
  ));

test('sessions give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const expected = sessions(ended(options.input), () => options.size, options);
      expect(await byEventTime(EventTimeSessionWindows.withGap(options.size), options)).toEqual(expected);
    },
    RUNS,
  ));

test('sessions whose gap depends on the record give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const gapOf = (value: number) => value * options.size;
      const assigner = EventTimeSessionWindows.withDynamicGap<Event>(({ value }) => gapOf(value));
      const expected = sessions(ended(options.input), gapOf, options);
      expect(await byEventTime(assigner as WindowAssigner<unknown, TimeWindow>, options)).toEqual(expected);
    },
    RUNS,
  ));

test('tumbling windows of processing time give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const { size, shift } = options;
      const offset = shift % size;
      const input = clocked(options.input);
      const windowsOf = (now: number) => {
        const start = startOf(now, size, offset);
        return [[start, start + size]] as const;
      };
      const got = await byClock(TumblingProcessingTimeWindows.of(size, offset), input, options);
      expect(got).toEqual(clockWindows(input, windowsOf, false));
    },
    RUNS,
  ));

test('sliding windows of processing time give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const { size, slide, shift } = options;
      const offset = shift % slide;
      const input = clocked(options.input);
      const windowsOf = (now: number) =>
        slidingStarts(now, size, slide, offset).map((start) => [start, start + size] as const);
      const got = await byClock(SlidingProcessingTimeWindows.of(size, slide, offset), input, options);
      expect(got).toEqual(clockWindows(input, windowsOf, false));
    },
    RUNS,
  ));

test('sessions of processing time give what a naive model gives', () =>
  holds(
    settings,
    async (options) => {
      const input = clocked(options.input);
      const got = await byClock(ProcessingTimeSessionWindows.withGap(options.size), input, options);
      expect(got).toEqual(clockWindows(input, (now) => [[now, now + options.size]], true));
    },
    RUNS,
  ));

test('windows of a count give what a naive model gives', () =>
  holds(
    fc.record({ settings, slides: fc.boolean() }),
    async ({ settings: { input, size, slide, snapshotEveryStep }, slides }) => {
      const n = (size % 5) + 1;
      const every = slides ? (slide % 4) + 1 : undefined;
      const steps = input.flatMap((step) => ('event' in step ? [element(step.event)] : []));
      const sumsOf = (stream: KeyedStream<Event, string | number>) =>
        (every === undefined ? stream.countWindow(n) : stream.countWindow(n, every)).process(
          (key, _context, all) => [`${key}: ${all.reduce((sum, { value }) => sum + value, 0)}`],
        );
      const { records } = await testJob(steps, (stream) => sumsOf(stream.keyBy(({ key }) => key)), {
        snapshotEveryStep,
      });
      expect(records.map(({ value }) => value)).toEqual(countWindows(input, n, every));
    },
    RUNS,
  ));
