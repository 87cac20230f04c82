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

export function savepointAborted(path: string): TidemarkError {
  return new TidemarkError(
    'checkpoint-aborted',
    `The savepoint ${path} was not written: the job has ended, failed or was canceled, or its state could not be stored. ` +
      'job.status and job.finished() say more.',
    { details: { path } },
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

export function stateNotRestored(
  left: readonly { readonly key: string; readonly name: string }[],
): TidemarkError {
  const names = [...new Set(left.map(({ key, name }) => (key === name ? `'${key}'` : `${name} ('${key}')`)))];
  return new TidemarkError(
    'state-not-restored',
    `The savepoint has state of ${names.join(', ')}, which this job does not have. Give its operators the uids that they had when ` +
      'the savepoint was taken (without one an operator is only found while nothing of it or before it changes), or drop that ' +
      'state: env.execute({ fromSavepoint, allowNonRestoredState: true }).',
    { details: { operators: names } },
  );
}

export function noSuchState(path: string, what: string, known: readonly string[]): TidemarkError {
  const there =
    known.length === 0 ? 'There is none' : `There is ${known.map((name) => `'${name}'`).join(', ')}`;
  return new TidemarkError('no-such-state', `The savepoint ${path} has not ${what}. ${there}.`, {
    details: { path, known },
  });
}

export function branchBehind(name: string): TidemarkError {
  return new TidemarkError(
    'branch-behind',
    `${name} is still catching up with the recording, so that its state is not from the same moment as that of others. Take the ` +
      'savepoint when its view has caught up.',
    { details: { name } },
  );
}

export function sourceNotRestored(name: string, uid: string, before: string, now: string): TidemarkError {
  return new TidemarkError(
    'source-not-restored',
    `The savepoint says where ${name} ('${uid}') stood in a source of the kind '${before}', and now it reads one of the kind '${now}'. ` +
      'Give it another uid, so that it reads from its beginning, with env.execute({ fromSavepoint, allowNonRestoredState: true }).',
    { details: { operator: uid, before, now } },
  );
}

export function savepointChanged(path: string): TidemarkError {
  return new TidemarkError(
    'savepoint-changed',
    `The file ${path} is no longer the savepoint that this cell has started from, so that what was edited cannot begin there. ` +
      'Put the file back, or run the cell again with env.execute({ fromSavepoint }): then it starts from what is there now.',
    { details: { path } },
  );
}

export function savepointAfterStart(name: string): TidemarkError {
  return new TidemarkError(
    'savepoint-after-start',
    `${name} runs already, so that it cannot start from a savepoint any more: the cell has waited for it. Call ` +
      'env.execute({ fromSavepoint }) before view.take() and the like, in the cell that makes the sinks and views.',
    { details: { name } },
  );
}

export function duplicateUid(uid: string, one: string, other: string): TidemarkError {
  return new TidemarkError(
    'duplicate-uid',
    `Two operators of the job have the uid '${uid}': ${one} and ${other}. State is found again by uid, so each needs its own. ` +
      'Name one of them otherwise; where it comes from a function that makes operators, give that the uid as a parameter.',
  );
}
