import fc from 'fast-check';
import { expect } from 'vitest';
import {
  ContinuousEventTimeTrigger,
  EventTimeSessionWindows,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  SlidingEventTimeWindows,
  StateTtlConfig,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type DataStream,
  type KeyedContext,
  type ListState,
  type MapState,
  type OnTimerContext,
  type ValueState,
} from 'tidemark';
import { decode, encode } from '../../../runtime/src/checkpoint/codec.ts';
import { CutWriter, type Blob } from '../../../runtime/src/engine/cut-writer.ts';
import { Lane, type LaneSnapshot } from '../../../runtime/src/engine/lane.ts';
import { LaneChains } from '../../../runtime/src/engine/lane-chain.ts';
import { joinChunks } from '../../../runtime/src/engine/chunks.ts';
import { StoredLaneCut } from '../../../runtime/src/engine/stored-lane-cut.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';
import { byPart, settle, type Entries } from '../../../runtime/src/state/entries.ts';
import { testBackend } from '../../../runtime/src/testing/test-backend.ts';
import { testSource } from '../../../runtime/src/testing/test-source.ts';
import { holds } from '../property.ts';

interface Reading {
  readonly key: number;
  readonly time: number;
}

/** Keeps all kinds of state, objects that it changes in place, and timers; drops keys now and then. */
class Keeps extends KeyedProcessFunction<unknown, Reading, string> {
  #sum!: ValueState<{ n: number; last: { time: number } } | undefined>;
  #count!: ValueState<number>;
  #times!: ListState<number>;
  #seen!: MapState<number, { n: number }>;
  #expiring!: ValueState<number>;

  override open() {
    const context = this.getRuntimeContext();
    this.#sum = context.getState(new ValueStateDescriptor<{ n: number; last: { time: number } }>('sum'));
    this.#count = context.getState(new ValueStateDescriptor('count', 0));
    this.#times = context.getListState(new ListStateDescriptor<number>('times'));
    this.#seen = context.getMapState(new MapStateDescriptor<number, { n: number }>('seen'));
    const expiring = new ValueStateDescriptor('expiring', 0).enableTimeToLive(new StateTtlConfig(500));
    this.#expiring = context.getState(expiring);
  }

  processElement({ key, time }: Reading, context: KeyedContext<unknown>) {
    const sum = this.#sum.value();
    if (sum === undefined) this.#sum.update({ n: 1, last: { time } });
    else {
      sum.n += 1;
      sum.last.time = time;
    }
    this.#count.update(this.#count.value() + 1);
    this.#times.add(time);
    const seen = this.#seen.get(time % 5);
    if (seen === undefined) this.#seen.put(time % 5, { n: 1 });
    else seen.n += 1;
    if (key % 2 === 0) this.#expiring.update(time);
    context.timerService().registerEventTimeTimer(time + 50 + (key % 3) * 40);
    if (key % 4 === 0) context.timerService().registerProcessingTimeTimer(time + 200);
  }

  override *onTimer(time: number, context: OnTimerContext<unknown>) {
    yield `${String(context.getCurrentKey())} ${time} ${this.#times.get().length}`;
    if (time % 2 === 0) {
      this.#sum.clear();
      this.#count.clear();
      this.#times.clear();
      this.#seen.clear();
    }
  }
}

/** Accumulators that are changed in place. */
const collecting = {
  createAccumulator: (): { times: number[] } => ({ times: [] }),
  add: ({ time }: Reading, accumulator: { times: number[] }) => {
    accumulator.times.push(time);
    return accumulator;
  },
  getResult: ({ times }: { times: number[] }) => times.length,
  merge: (a: { times: number[] }, b: { times: number[] }) => ({ times: [...a.times, ...b.times] }),
};

const JOBS: Readonly<Record<string, (readings: DataStream<Reading>) => DataStream<unknown>>> = {
  process: (readings) => readings.keyBy('key').process(() => new Keeps()),
  'string keys': (readings) => readings.keyBy(({ key }) => `k${key}`).process(() => new Keeps()),
  rolling: (readings) => readings.keyBy('key').sum('time'),
  tumbling: (readings) =>
    readings.keyBy('key').window(TumblingEventTimeWindows.of(100)).aggregate(collecting),
  'late sliding': (readings) =>
    readings
      .keyBy('key')
      .window(SlidingEventTimeWindows.of(100, 50))
      .allowedLateness(80)
      .aggregate(collecting),
  sessions: (readings) =>
    readings.keyBy('key').window(EventTimeSessionWindows.withGap(30)).aggregate(collecting),
  'general windows': (readings) =>
    readings
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(100))
      .trigger(ContinuousEventTimeTrigger.of(30))
      .aggregate(collecting),
  'late sessions': (readings) =>
    readings
      .keyBy('key')
      .window(EventTimeSessionWindows.withGap(30))
      .allowedLateness(50)
      .aggregate(collecting),
  'interval join': (readings) =>
    readings
      .keyBy('key')
      .intervalJoin(readings.keyBy('key'))
      .between(-20, 10)
      .process((left, right) => [left.time, right.time]),
};

type Happening =
  | { readonly kind: 'records'; readonly readings: readonly Reading[] }
  | { readonly kind: 'clock'; readonly by: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'write'; readonly chunks: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('records' as const),
      readings: fc.array(fc.record({ key: fc.nat({ max: 150 }), time: fc.nat({ max: 60 }) }), {
        maxLength: 120,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), by: fc.nat({ max: 400 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'cut' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), chunks: fc.nat({ max: 4 }) }) },
);

interface TakenCut {
  readonly expected: LaneSnapshot;
  readonly beside: Uint8Array;
  tables?: readonly Blob[];
}

/** A lane of one job, with its cuts in memory. */
class CutLane {
  readonly lane: Lane;
  readonly #source: number;
  readonly #blobs = new Map<number, Uint8Array>();
  readonly #chains = new LaneChains();
  readonly #writer = new CutWriter({
    encode,
    writeBlob: (parts) => {
      const ref = this.#blobs.size;
      const bytes = joinChunks(parts);
      this.#blobs.set(ref, bytes);
      return { blob: { ref, bytes: bytes.length }, written: Promise.resolve() };
    },
  });
  readonly #cuts: TakenCut[] = [];
  #clock = 0;
  #time = 0;

  constructor(build: (readings: DataStream<Reading>) => DataStream<unknown>) {
    const sinks: StreamNode[] = [];
    const env = new StreamExecutionEnvironment(testBackend(sinks));
    const bounded = WatermarkStrategy.forBoundedOutOfOrderness<Reading>(20).withTimestampAssigner(
      ({ time }) => time,
    );
    build(env.fromSource(testSource<Reading>('readings'), bounded, 'readings')).print();
    this.lane = new Lane(sinks, { startTime: 0 });
    this.lane.open();
    this.#source = this.lane.sources[0]!.id;
  }

  happens(what: Happening): void {
    if (what.kind === 'records') {
      this.#time += 10;
      const readings = what.readings.map(({ key, time }) => ({ key, time: time + this.#time }));
      this.lane.processBatch(this.#source, readings, undefined);
    } else if (what.kind === 'clock') this.lane.advanceProcessingTime((this.#clock += what.by));
    else if (what.kind === 'cut') this.#begin();
    else for (let chunk = 0; chunk < what.chunks; chunk++) this.#writer.write(1);
  }

  #begin(): void {
    const expected = structuredClone(this.lane.snapshot());
    const chain = this.#chains.of(this.lane);
    const { beside, tables } = this.lane.beginCut();
    const cut: TakenCut = { expected, beside: encode({ cursor: 0, lane: beside, views: [] }) };
    chain.begin();
    this.#writer.add({
      tables,
      done: (blobs, error) => {
        if (error) throw error;
        cut.tables = chain.add(blobs);
      },
    });
    this.#cuts.push(cut);
  }

  /** What was written of every cut is what the lane held when it began. */
  check(): void {
    this.#writer.write(Infinity);
    for (const { expected, beside, tables } of this.#cuts) {
      const bytes = tables!.map(({ ref }) => this.#blobs.get(ref as number)!);
      const blobs = { beside: { ref: 0, bytes: 0 }, tables: tables! };
      const written = new StoredLaneCut(0, blobs, beside, bytes, decode).load().lane!;
      for (const [node, { tables: held, ...rest }] of Object.entries(expected.nodes)) {
        const { tables: got, ...beside } = written.nodes[node]!;
        expect(beside).toEqual(rest);
        for (const [table, entries] of Object.entries(held ?? {})) {
          expect(plainly(got?.[table] ?? [], entries)).toEqual(plainly(entries, entries));
        }
      }
    }
  }
}

/** Entries as text, part by part and slot by slot; of the parts that `living` has. */
function plainly(entries: readonly Entries[], living: readonly Entries[]): unknown {
  const parts = new Set(living.filter(({ slots }) => slots.length > 0).map(({ part }) => part));
  return [...byPart(entries)]
    .filter(([part]) => parts.has(part))
    .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
    .map(([part, written]) => {
      const { keys, columns } = settle(written);
      const rows = keys.flatMap((key, slot) => {
        const values = Object.entries(columns).flatMap(([name, column]) =>
          column[slot] === undefined ? [] : [[name, column[slot]]],
        );
        return key === undefined ? [] : [[slot, key, Object.fromEntries(values)]];
      });
      return [part, rows];
    });
}

/** However a lane goes on while its cuts are written, each holds what was there when it began. */
export function checkBackgroundCuts(runs: number): Promise<void> {
  const random = fc.tuple(
    fc.constantFrom(...Object.keys(JOBS)),
    fc.array(happening, { minLength: 5, maxLength: 40 }),
  );
  return holds(
    random,
    ([job, happenings]) => {
      const lane = new CutLane(JOBS[job]!);
      for (const what of happenings) lane.happens(what);
      lane.check();
      return Promise.resolve();
    },
    runs,
    runs,
  );
}
