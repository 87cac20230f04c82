import { EventTimeAlarm } from '../time/event-time-alarm.ts';
import type { DataStream } from '../api/data-stream.ts';
import { StreamExecutionEnvironment } from '../api/stream-execution-environment.ts';
import { decode, encode } from '../checkpoint/codec.ts';
import { badArgument } from '../errors.ts';
import { Operator } from '../operators/operator.ts';
import { readTables, type TableEntries } from '../state/entries.ts';
import { WatermarkStrategy } from '../time/watermark-strategy.ts';
import { testBackend } from './test-backend.ts';
import type { TestRecord } from './test-job.ts';
import { testSource } from './test-source.ts';

interface HarnessSnapshot {
  readonly beside: unknown;
  readonly tables: TableEntries;
}

/**
 * Drives one operator on a manual clock that starts at 0.
 * @example
 * const harness = operatorHarness((numbers: DataStream<number>) =>
 *   numbers.windowAll(TumblingEventTimeWindows.of('10 s')).sum(0),
 * );
 * harness.processElement(4, 1_000);
 * harness.stateEntryCount; // → 1
 * harness.processWatermark(9_999);
 * harness.records; // → [{ value: 4, timestamp: 9999 }]
 * harness.stateEntryCount; // → 0
 */
export class OperatorHarness<T = unknown, R = unknown> {
  /** The operator that is driven. */
  readonly operator: Operator;
  /** What it has emitted so far; may be emptied. */
  readonly records: TestRecord<R>[] = [];
  /** The watermarks that it has emitted so far; may be emptied. */
  readonly watermarks: number[] = [];
  /** What it has sent to side outputs so far, by ids of tags. */
  readonly sideOutputs: Record<string, TestRecord<unknown>[]> = {};
  #now = 0;

  /** Use `operatorHarness`. @internal */
  constructor(operator: Operator, state?: unknown) {
    this.operator = operator;
    operator.setup(
      {
        collect: (value, timestamp) => this.records.push({ value: value as R, timestamp }),
        emitWatermark: (timestamp) => this.watermarks.push(timestamp),
        emitIdle: () => undefined,
        sideOutput: (tag, value, timestamp) => (this.sideOutputs[tag] ??= []).push({ value, timestamp }),
      },
      {
        name: 'operator under test',
        subtask: 0,
        parallelism: 1,
        currentProcessingTime: () => this.#now,
        alarm: new EventTimeAlarm(() => -Infinity),
        autoWatermarkInterval: 200,
        tracksEmission: false,
        strictInstances: true,
        muted: false,
        listen: () => undefined,
        batch: false,
        mustStop: () => false,
        firing: (fire, then) => {
          while (fire() === false);
          then();
        },
        announceMail: () => undefined,
      },
    );
    if (state !== undefined) {
      const { beside, tables } = state as HarnessSnapshot;
      operator.restore(beside);
      for (const table of operator.tables) table.restore(tables[table.name] ?? []);
    }
    operator.open();
  }

  /** Hands it a record, with its event time in epoch ms if it has one. */
  processElement(value: T, timestamp?: number): void {
    this.operator.processElement(value, timestamp);
  }

  /** Hands it a watermark (epoch ms). */
  processWatermark(timestamp: number): void {
    this.operator.processWatermark(timestamp);
  }

  /** Moves the clock (epoch ms) forward; timers that come due on the way fire at their own times. */
  setProcessingTime(now: number): void {
    for (let due = this.operator.nextProcessingTime; due <= now; due = this.operator.nextProcessingTime) {
      this.#now = Math.max(this.#now, due);
      this.operator.onProcessingTime(due);
    }
    this.#now = Math.max(this.#now, now);
  }

  /** Timers that are waiting. */
  get timerCount(): number {
    return this.operator.timerCount;
  }

  /** Entries of its state. */
  get stateEntryCount(): number {
    return this.operator.stateEntryCount;
  }

  /** A copy of its state, to make another harness with. */
  snapshot(): unknown {
    const beside = this.operator.snapshot();
    const saved = { beside, tables: readTables(this.operator.tables) } satisfies HarnessSnapshot;
    return decode(encode(saved, 'the operator'));
  }

  /** Ends it. */
  close(): void {
    this.operator.close();
  }
}

/**
 * Drives one operator, with its state and timers countable: the one that `build` puts behind its input.
 * @param state a snapshot of an earlier harness to go on from
 * @throws {TidemarkError} `bad-argument` if `build` makes several operators, or one of two inputs.
 * @example
 * const harness = operatorHarness((numbers: DataStream<number>) => numbers.keyBy(() => 'all').sum(0));
 * harness.processElement(1);
 * harness.processElement(2);
 * harness.records.map(({ value }) => value); // → [1, 3]
 * harness.stateEntryCount; // → 1
 */
export function operatorHarness<T, R>(
  build: (input: DataStream<T>) => DataStream<R>,
  state?: unknown,
): OperatorHarness<T, R>;
/**
 * Drives the operator of a stream.
 * @param operator `stream.node.createOperator()`
 * @param state a snapshot of an earlier harness to go on from
 */
export function operatorHarness(operator: Operator, state?: unknown): OperatorHarness;
export function operatorHarness(
  given: Operator | ((input: DataStream<unknown>) => DataStream<unknown>),
  state?: unknown,
): OperatorHarness {
  return new OperatorHarness(given instanceof Operator ? given : operatorOf(given), state);
}

function operatorOf(build: (input: DataStream<unknown>) => DataStream<unknown>): Operator {
  const environment = new StreamExecutionEnvironment(testBackend([]));
  const input = environment.fromSource(testSource<unknown>('input'), WatermarkStrategy.noWatermarks());
  const { node } = build(input);
  if (node.createOperator === undefined || node.inputs.length !== 1 || node.inputs[0]!.from !== input.node) {
    throw badArgument(
      'build',
      build,
      'A harness drives one operator, right behind its input.',
      'Use testJob for a job of several.',
    );
  }
  return node.createOperator();
}
