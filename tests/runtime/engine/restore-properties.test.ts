import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  CountEvictor,
  CountTrigger,
  DeltaTrigger,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  MergingWindowAssigner,
  OutputTag,
  ProcessingTimeSessionWindows,
  PurgingTrigger,
  ReducingStateDescriptor,
  registerType,
  SlidingEventTimeWindows,
  StateTtlConfig,
  TimeWindow,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  ValueStateDescriptor,
  type DataStream,
  type KeyedBroadcastContext,
  type KeyedContext,
  type KeyedReadOnlyContext,
  type MergeCallback,
  type OnTimerContext,
} from 'tidemark';
import {
  element,
  idle,
  on,
  processingTime,
  snapshot,
  testJob,
  watermark,
  type TestStep,
} from 'tidemark/testing';
import { holds } from '../property.ts';

interface Item {
  readonly key: string;
  readonly n: number;
  readonly time: number;
}

const INPUTS = ['a', 'b'] as const;
const input = fc.constantFrom(...INPUTS);
const step: fc.Arbitrary<TestStep<Item>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        input,
        fc.constantFrom('x', 'y', 'z'),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: -5, max: 60 }),
      )
      .map(([from, key, n, time]) => on(from, element({ key, n, time }, time))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(input, fc.integer({ min: -5, max: 70 })).map(([from, t]) => on(from, watermark(t))),
  },
  { weight: 1, arbitrary: input.map((from) => on(from, idle())) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }).map((t) => processingTime(t)) },
);

/** Every kind of keyed state, timers of both times, and what expires. */
class Keeps extends KeyedProcessFunction<string, Item, string> {
  readonly #value = new ValueStateDescriptor('value', 0);
  readonly #list = new ListStateDescriptor<number>('list');
  readonly #map = new MapStateDescriptor<number, string>('map');
  readonly #sum = new ReducingStateDescriptor<number>('sum', (a, b) => a + b);
  readonly #brief = new ValueStateDescriptor<number>('brief').enableTimeToLive(new StateTtlConfig(15));

  *processElement({ n, time }: Item, context: KeyedContext<string>) {
    const state = this.getRuntimeContext();
    const value = state.getState(this.#value);
    value.update(value.value() + n);
    state.getListState(this.#list).add(time);
    state.getMapState(this.#map).put(n, `${n} at ${time}`);
    state.getReducingState(this.#sum).add(time);
    yield `brief ${state.getState(this.#brief).value()}`;
    state.getState(this.#brief).update(n);
    context.timerService().registerEventTimeTimer(time + n);
    if (n % 3 === 0) context.timerService().deleteEventTimeTimer(time + 2);
    if (n % 2 === 0) context.timerService().registerProcessingTimeTimer(time + n);
  }

  override *onTimer(time: number, context: OnTimerContext<string>) {
    const state = this.getRuntimeContext();
    const seen = [...state.getMapState(this.#map).values()].join();
    yield `${context.getCurrentKey()} ${context.timeDomain()} ${time}: ${state.getState(this.#value).value()} ${[...state.getListState(this.#list).get()].join()} ${seen} ${state.getReducingState(this.#sum).get()}`;
    if (time % 2 === 0) state.getListState(this.#list).clear();
  }
}

class Both extends KeyedCoProcessFunction<string, Item, Item, string> {
  readonly #last = new ValueStateDescriptor<string>('last');
  #seen(line: string) {
    const last = this.getRuntimeContext().getState(this.#last);
    const before = last.value();
    last.update(line);
    return [`${before} then ${line}`];
  }
  processElement1({ n, time }: Item, context: KeyedContext<string>) {
    context.timerService().registerEventTimeTimer(time + n);
    return this.#seen(`a${n}`);
  }
  processElement2({ n }: Item) {
    return this.#seen(`b${n}`);
  }
  override onTimer(time: number) {
    return this.#seen(`at ${time}`);
  }
}

const RULES = new MapStateDescriptor<string, number>('rules');
class Ruled extends KeyedBroadcastProcessFunction<string, Item, Item, string> {
  readonly #count = new ValueStateDescriptor('count', 0);
  processElement({ key, n }: Item, context: KeyedReadOnlyContext<string>) {
    const count = this.getRuntimeContext().getState(this.#count);
    count.update(count.value() + 1);
    return [`${key} ${n} by ${context.getBroadcastState(RULES).get(key)}, ${count.value()}`];
  }
  processBroadcastElement({ key, n }: Item, context: KeyedBroadcastContext<string>) {
    context.getBroadcastState(RULES).put(key, n);
    const counts: string[] = [];
    context.applyToKeyedState(this.#count, (one, state) => void counts.push(`${one}=${state.value()}`));
    return counts.sort();
  }
}

/** A run of records of one parity; it ends two ms before the next may begin. */
class Run extends TimeWindow {
  readonly #odd: boolean;
  constructor(start: number, end: number, odd: boolean) {
    super(start, end);
    this.#odd = odd;
  }
  get odd(): boolean {
    return this.#odd;
  }
  length(): string {
    return `${this.end - this.start} ${this.odd}`;
  }
  override maxTimestamp(): number {
    return this.end - 3;
  }
}
registerType(Run, {
  encode: ({ start, end, odd }) => ({ start, end, odd }),
  decode: ({ start, end, odd }) => new Run(start, end, odd),
});
class Runs extends MergingWindowAssigner<Item, Run> {
  assignWindows({ n }: Item, timestamp: number) {
    return [new Run(timestamp, timestamp + 6, n % 2 === 1)];
  }
  mergeWindows(runs: readonly Run[], merge: MergeCallback<Run>) {
    for (const odd of [false, true]) {
      const alike = runs.filter((run) => run.odd === odd);
      TimeWindow.mergeWindows(alike, (_merged, { start, end }) => {
        const inside = alike.filter((run) => run.start >= start && run.end <= end);
        merge(inside, new Run(start, end, odd));
      });
    }
  }
  getDefaultTrigger() {
    return EventTimeTrigger.create();
  }
  isEventTime() {
    return true;
  }
}

const LATE = new OutputTag<Item>('late');
const sum = {
  createAccumulator: () => 0,
  add: ({ n }: Item, total: number) => total + n,
  getResult: (total: number) => total,
  merge: (a: number, b: number) => a + b,
};

type Inputs = Readonly<Record<'a' | 'b', DataStream<Item>>>;
/** Jobs that keep something from one record to the next, each in a way of its own. */
const JOBS: Readonly<Record<string, (inputs: Inputs) => DataStream<unknown>>> = {
  'state and timers': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .process(() => new Keeps()),
  'two keyed inputs': ({ a, b }) =>
    a
      .keyBy('key')
      .connect(b.keyBy('key'))
      .process(() => new Both()),
  'broadcast state': ({ a, b }) =>
    a
      .keyBy('key')
      .connect(b.broadcast(RULES))
      .process(() => new Ruled()),
  'running sums': ({ a, b }) => a.union(b).keyBy('key').sum('n'),
  'partitioned streams': ({ a, b }) =>
    a
      .rebalance()
      .filter(({ n }) => n > 0)
      .union(b.shuffle().filter(({ n }) => n < 9))
      .rescale()
      .map(({ key, n }) => `${key}${n}`),
  'merging windows of a class of the user': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .window(new Runs())
      .allowedLateness(3)
      .process((key, { window }, all) => [`${key} ${window.length()}: ${all.map(({ n }) => n).join()}`]),
  'tumbling windows': ({ a, b }) =>
    a.union(b).keyBy('key').window(TumblingEventTimeWindows.of(10)).aggregate(sum),
  'sliding windows that are late': ({ a, b }) => {
    const sums = a
      .union(b)
      .keyBy('key')
      .window(SlidingEventTimeWindows.of(12, 5))
      .allowedLateness(8)
      .sideOutputLateData(LATE)
      .sum('n');
    return sums.union(sums.getSideOutput(LATE));
  },
  'sessions in windows': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .window(EventTimeSessionWindows.withGap(4))
      .sum('n')
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(20))
      .maxBy('n'),
  'sessions of the clock': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .window(ProcessingTimeSessionWindows.withGap(6))
      .trigger(PurgingTrigger.of(CountTrigger.of(2)))
      .sum('n'),
  'windows of the clock over all': ({ a, b }) =>
    a.union(b).windowAll(TumblingProcessingTimeWindows.of(10)).sum('n'),
  'early firings': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(30))
      .trigger(ContinuousEventTimeTrigger.of(7))
      .process((key, { window }, all) => [`${key} ${window.start}: ${all.map(({ n }) => n).join()}`]),
  'evicted records': ({ a, b }) =>
    a
      .union(b)
      .keyBy('key')
      .window(GlobalWindows.create())
      .trigger(DeltaTrigger.of(3, (before: Item, now: Item) => Math.abs(before.n - now.n)))
      .evictor(CountEvictor.of(3))
      .process((key, _context, all) => [`${key}: ${all.map(({ n }) => n).join()}`]),
  'counted windows': ({ a, b }) => a.union(b).keyBy('key').countWindow(4, 3).sum('n'),
  'an interval join': ({ a, b }) =>
    a
      .keyBy('key')
      .intervalJoin(b.keyBy('key'))
      .between(-6, 4)
      .process((left, right) => [`${left.n} ${right.n}`]),
  'a window join': ({ a, b }) =>
    a
      .join(b)
      .where('key')
      .equalTo('key')
      .window(SlidingEventTimeWindows.of(10, 5))
      .apply((left, right) => `${left.n} ${right.n}`),
};

test('a job that is thrown away and goes on from a cut gives, step by step, what it would have given', () =>
  holds(
    fc.record({
      job: fc.constantFrom(...Object.keys(JOBS)),
      steps: fc.array(fc.record({ step, cut: fc.boolean() }), { maxLength: 40 }),
      parallelism: fc.constantFrom(1, 1, 3),
    }),
    async ({ job, steps, parallelism }) => {
      const run = async (cuts: boolean) => {
        const all = steps.flatMap(({ step, cut }) => (cuts && cut ? [step, snapshot()] : [step]));
        const result = await testJob(all, (inputs: Inputs) => JOBS[job]!(inputs), {
          inputs: INPUTS,
          parallelism,
          end: true,
        });
        const shown = result.steps.flatMap(({ step, records, watermark, idle }) =>
          step.kind === 'snapshot' ? [] : [{ records, watermark, idle }],
        );
        return { shown, leaks: result.leaks, late: result.lateRecords };
      };
      expect(await run(true)).toEqual(await run(false));
    },
    500,
  ));
