import {
  EventTimeSessionWindows,
  generatorSource,
  KeyedProcessFunction,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type JobClient,
  type KeyedContext,
  type KeyedStream,
  type Sink,
  type ValueState,
} from 'tidemark';

export interface Visit {
  readonly key: number;
  readonly time: number;
}

/** Counts the records of a key and forgets it a second after the last. */
class CountUntilSilent extends KeyedProcessFunction<number, Visit, number> {
  #count!: ValueState<number>;

  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', 0));
  }

  processElement({ time }: Visit, context: KeyedContext<number>) {
    this.#count.update(this.#count.value() + 1);
    context.timerService().registerEventTimeTimer(time + 1000);
  }

  override onTimer() {
    const count = this.#count.value();
    this.#count.clear();
    return count === 0 ? [] : [count];
  }
}

const COUNT = {
  createAccumulator: () => 0,
  add: (_visit: Visit, count: number) => count + 1,
  getResult: (count: number) => count,
  merge: (a: number, b: number) => a + b,
};

type Visits = KeyedStream<Visit, number>;

/** What may be done with keys that come ten times and never again; each job gives back the count of all records. */
export const shapes: Readonly<Record<string, (visits: Visits, sink: Sink<number>) => void>> = {
  'tumbling windows': (visits, sink) =>
    void visits.window(TumblingEventTimeWindows.of('1 s')).aggregate(COUNT).sinkTo(sink),
  'windows with allowed lateness': (visits, sink) =>
    void visits
      .window(TumblingEventTimeWindows.of('1 s'))
      .allowedLateness('1 s')
      .aggregate(COUNT)
      .sinkTo(sink),
  'windows that list their records': (visits, sink) =>
    void visits
      .window(SlidingEventTimeWindows.of('1 s', '1 s'))
      .process((_key, _context, elements) => [[...elements].length])
      .sinkTo(sink),
  'session windows': (visits, sink) =>
    void visits.window(EventTimeSessionWindows.withGap('100 ms')).aggregate(COUNT).sinkTo(sink),
  'state that timers clear': (visits, sink) => void visits.process(new CountUntilSilent()).sinkTo(sink),
};

/** Runs a job over `keys` keys of ten records each, a thousand keys at a time. */
export async function runShape(
  shape: string,
  keys: number,
): Promise<{ readonly job: JobClient; readonly counted: number }> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const source = generatorSource(
    (index): Visit => ({
      key: Math.floor(index / 10_000) * 1000 + (index % 1000),
      time: Math.floor(index / 10),
    }),
    { count: keys * 10 },
  );
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Visit>().withTimestampAssigner(
    ({ time }) => time,
  );
  let counted = 0;
  const sink: Sink<number> = {
    kind: 'adding up',
    createWriter: () => ({ write: (count) => void (counted += count) }),
  };
  shapes[shape]!(
    env.fromSource(source, strategy, 'visits').keyBy(({ key }) => key),
    sink,
  );
  const job = await env.execute(shape);
  await job.finished();
  return { job, counted };
}
