import { describe, expect, test } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  EventTimeSessionWindows,
  KeyedProcessFunction,
  ListStateDescriptor,
  ProcessFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type CheckpointedFunction,
  type DataStream,
  type FunctionInitializationContext,
  type KeyedContext,
  type ListState,
  type OnTimerContext,
  type ValueState,
} from 'tidemark';
import { Lane, type LaneSnapshot } from '../../../runtime/src/engine/lane.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';
import { testBackend } from '../../../runtime/src/testing/test-backend.ts';
import { testSource } from '../../../runtime/src/testing/test-source.ts';

interface Reading {
  readonly key: number;
  readonly time: number;
}
type Build = (readings: DataStream<Reading>, parallelism: number) => DataStream<unknown>;

/** A lane of a job with so many subtasks, and what it has printed. */
class Running {
  readonly lane: Lane;
  printed: string[] = [];
  readonly #source: number;

  constructor(build: Build, parallelism: number, from?: LaneSnapshot) {
    const sinks: StreamNode[] = [];
    const env = new StreamExecutionEnvironment(testBackend(sinks));
    const bounded = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(20).withTimestampAssigner(
      ({ time }) => time,
    );
    const source = env.fromSource(testSource<Reading>('readings'), bounded, 'readings').uid('source');
    build(source, parallelism).print();
    sinks[0]!.uid = 'out';
    this.lane = new Lane(sinks, { startTime: 0, print: (_node, text) => this.printed.push(text) });
    if (from !== undefined) this.lane.restore(structuredClone(from));
    this.lane.open();
    this.#source = this.lane.sources[0]!.id;
  }

  feed(from: number, to: number): void {
    const readings = Array.from({ length: to - from }, (_, at) => {
      const n = from + at;
      return { key: (n * 7) % 31, time: n * 3 - ((n * 5) % 11) };
    });
    this.lane.processBatch(this.#source, readings, undefined);
  }

  end(): string[] {
    this.lane.endInput(this.#source);
    return this.printed.sort();
  }
}

class Sums extends KeyedProcessFunction<unknown, Reading, string> {
  #sum!: ValueState<number>;

  override open() {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
  }

  processElement({ time }: Reading, context: KeyedContext<unknown>) {
    this.#sum.update(this.#sum.value() + time);
    context.timerService().registerEventTimeTimer(time + 100);
  }

  override *onTimer(time: number, context: OnTimerContext<unknown>) {
    yield `${String(context.getCurrentKey())} ${time} ${this.#sum.value()}`;
  }
}

/** Keeps what it has seen in a list that is split evenly, and in one that everybody has all of. */
class Lists extends ProcessFunction<Reading, string> implements CheckpointedFunction {
  #own: number[] = [];
  #all: number[] = [];
  #restored = false;
  #split!: ListState<number>;
  #union!: ListState<number>;

  initializeState(context: FunctionInitializationContext) {
    const store = context.getOperatorStateStore();
    this.#split = store.getListState(new ListStateDescriptor<number>('split'));
    this.#union = store.getUnionListState(new ListStateDescriptor<number>('union'));
    this.#own = [...this.#split.get()];
    this.#all = [...this.#union.get()];
    this.#restored = context.isRestored();
  }

  snapshotState() {
    this.#split.update(this.#own);
    this.#union.update(this.#restored ? [] : this.#own);
  }

  processElement({ time }: Reading) {
    if (!this.#restored) {
      this.#own.push(time);
      return [];
    }
    return [`own ${this.#own.join(' ')}`, `all ${[...this.#all].sort((a, b) => a - b).join(' ')}`];
  }
}

const COUNT = {
  createAccumulator: () => 0,
  add: (_reading: Reading, count: number) => count + 1,
  getResult: (count: number) => count,
  merge: (a: number, b: number) => a + b,
};
const counted = (
  key: number,
  { window }: { window: { start: number; end: number } },
  [count]: readonly number[],
) => [`${key} ${window.start}-${window.end} ${count}`];

const JOBS: Readonly<Record<string, Build>> = {
  'keyed state and timers': (readings, p) =>
    readings
      .keyBy('key')
      .process(() => new Sums())
      .uid('sums')
      .setParallelism(p),
  'windows with lateness': (readings, p) =>
    readings
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(50))
      .allowedLateness(40)
      .aggregate(COUNT, counted)
      .uid('windows')
      .setParallelism(p),
  sessions: (readings, p) =>
    readings
      .keyBy('key')
      .window(EventTimeSessionWindows.withGap(60))
      .aggregate(COUNT, counted)
      .uid('windows')
      .setParallelism(p),
  'windows with a trigger': (readings, p) =>
    readings
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(90))
      .trigger(ContinuousEventTimeTrigger.of(20))
      .aggregate(COUNT, counted)
      .uid('windows')
      .setParallelism(p),
  'an interval join': (readings, p) =>
    readings
      .keyBy('key')
      .intervalJoin(readings.keyBy('key'))
      .between(-100, 50)
      .process((left, right) => [`${left.key} ${left.time} ${right.time}`])
      .uid('join')
      .setParallelism(p),
};

describe('state that was kept by three subtasks', () => {
  test.each(Object.keys(JOBS).flatMap((job) => [1, 2, 4, 7].map((to) => [job, to] as const)))(
    '%s goes on with %i as if nothing had happened',
    (job, to) => {
      const build = JOBS[job]!;
      const undisturbed = new Running(build, 3);
      undisturbed.feed(0, 300);
      undisturbed.feed(300, 500);
      const before = new Running(build, 3);
      before.feed(0, 300);
      const after = new Running(build, to, before.lane.snapshot());
      after.feed(300, 500);
      expect([...before.printed, ...after.end()].sort()).toEqual(undisturbed.end());
    },
  );

  test.each([1, 2, 4])(
    'is split evenly over %i if it is a list, and repeated if it is a union list',
    (to) => {
      const build: Build = (readings, p) =>
        readings
          .process(() => new Lists())
          .uid('lists')
          .setParallelism(p);
      const before = new Running(build, 3);
      before.feed(0, 20);
      const seen = Array.from({ length: 20 }, (_, n) => n * 3 - ((n * 5) % 11)).sort((a, b) => a - b);
      const after = new Running(build, to, before.lane.snapshot());
      after.feed(20, 20 + to);
      const lists = after.end();
      const own = lists
        .filter((text) => text.startsWith('own'))
        .map((text) => text.split(' ').slice(1).map(Number));
      expect(own.flat().sort((a, b) => a - b)).toEqual(seen);
      for (const list of own) expect(Math.abs(list.length - 20 / to)).toBeLessThan(1);
      expect(lists.filter((text) => text.startsWith('all'))).toEqual(own.map(() => `all ${seen.join(' ')}`));
    },
  );

  test('cannot be spread over more subtasks than it has key groups, nor over another number of groups', () => {
    const limited =
      (maxParallelism: number): Build =>
      (readings, p) => {
        readings.getExecutionEnvironment().setMaxParallelism(maxParallelism);
        return JOBS['keyed state and timers']!(readings, p);
      };
    const before = new Running(limited(4), 3);
    before.feed(0, 10);
    const saved = before.lane.snapshot();
    expect(() => new Running(limited(4), 5, saved)).toThrow(
      expect.objectContaining({ code: 'bad-parallelism' }),
    );
    expect(() => new Running(JOBS['keyed state and timers']!, 5, saved)).toThrow(
      expect.objectContaining({ code: 'bad-parallelism' }),
    );
    expect(() => new Running(limited(8), 4, saved)).toThrow(
      expect.objectContaining({
        code: 'max-parallelism-differs',
        details: expect.objectContaining({ saved: 4 }) as unknown,
      }),
    );
    expect(() => new Running(limited(4), 4, saved)).not.toThrow();
  });
});
