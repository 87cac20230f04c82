import { TidemarkError } from '../errors.ts';

export function checkpointTimedOut(id: number, timeout: number): TidemarkError {
  return new TidemarkError(
    'checkpoint-timed-out',
    `Checkpoint ${id} was not complete after ${timeout} ms. Probably a sink could not flush, or the disk is slow. Give it longer: ` +
      "env.enableCheckpointing(interval, { timeout: '30 min' }).",
    { details: { id, timeout } },
  );
}

export function checkpointAborted(id: number | undefined): TidemarkError {
  const which = id === undefined ? 'A checkpoint' : `Checkpoint ${id}`;
  return new TidemarkError(
    'checkpoint-aborted',
    `${which} was not completed: the job has ended, failed or was canceled meanwhile. job.status and job.finished() say more.`,
    { details: { id } },
  );
}

export function checkpointsFailed(failures: number, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'checkpoints-failed',
    `${failures === 1 ? 'A checkpoint' : `${failures} checkpoints one after the other`} failed: ${reason} ` +
      'Remove the cause, or let more of them fail: env.enableCheckpointing(interval, { tolerableFailures: 3 }).',
    { details: { failures, reason }, cause },
  );
}
