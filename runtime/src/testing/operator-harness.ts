import type { Operator } from '../operators/operator.ts';
import type { TestRecord } from './test-job.ts';

/** Drives one operator on a manual clock that starts at 0. */
export class OperatorHarness {
  readonly operator: Operator;
  /** What it has emitted so far; may be emptied. */
  readonly records: TestRecord<unknown>[] = [];
  readonly watermarks: number[] = [];
  readonly sideOutputs: Record<string, TestRecord<unknown>[]> = {};
  #now = 0;

  constructor(operator: Operator, state?: unknown) {
    this.operator = operator;
    operator.setup(
      {
        collect: (value, timestamp) => this.records.push({ value, timestamp }),
        emitWatermark: (timestamp) => this.watermarks.push(timestamp),
        emitIdle: () => undefined,
        sideOutput: (tag, value, timestamp) => (this.sideOutputs[tag] ??= []).push({ value, timestamp }),
      },
      {
        name: 'operator under test',
        currentProcessingTime: () => this.#now,
        autoWatermarkInterval: 200,
        tracksEmission: false,
        strictInstances: true,
      },
    );
    if (state !== undefined) operator.restore(state);
    operator.open();
  }

  processElement(value: unknown, timestamp?: number): void {
    this.operator.processElement(value, timestamp);
  }

  processWatermark(timestamp: number): void {
    this.operator.processWatermark(timestamp);
  }

  setProcessingTime(now: number): void {
    for (let due = this.operator.nextProcessingTime; due <= now; due = this.operator.nextProcessingTime) {
      this.#now = Math.max(this.#now, due);
      this.operator.onProcessingTime(due);
    }
    this.#now = Math.max(this.#now, now);
  }

  get timerCount(): number {
    return this.operator.timerCount;
  }

  get stateEntryCount(): number {
    return this.operator.stateEntryCount;
  }

  /** A copy of its state, to make another harness with. */
  snapshot(): unknown {
    return structuredClone(this.operator.snapshot());
  }

  close(): void {
    this.operator.close();
  }
}

/** @param state a snapshot of an earlier harness to go on from */
export function operatorHarness(operator: Operator, state?: unknown): OperatorHarness {
  return new OperatorHarness(operator, state);
}
