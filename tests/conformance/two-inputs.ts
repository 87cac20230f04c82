import { describe, expect, test } from 'vitest';
import type { DataStream } from 'tidemark';
import {
  on,
  testJob,
  watermark,
  type TestJobOptions,
  type TestRecord,
  type TestResult,
  type TestStep,
} from 'tidemark/testing';

/** The two inputs of a case. */
export interface Inputs<L, R> {
  readonly left: DataStream<L>;
  readonly right: DataStream<R>;
}

export interface TwoInputCase<L, R, O> {
  /** Steps with the records that each brings, as texts in any order. */
  readonly steps: readonly (readonly [step: TestStep<L | R>, ...records: string[]])[];
  readonly build: (inputs: Inputs<L, R>) => DataStream<O>;
  readonly show: (record: TestRecord<O>) => string;
  readonly options?: Omit<TestJobOptions, 'inputs' | 'snapshotEveryStep'>;
  /** 1 for what several subtasks do otherwise: each of them sees a broadcast record. Default: 3. */
  readonly subtasks?: 1;
  /** Further expectations, the same for every way of running. */
  readonly check?: (result: TestResult<O>) => void;
}

/** Runs a job on a left and a right input. */
export function runTwoInputs<L, R, O>(
  steps: readonly TestStep<L | R>[],
  build: (inputs: Inputs<L, R>) => DataStream<O>,
  options: Omit<TestJobOptions, 'inputs'> = {},
): Promise<TestResult<O>> {
  return testJob<L | R, O>(steps, (inputs) => build(inputs as unknown as Inputs<L, R>), {
    ...options,
    inputs: ['left', 'right'],
  });
}

/** A case that holds plainly, and as well by several subtasks and when the job is thrown away and restored after every step. */
export function conformsOnTwo<L, R, O>(
  title: string,
  { steps, build, show, options, check, subtasks }: TwoInputCase<L, R, O>,
): void {
  describe(title, () => {
    test.each([
      ['plain', { snapshotEveryStep: false }],
      ['restored after every step', { snapshotEveryStep: true }],
      ['by three subtasks', { snapshotEveryStep: false, parallelism: subtasks ?? 3 }],
      [
        'by three subtasks, restored after every step',
        { snapshotEveryStep: true, parallelism: subtasks ?? 3 },
      ],
    ])('%s', async (_way, runOptions) => {
      const result = await runTwoInputs(
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

/** The same watermark on both inputs: the second lets it through. */
export function watermarkOnBoth(
  timestamp: number,
  ...records: readonly string[]
): readonly (readonly [step: TestStep<never>, ...records: string[]])[] {
  return [[on('left', watermark(timestamp))], [on('right', watermark(timestamp)), ...records]];
}
