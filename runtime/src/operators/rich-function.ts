import { TidemarkError } from '../errors.ts';
import type { MetricGroup } from './metric-group.ts';
import type { StateStore } from '../state/state-store.ts';

/** Which of the running copies of an operator a function object belongs to. */
export interface TaskInfo {
  /** Name of the operator. */
  getTaskName(): string;
  /** Which subtask it is, counted from 0. */
  getIndexOfThisSubtask(): number;
  /** How many subtasks there are. */
  getNumberOfParallelSubtasks(): number;
}

/** What a function object may ask of the operator that runs it. */
export interface RuntimeContext extends StateStore {
  /** Name of the operator. */
  getTaskName(): string;
  /** Which subtask of how many it is. */
  getTaskInfo(): TaskInfo;
  /** Counters and gauges of its own, which `job.metrics()` shows. */
  getMetricGroup(): MetricGroup;
}

/**
 * A function with a life: `open` before the first record, `close` after the last.
 * @example
 * class Named extends ProcessFunction<string, string> {
 *   #name = '';
 *   override open() {
 *     this.#name = this.getRuntimeContext().getTaskName();
 *   }
 *   *processElement(value: string) {
 *     yield `${this.#name}: ${value}`;
 *   }
 * }
 * await env
 *   .fromData('a')
 *   .process(() => new Named())
 *   .name('letters')
 *   .executeAndCollect(); // → ['letters: a']
 */
export abstract class RichFunction {
  #context: RuntimeContext | undefined;

  /** Called once before the first record; the place to get state. */
  open(): void {}

  /** Called once after the last record, also when the job fails or stops. */
  close(): void {}

  /**
   * State and facts of the operator, from `open` on.
   * @throws {TidemarkError} `not-open` before.
   */
  getRuntimeContext(): RuntimeContext {
    if (this.#context === undefined) {
      throw new TidemarkError(
        'not-open',
        `getRuntimeContext() of ${this.constructor.name} was called before open(). Perhaps in the constructor. Call it in open().`,
      );
    }
    return this.#context;
  }

  /** Called by the operator before `open`. @internal */
  setRuntimeContext(context: RuntimeContext): void {
    this.#context = context;
  }
}
