import type { JobClient, JobExecutionResult, JobStatus } from '../api/job-client.ts';
import type { Clock } from '../time/runtime-clock.ts';
import type { CheckpointInfo } from './checkpoint-coordinator.ts';
import { jobCanceled } from './engine-errors.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import type { LaneRunner } from './lane-runner.ts';

let jobs = 0;

/** `'job-1'` for the first of the process. */
export function nextJobId(): string {
  jobs += 1;
  return `job-${jobs}`;
}

/** A session's cuts, as a job speaks of them. */
export interface JobCheckpoints {
  trigger(): Promise<CheckpointInfo>;
  /** Writes the state of lanes to a file; returns its path. */
  savepoint(path: string, runners: readonly LaneRunner[]): Promise<string>;
  list(): readonly CheckpointInfo[];
}

/** Lanes of a job; those of a cell that still runs are there when it has ended, or when somebody asks something of them. */
export interface JobLanes {
  readonly lanes: readonly LaneRunner[];
  /** @returns set while some wait for what they are to go on from */
  start(): Promise<void> | undefined;
}

/** A named set of lanes: what `execute` started, or what a cell made observable. */
export class Job implements JobClient {
  readonly id: string;
  readonly name: string;
  readonly #of: JobLanes;
  readonly #startedAt: number;
  readonly #clock: Clock;
  readonly #remove: (runner: LaneRunner) => void;
  readonly #checkpoints: JobCheckpoints;

  constructor(
    name: string | undefined,
    of: JobLanes,
    clock: Clock,
    remove: (runner: LaneRunner) => void,
    checkpoints: JobCheckpoints,
  ) {
    this.#checkpoints = checkpoints;
    this.id = nextJobId();
    this.name = name ?? this.id;
    this.#of = of;
    this.#startedAt = clock.now();
    this.#clock = clock;
    this.#remove = remove;
  }

  get #runners(): readonly LaneRunner[] {
    return this.#of.lanes;
  }

  get attempt(): number {
    return 1;
  }

  get status(): JobStatus {
    const all = this.#runners.map((runner) => runner.status);
    if (all.includes('failed'))
      return all.every((status) => status === 'failed' || status === 'finished') ? 'failed' : 'failing';
    if (all.length === 0) return 'created';
    if (all.every((status) => status === 'canceled')) return 'canceled';
    if (all.every((status) => status === 'finished' || status === 'canceled')) return 'finished';
    if (all.includes('paused')) return 'paused';
    return all.every((status) => status === 'created') ? 'created' : 'running';
  }

  /** One line, as the last expression of a cell say; the lanes are nobody's business. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `job '${this.name}' ${this.status}`;
  }

  /** Resolves when every lane has ended; rejects with the error of the first that failed, or when it was canceled. */
  async finished(): Promise<JobExecutionResult> {
    await this.#of.start();
    return new Promise((resolve, reject) => {
      const stop: (() => void)[] = [];
      const look = (): boolean => {
        const failed = this.#runners.find((runner) => runner.status === 'failed');
        if (failed) reject(failed.error ?? new Error(`${this.name} failed`));
        else if (this.status === 'canceled') reject(jobCanceled(this.name));
        else if (this.status === 'finished')
          resolve({ jobId: this.id, name: this.name, runtime: this.#clock.now() - this.#startedAt });
        else return false;
        for (const end of stop) end();
        return true;
      };
      if (!look()) for (const runner of this.#runners) stop.push(runner.onSettled(look));
    });
  }

  async triggerCheckpoint(): Promise<CheckpointInfo> {
    return this.#checkpoints.trigger();
  }

  checkpoints(): readonly CheckpointInfo[] {
    return this.#checkpoints.list();
  }

  async triggerSavepoint(path: string): Promise<string> {
    await this.#of.start();
    return this.#checkpoints.savepoint(path, this.#runners);
  }

  async stopWithSavepoint(
    path: string,
    { drain = false }: { readonly drain?: boolean } = {},
  ): Promise<string> {
    await this.#of.start();
    if (drain) for (const runner of this.#runners) await runner.drain();
    else await this.pause();
    const written = await this.triggerSavepoint(path);
    await this.cancel();
    return written;
  }

  async cancel(): Promise<void> {
    await this.#of.start();
    for (const runner of this.#runners) this.#remove(runner);
    await Promise.all(this.#runners.map(({ closing }) => closing));
  }

  async pause(): Promise<void> {
    await this.#of.start();
    for (const runner of this.#runners) runner.pause();
  }

  async resume(): Promise<void> {
    await this.#of.start();
    for (const runner of this.#runners) runner.resume();
  }

  metrics(): readonly OperatorMetrics[] {
    return this.#runners.flatMap((runner) => runner.lane.metrics());
  }
}
