import type { OperatorMetrics } from '../engine/lane.ts';

export type JobStatus = 'created' | 'running' | 'finished' | 'failing' | 'failed' | 'paused' | 'canceled';

export interface JobExecutionResult {
  readonly jobId: string;
  readonly name: string;
  /** ms of the runtime's clock from start to end. */
  readonly runtime: number;
}

/** A job that runs in the background. */
export interface JobClient {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  /** Resolves when the job has ended by itself; rejects when it fails or is canceled. */
  finished(): Promise<JobExecutionResult>;
  cancel(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  metrics(): readonly OperatorMetrics[];
}
