import type { DataStream } from '../api/data-stream.ts';
import { checkParallelism } from '../api/parallelism.ts';
import { StreamExecutionEnvironment } from '../api/stream-execution-environment.ts';
import { decode, encode } from '../checkpoint/codec.ts';
import { Lane, type LaneSnapshot } from '../engine/lane.ts';
import { afterRealTime } from '../engine/slice-loop.ts';
import type { RecordOrigin } from '../engine/view.ts';
import { badArgument } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { WatermarkStrategy } from '../time/watermark-strategy.ts';
import { snapshot, type ControlStep, type ElementStep, type TestStep } from './step.ts';
import { testBackend } from './test-backend.ts';
import { testSource } from './test-source.ts';

/** A record that came out, with its event time in epoch ms if it has one. */
export interface TestRecord<T> {
  /** The record. */
  readonly value: T;
  /** Its event time; `undefined` if it has none. */
  readonly timestamp: number | undefined;
}

/** What came of one step. */
export interface TestStepResult<R> {
  /** The step. */
  readonly step: TestStep<unknown>;
  /** What came out in the step. */
  readonly records: readonly TestRecord<R>[];
  /** The output watermark after the step. */
  readonly watermark: number;
  /** What went to side outputs in the step, by ids of tags. */
  readonly sideOutputs: Readonly<Record<string, readonly TestRecord<unknown>[]>>;
  /** True if the output is idle after the step. */
  readonly idle: boolean;
  /** What the records carry for views, parallel to them. */
  readonly origins: readonly (RecordOrigin | undefined)[];
}

/** What came of all steps. */
export interface TestResult<R> {
  /** One a step, and one more for the end of the input if that was asked for. */
  readonly steps: readonly TestStepResult<R>[];
  /** What came out, over all steps. */
  readonly records: readonly TestRecord<R>[];
  /** What went to a side output, over all steps. */
  sideOutput<X>(tag: OutputTag<X> | string): readonly TestRecord<X>[];
  /** Records that were late, over all operators. */
  readonly lateRecords: number;
  /** With `end`: what is left when every window is cleaned up. */
  readonly leaks: { readonly timers: number; readonly stateEntries: number } | undefined;
}

/** How a job under test runs. */
export interface TestJobOptions {
  /** Takes a snapshot after every step and goes on in a new job; results must be the same. */
  readonly snapshotEveryStep?: boolean;
  /** Ends the input after the last step. */
  readonly end?: boolean;
  /** Number of subtasks of every operator that does not set its own. Default: 1. */
  readonly parallelism?: number;
  /** Names of the inputs, if there are several. */
  readonly inputs?: readonly string[];
  /** Interval of periodic watermarks in ms. Default: 200. */
  readonly autoWatermarkInterval?: number;
  /**
   * How long a step waits for an answer from outside, to a request of async I/O or a lookup, in ms of real time. What has not been
   * answered by then is taken for a request that waits for a later step. Default: 250.
   */
  readonly patience?: number;
  /** Of randomness; nothing uses it yet. */
  readonly seed?: number;
}

/** Describes the job on named inputs; it may narrow their types. */
export type BuildMany<T, R, N extends string = string> = {
  build(inputs: Readonly<Record<N, DataStream<T>>>): DataStream<R>;
}['build'];

/**
 * Runs a job step by step on a manual clock; each step runs until the job is quiet.
 * @param build describes the job; it is called anew after every snapshot
 * @throws {TidemarkError} `bad-argument` for a step to an input that is not named; what the job
 *   fails with
 * @example
 * const result = await testJob(
 *   [element(1, 0), element(2, 5), watermark(9), element(4, 10)],
 *   (numbers) => numbers.windowAll(TumblingEventTimeWindows.of(10)).sum(0),
 *   { end: true },
 * );
 * result.records; // → [{ value: 3, timestamp: 9 }, { value: 4, timestamp: 19 }]
 * result.steps[2]!.records; // → [{ value: 3, timestamp: 9 }]
 * result.leaks; // → { timers: 0, stateEntries: 0 }
 */
export function testJob<T, R>(
  steps: readonly TestStep<T>[],
  build: (input: DataStream<T>) => DataStream<R>,
  options?: TestJobOptions & { readonly inputs?: undefined },
): Promise<TestResult<R>>;
export function testJob<T, R, const N extends string = string>(
  steps: readonly TestStep<T>[],
  build: BuildMany<T, R, N>,
  options: TestJobOptions & { readonly inputs: readonly N[] },
): Promise<TestResult<R>>;
// Records of several types: what an input is of is then for `build` to say.
export function testJob<S extends TestStep<unknown>, R, const N extends string = string>(
  steps: readonly S[],
  build: BuildMany<S extends ElementStep<infer V> ? V : never, R, N>,
  options: TestJobOptions & { readonly inputs: readonly N[] },
): Promise<TestResult<R>>;
// Asynchronous, so that a job under test may come to run elsewhere without its tests changing.
export async function testJob<T, R>(
  steps: readonly TestStep<T>[],
  build: ((input: DataStream<T>) => DataStream<R>) | BuildMany<T, R>,
  options: TestJobOptions = {},
): Promise<TestResult<R>> {
  checkParallelism(options.parallelism ?? 1);
  const run = new TestRun<R>(build as (inputs: unknown) => DataStream<R>, options);
  run.start();
  for (const step of steps) {
    await run.apply(step);
    if (options.snapshotEveryStep && step.kind !== 'snapshot') await run.apply(snapshot(), true);
  }
  return run.finish();
}

const ONLY_INPUT = 'input';
/** What suffices for answers that are made in the process itself (ms). */
const PATIENCE = 250;

class TestRun<R> {
  readonly #build: (inputs: unknown) => DataStream<R>;
  readonly #options: TestJobOptions;
  readonly #steps: TestStepResult<R>[] = [];
  #records: TestRecord<R>[] = [];
  #origins: (RecordOrigin | undefined)[] = [];
  #sideOutputs: Record<string, TestRecord<unknown>[]> = {};
  #watermark = MIN_TIMESTAMP;
  #lane!: Lane;
  #inputs!: ReadonlyMap<string, number>;
  #onMail: () => void = () => undefined;
  #cuts = 0;
  /** Answers that are not waited for any more. */
  #givenUp = 0;

  constructor(build: (inputs: unknown) => DataStream<R>, options: TestJobOptions) {
    this.#build = build;
    this.#options = options;
  }

  start(from?: LaneSnapshot): void {
    const sinks: StreamNode[] = [];
    const environment = new StreamExecutionEnvironment(testBackend(sinks));
    const names = this.#options.inputs ?? [ONLY_INPUT];
    const streams = names.map((name) => {
      return [
        name,
        environment.fromSource(testSource<never>(name), WatermarkStrategy.noWatermarks<never>(), name),
      ] as const;
    });
    this.#inputs = new Map(streams.map(([name, { node }]) => [name, node.id]));
    const built = this.#build(
      this.#options.inputs === undefined ? streams[0]![1] : Object.fromEntries(streams),
    );
    for (const node of environment.graph.nodes) {
      if (node.parallelism === 1) node.parallelism = this.#options.parallelism ?? 1;
    }
    const output = environment.graph.add({
      kind: 'view',
      inputs: [{ from: built.node }],
      view: {},
      isSink: false,
    });
    this.#lane = new Lane([output, ...sinks], {
      startTime: 0,
      autoWatermarkInterval: this.#options.autoWatermarkInterval,
      strictInstances: true,
      onMail: () => this.#onMail(),
      views: () => this.#observer(),
      sideOutput: (_node, tag, value, timestamp) =>
        (this.#sideOutputs[tag] ??= []).push({ value, timestamp }),
    });
    // An input that the job does not read is there all the same.
    const read = new Set(this.#lane.sources.map(({ id }) => id));
    for (const [name, id] of this.#inputs)
      if (!read.has(id)) (this.#inputs as Map<string, number>).delete(name);
    if (from !== undefined) this.#lane.restore(from);
    this.#lane.open();
  }

  /** @param silently true for a snapshot that is no step of its own */
  async apply(step: TestStep<unknown>, silently = false): Promise<void> {
    const lane = this.#lane;
    switch (step.kind) {
      case 'element':
        this.#to(step, (id) => lane.processBatch(id, [step.value], [step.timestamp]));
        break;
      case 'watermark':
        this.#to(step, (id) => lane.processWatermark(id, step.timestamp));
        break;
      case 'idle':
        this.#to(step, (id) => lane.markIdle(id));
        break;
      case 'active':
        this.#to(step, (id) => lane.markActive(id));
        break;
      case 'processing-time':
        lane.advanceProcessingTime(step.time);
        break;
      case 'snapshot': {
        const commits = lane.sinks.prepareCommit(false);
        const saved = decode(encode(lane.snapshot(), 'the job')) as LaneSnapshot;
        await commits?.ready;
        this.#cuts += 1;
        await commits?.commit(this.#cuts);
        lane.notifyCheckpoint(this.#cuts, true);
        await lane.close();
        this.#givenUp = 0;
        this.start(saved);
        break;
      }
      case 'end':
        for (const id of this.#inputs.values()) lane.endInput(id);
    }
    await this.#quiet();
    if (!silently) this.#record(step);
  }

  async finish(): Promise<TestResult<R>> {
    if (this.#options.end) await this.apply({ kind: 'end' });
    const metrics = this.#lane.metrics();
    const total = (count: 'timers' | 'stateEntries' | 'lateRecords') =>
      metrics.reduce((sum, operator) => sum + operator[count], 0);
    const commits = this.#lane.sinks.prepareCommit(this.#options.end ?? false);
    await commits?.ready;
    await commits?.commit(this.#cuts + 1);
    await this.#lane.close();
    const steps = this.#steps;
    return {
      steps,
      records: steps.flatMap(({ records }) => records),
      sideOutput: <X>(tag: OutputTag<X> | string) => {
        const id = typeof tag === 'string' ? tag : tag.id;
        return steps.flatMap(({ sideOutputs }) => (sideOutputs[id] ?? []) as readonly TestRecord<X>[]);
      },
      lateRecords: total('lateRecords'),
      leaks: this.#options.end ? { timers: total('timers'), stateEntries: total('stateEntries') } : undefined,
    };
  }

  /**
   * Waits for answers from outside. A request that has not been answered for a while is taken for one that waits for a later
   * step, which may let its time run out; it is not waited for again.
   */
  async #quiet(): Promise<void> {
    const lane = this.#lane;
    while (lane.answersAwaited > 0) {
      // Answers that came together are taken together, as in a slice.
      await new Promise<void>((turn) => afterRealTime(0, turn));
      lane.processMail();
      if (lane.answersAwaited <= this.#givenUp) break;
      if (!(await this.#nextMail())) this.#givenUp = lane.answersAwaited;
    }
    this.#givenUp = Math.min(this.#givenUp, lane.answersAwaited);
  }

  /** Resolves with false if nothing has come for a while. */
  async #nextMail(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onMail = () => resolve(true);
    const cancel = afterRealTime(this.#options.patience ?? PATIENCE, () => resolve(false));
    const came = await promise;
    cancel();
    this.#onMail = () => undefined;
    return came;
  }

  #to(step: ElementStep<unknown> | ControlStep, feed: (sourceId: number) => void): void {
    const inputs = this.#options.inputs;
    if (step.input === undefined && inputs !== undefined) {
      throw badArgument(
        'step',
        step.kind,
        'With several inputs it must name its own.',
        `Write on('${inputs[0]}', …).`,
      );
    }
    const name = step.input ?? ONLY_INPUT;
    if (!(inputs ?? [ONLY_INPUT]).includes(name)) {
      throw badArgument(
        'input',
        name,
        'There is no such input.',
        `Name it in the options: { inputs: ['${name}', …] }.`,
      );
    }
    const id = this.#inputs.get(name);
    if (id !== undefined) feed(id);
  }

  #record(step: TestStep<unknown>): void {
    // Idleness is seen on the operator in front of the output.
    const last = this.#lane.progress();
    this.#steps.push({
      step,
      records: this.#records,
      watermark: this.#watermark,
      sideOutputs: this.#sideOutputs,
      idle: last.at(-1)?.idle ?? false,
      origins: this.#origins,
    });
    this.#records = [];
    this.#origins = [];
    this.#sideOutputs = {};
  }

  #observer() {
    return {
      onRecord: (value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined) => {
        this.#records.push({ value: value as R, timestamp });
        this.#origins.push(origin);
      },
      onWatermark: (timestamp: number) => {
        this.#watermark = timestamp;
      },
      onProgress: () => undefined,
      snapshot: () => undefined,
      restore: () => undefined,
      onStatus: () => undefined,
    };
  }
}
