import { describe, expect, test } from 'vitest';
import {
  testJob,
  type TestJobOptions,
  type TestRecord,
  type TestResult,
  type TestStep,
} from 'tidemark/testing';
import type { DataStream } from 'tidemark';

/** What a step is expected to bring, as texts in any order: results of one watermark have no order of their own. */
export type Expected = readonly [step: TestStep<unknown>, ...records: string[]];

export interface Case<T, R> {
  readonly steps: readonly (readonly [step: TestStep<T>, ...records: string[]])[];
  readonly build: (input: DataStream<T>) => DataStream<R>;
  readonly show: (record: TestRecord<R>) => string;
  readonly options?: Omit<TestJobOptions, 'inputs' | 'snapshotEveryStep'>;
  /** Further expectations, the same for every way of running. */
  readonly check?: (result: TestResult<R>) => void;
}

/** A case that holds plainly, and as well by several subtasks and when the job is thrown away and restored after every step. */
export function conforms<T, R>(title: string, { steps, build, show, options, check }: Case<T, R>): void {
  describe(title, () => {
    test.each([
      ['plain', { snapshotEveryStep: false }],
      ['restored after every step', { snapshotEveryStep: true }],
      ['by three subtasks', { snapshotEveryStep: false, parallelism: 3 }],
      ['by three subtasks, restored after every step', { snapshotEveryStep: true, parallelism: 3 }],
    ])('%s', async (_way, runOptions) => {
      const result = await testJob<T, R>(
        steps.map(([step]) => step),
        build,
        { ...options, ...runOptions },
      );
      const got = result.steps.map(({ step, records }) => ({ step, records: records.map(show).sort() }));
      const wanted = steps.map(([step, ...records]) => ({ step, records: [...records].sort() }));
      expect(got.slice(0, wanted.length)).toEqual(wanted);
      check?.(result);
    });
  });
}
