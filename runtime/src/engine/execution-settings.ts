/** How a job is kept safe; times are ms of the runtime's clock. */
export interface CheckpointSettings {
  readonly interval: number;
  /** After it a checkpoint that has not been completed is given up. */
  readonly timeout: number;
  /** Least time between the end of a checkpoint and the beginning of the next. */
  readonly minPause: number;
  /** How many checkpoints may fail one after the other; the next one fails the job. */
  readonly tolerableFailures: number;
  /** Where they are written, if they are to outlive the process. */
  readonly directory: string | undefined;
  /** How many are kept. */
  readonly retained: number;
}

/** What becomes of one job that fails: asked at each failure. */
export interface RestartAttempts {
  /** ms until the job is started again; `undefined` if it has failed for good. @param now the runtime's clock */
  next(now: number): number | undefined;
}

/** What becomes of jobs that fail. Made by `RestartStrategies`. */
export interface RestartStrategy {
  /** `'fixed-delay'`, `'failure-rate'`, … */
  readonly kind: string;
  /** Begins to count for one job. @internal */
  readonly begin: () => RestartAttempts;
}

export interface ExecutionSettings {
  readonly checkpointing?: CheckpointSettings;
  readonly restart?: RestartStrategy;
}
