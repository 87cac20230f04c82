import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EventTimeSessionWindows,
  EventTimeTrigger,
  OutputTag,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  type DataStream,
  type TimeWindow,
  type WindowAssigner,
} from 'tidemark';
import { element, testJob, watermark, type TestStep } from 'tidemark/testing';
import { holds } from '../property.ts';

interface Event {
  readonly key: string | number;
  readonly value: number;
  readonly time: number;
}
type Input = { readonly event: Event } | { readonly watermark: number };

const events = fc.record({
  key: fc.constantFrom<string | number>('a', 'b', 1, 2, -7, 0.5),
  value: fc.integer({ min: 1, max: 9 }),
  time: fc.integer({ min: -60, max: 200 }),
});
const inputs = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: events.map((event): Input => ({ event })) },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: 260 }).map((time): Input => ({ watermark: time })) },
  ),
  { maxLength: 60 },
);

/** What windows are to give, worked out the slow way: all events of a window kept, and summed whenever it fires. */
function model(
  input: readonly Input[],
  windowsOf: (time: number) => readonly number[],
  size: number,
  lateness: number,
) {
  const out: string[] = [];
  const late: number[] = [];
  const open = new Map<string, { key: string | number; start: number; values: number[] }>();
  let now = -Infinity;
  const fire = ({ key, start, values }: { key: string | number; start: number; values: number[] }) =>
    out.push(`${typeof key}:${key} [${start}, ${start + size}) ${values.reduce((a, b) => a + b, 0)}`);
  for (const step of input) {
    if ('event' in step) {
      const { key, value, time } = step.event;
      const starts = windowsOf(time).filter((start) => start + size - 1 + lateness > now);
      if (starts.length === 0 && time + lateness <= now) late.push(value);
      for (const start of starts) {
        const id = `${typeof key}:${key}/${start}`;
        let window = open.get(id);
        if (window === undefined) open.set(id, (window = { key, start, values: [] }));
        window.values.push(value);
        if (start + size - 1 <= now) fire(window);
      }
      continue;
    }
    const before = now;
    now = Math.max(now, step.watermark);
    for (const [id, window] of open) {
      const end = window.start + size - 1;
      if (end > before && end <= now) fire(window);
      if (end + lateness <= now) open.delete(id);
    }
  }
  return { out: out.sort(), late };
}

const stepOf = (input: Input): TestStep<Event> =>
  'event' in input ? element(input.event, input.event.time) : watermark(input.watermark);

async function run(
  input: readonly Input[],
  assigner: WindowAssigner<unknown, TimeWindow>,
  options: { lateness: number; general: boolean; snapshotEveryStep: boolean },
) {
  const build = (stream: DataStream<Event>) => {
    const windows = stream
      .keyBy(({ key }) => key)
      .window(assigner)
      .allowedLateness(options.lateness)
      .sideOutputLateData(new OutputTag<Event>('late'));
    // A trigger of one's own, though it does nothing else, takes the general operator.
    if (options.general) windows.trigger(new (class extends EventTimeTrigger {})());
    return windows.aggregate(
      {
        createAccumulator: () => 0,
        add: ({ value }, sum) => sum + value,
        getResult: (sum) => sum,
        merge: (a, b) => a + b,
      },
      (key, { window }, [sum]) => [`${typeof key}:${key} [${window.start}, ${window.end}) ${sum}`],
    );
  };
  const result = await testJob(input.map(stepOf), build, {
    snapshotEveryStep: options.snapshotEveryStep,
    end: true,
  });
  expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  const late = result.sideOutput<Event>('late').map(({ value: { value } }) => value);
  expect(result.lateRecords).toBe(late.length);
  return { out: result.records.map(({ value }) => value).sort(), late };
}

const settings = fc.record({
  input: inputs,
  size: fc.integer({ min: 1, max: 40 }),
  slide: fc.integer({ min: 1, max: 40 }),
  shift: fc.integer({ min: -39, max: 39 }),
  lateness: fc.constantFrom(0, 0, 5, 50),
  general: fc.boolean(),
  snapshotEveryStep: fc.boolean(),
});
const ended = (input: readonly Input[]): Input[] => [...input, { watermark: 100_000 }];

test('tumbling windows give what a naive model gives', () =>
  holds(settings, async ({ input, size, shift, lateness, general, snapshotEveryStep }) => {
    const offset = shift % size;
    const startOf = (time: number) => Math.floor((time - offset) / size) * size + offset;
    const expected = model(ended(input), (time) => [startOf(time)], size, lateness);
    const got = await run(input, TumblingEventTimeWindows.of(size, offset), {
      lateness,
      general,
      snapshotEveryStep,
    });
    expect(got).toEqual(expected);
  }));

test('sliding windows give what a naive model gives', () =>
  holds(settings, async ({ input, size, slide, shift, lateness, general, snapshotEveryStep }) => {
    const offset = shift % slide;
    const starts = (time: number) => {
      const all: number[] = [];
      for (let start = time - size + 1; start <= time; start++)
        if ((start - offset) % slide === 0) all.push(start);
      return all;
    };
    const expected = model(ended(input), starts, size, lateness);
    const got = await run(input, SlidingEventTimeWindows.of(size, slide, offset), {
      lateness,
      general,
      snapshotEveryStep,
    });
    expect(got).toEqual(expected);
  }));

test('session windows cover each run of events that are at most a gap apart', () =>
  holds(settings, async ({ input, size: gap, snapshotEveryStep }) => {
    // Without watermarks in between nothing is late, and the sessions are those of the sorted events.
    const all = input.flatMap((step) => ('event' in step ? [step.event] : []));
    const expected: string[] = [];
    for (const key of new Set(all.map((event) => event.key))) {
      let session: { start: number; end: number; sum: number } | undefined;
      const close = () => {
        if (session) expected.push(`${typeof key}:${key} [${session.start}, ${session.end}) ${session.sum}`);
      };
      for (const { time, value } of all
        .filter((event) => event.key === key)
        .sort((a, b) => a.time - b.time)) {
        if (session !== undefined && time <= session.end) {
          session.end = Math.max(session.end, time + gap);
          session.sum += value;
        } else {
          close();
          session = { start: time, end: time + gap, sum: value };
        }
      }
      close();
    }
    const got = await run(
      all.map((event) => ({ event })),
      EventTimeSessionWindows.withGap(gap),
      { lateness: 0, general: false, snapshotEveryStep },
    );
    expect(got).toEqual({ out: expected.sort(), late: [] });
  }));

test('sessions under watermarks never leak, fire only complete sums, and are the same when restored', () =>
  holds(settings, async ({ input, size: gap, lateness }) => {
    const assigner = EventTimeSessionWindows.withGap(gap);
    const plain = await run(input, assigner, { lateness, general: false, snapshotEveryStep: false });
    const restored = await run(input, assigner, { lateness, general: false, snapshotEveryStep: true });
    expect(restored).toEqual(plain);
  }));
