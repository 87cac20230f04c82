import { badArgument } from '../errors.ts';
import type { CheckpointSettings } from '../engine/execution-settings.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';

/** How checkpoints are taken. */
export interface CheckpointingOptions {
  /**
   * `'exactly-once'` (the default): every record has its effect on the state once. `'at-least-once'` is the same here: between
   * two slices no record is under way, so nothing has to be aligned.
   */
  readonly mode?: 'exactly-once' | 'at-least-once';
  /** After it a checkpoint that is not complete is given up, `'10 min'` when left out. */
  readonly timeout?: DurationLike;
  /** Least time between the end of one and the beginning of the next, 0 when left out. */
  readonly minPause?: DurationLike;
  /** How many may fail one after the other before the job does, 0 when left out. */
  readonly tolerableFailures?: number;
  /**
   * A folder in which they outlive the process, in a folder of the job's name; a job starts from one by
   * `env.execute({ fromSavepoint })`. In memory when left out.
   */
  readonly directory?: string;
  /** How many are kept, 1 when left out. */
  readonly retained?: number;
}

export function checkpointSettings(
  interval: DurationLike,
  options: CheckpointingOptions,
): CheckpointSettings {
  const { mode = 'exactly-once', tolerableFailures = 0, directory, retained = 1 } = options;
  if (mode !== 'exactly-once' && mode !== 'at-least-once') {
    throw badArgument('checkpointing mode', mode, 'There is no such mode.', "Give 'exactly-once'.");
  }
  const settings = {
    interval: toMillis(interval),
    timeout: toMillis(options.timeout ?? '10 min'),
    minPause: toMillis(options.minPause ?? 0),
    tolerableFailures,
    directory,
    retained,
  };
  checkAtLeast('checkpoint interval', settings.interval, 10);
  checkAtLeast('checkpoint timeout', settings.timeout, 1);
  checkAtLeast('pause between checkpoints', settings.minPause, 0);
  checkAtLeast('tolerable checkpoint failures', tolerableFailures, 0);
  checkAtLeast('retained checkpoints', retained, 1);
  return settings;
}

function checkAtLeast(what: string, value: number, least: number): void {
  if (value >= least) return;
  throw badArgument(
    what,
    value,
    `It must be ≥ ${least}.`,
    "Durations are written '10 s', or in milliseconds.",
  );
}
