import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  collectionSource,
  EventTimeSessionWindows,
  EventTimeTrigger,
  KeyedProcessFunction,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedContext,
  type OnTimerContext,
  type StreamExecutionEnvironment,
} from 'tidemark';
import type { LaneSnapshot } from '../../../runtime/src/engine/lane.ts';
import { holds } from '../property.ts';
import { graphOf, laneOf } from './driven-lane.ts';

interface Event {
  readonly key: number;
  readonly time: number;
}

const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Event>(5).withTimestampAssigner(
  ({ time }) => time,
);

/** Takes the general operator. */
class OwnTrigger extends EventTimeTrigger {}

/** Two timers a record, one of which sets a third. */
class Alarms extends KeyedProcessFunction<number, Event, string> {
  processElement({ time }: Event, context: KeyedContext<number>) {
    context.timerService().registerEventTimeTimer(time + 7);
    context.timerService().registerEventTimeTimer(time - (time % 10) + 10);
  }
  override onTimer(time: number, context: OnTimerContext<number>, out: Collector<string>) {
    if (time % 10 === 0) context.timerService().registerEventTimeTimer(time + 1);
    out.collect(`alarm of ${context.getCurrentKey()} at ${time}`);
  }
}

/** Every operator that fires by event time, side by side and behind one another. */
function everything(env: StreamExecutionEnvironment): DataStream<string> {
  const events = env.fromSource(collectionSource<Event>([]), strategy, 'events');
  const keyed = events.keyBy('key');
  const panes = keyed
    .window(TumblingEventTimeWindows.of(10))
    .sum(() => 1)
    .map((n) => `pane ${n}`);
  const sliding = keyed
    .window(SlidingEventTimeWindows.of(10, 5))
    .allowedLateness(20)
    .aggregate(
      { createAccumulator: () => 0, add: (_event: Event, n: number) => n + 1, getResult: (n: number) => n },
      (key, { window }, [n]) => [`${n} of ${key} until ${window.end}`],
    )
    .setParallelism(2);
  const sessions = keyed.window(EventTimeSessionWindows.withGap(4)).reduce(
    (a) => a,
    (key, { window }) => [`session ${window.start} of ${key}`],
  );
  const lists = keyed
    .window(TumblingEventTimeWindows.of(20))
    .trigger(new OwnTrigger())
    .process((key, _context, all) => [`list ${key} ${all.length}`]);
  const alarms = keyed.process(() => new Alarms());
  const all = panes.union(sliding, sessions, lists, alarms);
  return all.union(
    all
      .keyBy((text) => text.length)
      .window(TumblingEventTimeWindows.of(10))
      .process((length, { window }, texts) => [`${texts.length} texts of ${length} until ${window.end}`]),
  );
}

const batches = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 1, max: 30 }),
    count: fc.constantFrom(1, 40, 700),
    keys: fc.constantFrom(3, 400),
  }),
  { minLength: 1, maxLength: 6 },
);

/** What may come while a firing is not through. */
type Between = 'go on' | 'the next batch' | 'a cut' | 'time';

/** Everything that comes out, in its order, with the watermarks between. */
function run(
  history: typeof batches extends fc.Arbitrary<infer B> ? B : never,
  timeUp: () => boolean,
  between: () => Between,
): readonly unknown[] {
  const out: unknown[] = [];
  const sinks = graphOf((env) => void everything(env).show({ title: 'all' }));
  const start = (from?: LaneSnapshot) => {
    const made = laneOf(sinks, { timeUp }, from);
    made.hear.onRecord = (value, timestamp) => out.push([value, timestamp]);
    made.hear.onWatermark = (watermark) => out.push(watermark);
    return made;
  };
  let { lane, source } = start();
  const settle = (): void => {
    while (lane.unfinished) {
      const next = between();
      if (next === 'go on') lane.goOn();
      else if (next === 'time') lane.advanceProcessingTime(lane.now + 1);
      else if (next === 'the next batch') return;
      else {
        const cut = structuredClone(lane.snapshot());
        ({ lane, source } = start(cut));
      }
    }
  };
  for (const { from, length, count, keys } of history) {
    const events = Array.from({ length: count }, (_, i) => ({
      key: (i * 7) % keys,
      time: from + Math.floor((i * length) / count),
    }));
    lane.processBatch(source, events, undefined);
    settle();
  }
  lane.endInput(source);
  while (lane.unfinished) lane.goOn();
  return out;
}

test('a firing that is left and gone on with gives what one in a piece gives, in the same order', async () => {
  let left = 0;
  await holds(
    fc.record({ history: batches, seed: fc.integer() }),
    async ({ history, seed }) => {
      let state = seed;
      const random = (n: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        return (state >>> 16) % n;
      };
      const expected = run(
        history,
        () => false,
        () => 'go on',
      );
      const choices: readonly Between[] = ['go on', 'go on', 'go on', 'the next batch', 'a cut', 'time'];
      const got = run(
        history,
        () => random(3) > 0 && ++left > 0,
        () => choices[random(choices.length)]!,
      );
      expect(got).toEqual(expected);
    },
    25,
  );
  expect(left).toBeGreaterThan(0);
});
