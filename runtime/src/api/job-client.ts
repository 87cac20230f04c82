import type { CheckpointInfo } from '../engine/checkpoint-coordinator.ts';
import type { OperatorMetrics } from '../engine/operator-metrics.ts';

/**
 * Where a job stands: `created` before it runs, `paused` with its session; `finished` when all its input has ended, `failed` when a
 * function failed for good, `restarting` while it waits to go on from its last checkpoint; `canceled` when it was asked to stop.
 */
export type JobStatus =
  'created' | 'running' | 'finished' | 'failing' | 'restarting' | 'failed' | 'paused' | 'canceled';

/** What is known of a job that has ended. */
export interface JobExecutionResult {
  /** The `id` of its client. */
  readonly jobId: string;
  /** The name given to `execute`, or one made up. */
  readonly name: string;
  /** ms of the runtime's clock from start to end. */
  readonly runtime: number;
}

/**
 * A job that runs in the background.
 * @example
 * env.fromData(1, 2).sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => {} }) });
 * const job = await env.execute('two numbers');
 * (await job.finished()).name; // → 'two numbers'
 * job.status; // → 'finished'
 */
export interface JobClient {
  /** Tells it from other jobs of the process. */
  readonly id: string;
  /** The name given to `execute`, or one made up. */
  readonly name: string;
  /** Where it stands now. */
  readonly status: JobStatus;
  /** How often it was started: 1 until it fails and is started again. */
  readonly attempt: number;
  /** Resolves when the job has ended by itself; rejects when it fails or is canceled. */
  finished(): Promise<JobExecutionResult>;
  /** Stops it for good. */
  cancel(): Promise<void>;
  /** Holds it at its next slice. */
  pause(): Promise<void>;
  /** Lets it go on. */
  resume(): Promise<void>;
  /**
   * Takes a checkpoint now, or as soon as the one under way is over; in a notebook, a snapshot. Resolves when it is complete.
   * @throws {TidemarkError} `checkpoint-aborted` if the job ends before, `checkpoint-timed-out`, and what it fails with
   */
  triggerCheckpoint(): Promise<CheckpointInfo>;
  /** The checkpoints that are complete and kept, oldest first. */
  checkpoints(): readonly CheckpointInfo[];
  /**
   * Writes all of the job's state to one file that a job can start from: `env.execute({ fromSavepoint })`. The job goes on.
   * @param path of the file
   * @returns its absolute path
   * @throws {TidemarkError} `checkpoint-aborted` if the job is over or ends meanwhile
   */
  triggerSavepoint(path: string): Promise<string>;
  /**
   * Stops the job with a savepoint; nothing comes out of it afterwards.
   * @param options `drain`: true to end event time first, so that every window and timer fires; for a job that will not go on
   * @throws {TidemarkError} `checkpoint-aborted` if the job is over or ends meanwhile
   */
  stopWithSavepoint(path: string, options?: { readonly drain?: boolean }): Promise<string>;
  /** Counts of each of its operators, as they stand now. */
  metrics(): readonly OperatorMetrics[];
}
