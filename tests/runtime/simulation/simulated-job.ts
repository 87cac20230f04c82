import {
  AsyncDataStream,
  CEP,
  CountEvictor,
  CountTrigger,
  EventTimeSessionWindows,
  GlobalWindows,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  Pattern,
  PurgingTrigger,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  withWindow,
  type Collector,
  type DataStream,
  type KeyedContext,
  type ListState,
  type MapState,
  type OnTimerContext,
  type Source,
  type StreamExecutionEnvironment,
  type ValueState,
} from '../../../runtime/src/index.ts';
import { DISORDER, type Reading } from './simulated-input.ts';

type Readings = DataStream<Reading>;

const total = withWindow({
  createAccumulator: () => 0,
  add: ({ value }: Reading, sum: number) => sum + value,
  getResult: (sum: number) => sum,
  merge: (a: number, b: number) => a + b,
});

function asReading({ key, start, value }: { key: number; start: number; value: number }): Reading {
  return { n: start, key, value, at: start };
}

/** Sums up what came since the last timer of a key, and remembers in every kind of state. */
class SumByTimer extends KeyedProcessFunction<number, Reading, Reading> {
  #sum!: ValueState<number>;
  #last!: ListState<number>;
  #counts!: MapState<number, number>;

  override open(): void {
    const runtime = this.getRuntimeContext();
    this.#sum = runtime.getState(new ValueStateDescriptor('sum', 0));
    this.#last = runtime.getListState(new ListStateDescriptor<number>('last'));
    this.#counts = runtime.getMapState(new MapStateDescriptor<number, number>('counts'));
  }

  override processElement(reading: Reading, context: KeyedContext<number>): void {
    this.#sum.update(this.#sum.value() + reading.value);
    this.#last.update([...this.#last.get(), reading.n].slice(-3));
    const part = reading.value % 5;
    this.#counts.put(part, (this.#counts.get(part) ?? 0) + 1);
    context.timerService().registerEventTimeTimer((context.timestamp() ?? 0) + 250);
  }

  override onTimer(at: number, context: OnTimerContext<number>, out: Collector<Reading>): void {
    const parts = [...this.#counts.entries()].reduce((sum, [part, count]) => sum + part * count, 0);
    const n = [...this.#last.get()].reduce((sum, each) => sum + each, 0);
    out.collect({ n, key: context.getCurrentKey(), value: this.#sum.value() + parts, at });
    this.#sum.clear();
  }
}

/** What both sides of a key have come to, once event time is over. */
class SumOfBoth extends KeyedCoProcessFunction<number, Reading, Reading, Reading> {
  #sums!: ListState<number>;

  override open(): void {
    this.#sums = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('sums'));
  }

  override processElement1(reading: Reading, context: KeyedContext<number>): void {
    this.#add(reading.value, context);
  }

  override processElement2(reading: Reading, context: KeyedContext<number>): void {
    this.#add(-2 * reading.value, context);
  }

  override onTimer(at: number, context: OnTimerContext<number>, out: Collector<Reading>): void {
    const sums = [...this.#sums.get()];
    out.collect({
      n: sums.length,
      key: context.getCurrentKey(),
      value: sums.reduce((a, b) => a + b, 0),
      at,
    });
  }

  #add(value: number, context: KeyedContext<number>): void {
    this.#sums.add(value);
    context.timerService().registerEventTimeTimer(1_000_000);
  }
}

/** What a stream of readings goes through, each in the order of its input. */
export const STAGES = {
  stateless: (in_: Readings) =>
    in_
      .filter(({ value }) => value % 4 !== 0)
      .flatMap(function* (reading) {
        yield reading;
        if (reading.value % 3 === 0) yield { ...reading, value: -reading.value };
      }),
  sum: (in_: Readings) => in_.keyBy('key').sum('value'),
  reduce: (in_: Readings) => in_.keyBy('key').reduce((a, b) => ({ ...b, value: Math.max(a.value, b.value) })),
  tumbling: (in_: Readings) =>
    in_.keyBy('key').window(TumblingEventTimeWindows.of(500)).aggregate(total).map(asReading),
  sliding: (in_: Readings) =>
    in_.keyBy('key').window(SlidingEventTimeWindows.of(800, 200)).aggregate(total).map(asReading),
  sessions: (in_: Readings) =>
    in_.keyBy('key').window(EventTimeSessionWindows.withGap(150)).aggregate(total).map(asReading),
  late: (in_: Readings) => {
    const tag = new OutputTag<Reading>('late');
    const sums = in_
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(300))
      .allowedLateness(100)
      .sideOutputLateData(tag)
      .aggregate(total);
    return sums.map(asReading).union(sums.getSideOutput(tag).map((reading) => ({ ...reading, n: -1 })));
  },
  counted: (in_: Readings) =>
    in_
      .keyBy('key')
      .countWindow(3)
      .reduce((a, b) => ({ ...b, value: a.value + b.value })),
  triggered: (in_: Readings) =>
    in_
      .keyBy('key')
      .window(GlobalWindows.create())
      .trigger(PurgingTrigger.of(CountTrigger.of(4)))
      .reduce((a, b) => ({ ...b, value: a.value + b.value })),
  evicting: (in_: Readings) =>
    in_
      .keyBy('key')
      .window(SlidingEventTimeWindows.of(600, 300))
      .evictor(CountEvictor.of(2))
      .reduce((a, b) => ({ ...b, value: a.value + b.value })),
  timers: (in_: Readings) => in_.keyBy('key').process(() => new SumByTimer()),
  requests: (in_: Readings) =>
    AsyncDataStream.orderedWait(
      in_,
      async (reading) => {
        // Answers come in another order than they were asked for.
        for (let turn = reading.value % 3; turn > 0; turn--) await new Promise<void>(setImmediate);
        return { ...reading, value: reading.value + 1 };
      },
      { capacity: 3 },
    ),
  patterns: (in_: Readings) =>
    CEP.pattern(
      in_.keyBy('key'),
      Pattern.begin<Reading>('low')
        .where(({ value }) => value < 50)
        .followedBy('high')
        .where(({ value }) => value >= 50),
    ).select(({ low, high }) => ({ ...high![0]!, value: high![0]!.value - low![0]!.value })),
} as const satisfies Record<string, (in_: Readings) => Readings>;

/** What two streams of readings come together in. Of results of one moment the order is nobody's. */
export const MEETINGS = {
  'interval join': (left: Readings, right: Readings) =>
    left
      .keyBy('key')
      .intervalJoin(right.keyBy('key'))
      .between(-200, 100)
      .process((a, b) => [{ ...a, value: a.value * 1_000 + b.n }]),
  'window join': (left: Readings, right: Readings) =>
    left
      .join(right)
      .where(({ key }) => key)
      .equalTo(({ key }) => key)
      .window(TumblingEventTimeWindows.of(400))
      .apply((a, b) => ({ ...a, value: a.value * 1_000 + b.n })),
  'both sides': (left: Readings, right: Readings) =>
    left
      .keyBy('key')
      .connect(right.keyBy('key'))
      .process(() => new SumOfBoth()),
  union: (left: Readings, right: Readings) =>
    left.union(right).keyBy('key').window(TumblingEventTimeWindows.of(500)).aggregate(total).map(asReading),
} as const satisfies Record<string, (left: Readings, right: Readings) => Readings>;

export type Stage = keyof typeof STAGES;
export type Meeting = keyof typeof MEETINGS;

/** A job as data. With a meeting it has two inputs, of which none is late. */
export interface SimulatedJob {
  readonly meeting?: Meeting;
  readonly stages: readonly Stage[];
  readonly parallelism: number;
}

/** What a job has to fail at: records of its first input by their numbers, each once. */
export type Failures = Set<number>;

const watermarks = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(DISORDER).withTimestampAssigner(
  ({ at }) => at,
);

export function buildJob(
  env: StreamExecutionEnvironment,
  { meeting, stages, parallelism }: SimulatedJob,
  sources: readonly Source<Reading>[],
  failures: Failures = new Set(),
): Readings {
  const inputs = sources.map((source) => env.fromSource(source, watermarks));
  const left = inputs[0]!.map((reading) => {
    if (failures.delete(reading.n)) throw new Error(`failed at ${reading.n}`);
    return reading;
  });
  let stream: Readings = meeting === undefined ? left : MEETINGS[meeting](left, inputs[1]!);
  for (const stage of stages) stream = STAGES[stage](stream).setParallelism(parallelism);
  return stream;
}
