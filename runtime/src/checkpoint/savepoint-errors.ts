import { TidemarkError } from '../errors.ts';

export function noSavepoint(path: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'no-savepoint',
    `There is no savepoint at ${path}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'Give the path that triggerSavepoint or stopWithSavepoint resolved with.',
    { details: { path }, cause },
  );
}

export function savepointNotWritten(path: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'savepoint-not-written',
    `The savepoint ${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'Give a path in a folder that is there and can be written to, with enough room.',
    { details: { path }, cause },
  );
}

export function savepointDamaged(path: string, reason: string): TidemarkError {
  return new TidemarkError(
    'savepoint-damaged',
    `The savepoint ${path} cannot be read: ${reason}. It was cut off or changed; take another copy of it, or another savepoint.`,
    { details: { path, reason } },
  );
}

export function savepointTooNew(path: string, version: number, known: number): TidemarkError {
  return new TidemarkError(
    'savepoint-too-new',
    `The savepoint ${path} was written by a later Tidemark (format ${version}, this one knows ${known}). Update Tidemark.`,
    { details: { path, version, known } },
  );
}
