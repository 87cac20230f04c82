/**
 * For tests of jobs, and for teaching: a job run step by step on a manual clock.
 * @module tidemark/testing
 */
export { active, element, idle, on, processingTime, snapshot, watermark } from './step.ts';
export type { ControlStep, ElementStep, TestStep } from './step.ts';
export { testJob } from './test-job.ts';
export type { BuildMany, TestJobOptions, TestRecord, TestResult, TestStepResult } from './test-job.ts';
export { operatorHarness, OperatorHarness } from './operator-harness.ts';
export { checkSource, type CheckSourceOptions } from './check-source.ts';
export { checkSink, type CheckSinkOptions, type SinkUnderTest } from './check-sink.ts';
export type { ConformanceRule } from './conformance-errors.ts';
