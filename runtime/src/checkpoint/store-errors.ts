import { TidemarkError } from '../errors.ts';

export function storeLocked(path: string, pid: number | undefined): TidemarkError {
  const who =
    pid === undefined ? 'another process' : pid === process.pid ? 'this very process' : `process ${pid}`;
  return new TidemarkError(
    'store-locked',
    `The session's file ${path} is open in ${who}: a session has one writer. ` +
      'Shut the other kernel of this notebook down, or give this one a file of its own.',
    { details: { path, pid } },
  );
}

export function storeUnwritable(path: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'store-unwritable',
    `The session's file ${path} cannot be written: ${reasonOf(cause)}. Snapshots are kept in memory from here on and are ` +
      'lost when the session ends. Make room or give write permission, then restart the kernel.',
    { details: { path, reason: reasonOf(cause) }, cause },
  );
}

/** @param since epoch ms */
export function storeLostMemory(path: string, since: number): TidemarkError {
  const time = new Date(since).toISOString();
  return new TidemarkError(
    'store-lost-memory',
    `The process that had the session's file ${path} open could not write to it since ${time}, and has died: the snapshots and ` +
      'recordings that it kept in memory from then on are gone. Streams that go on do so from the last snapshot before: sinks write ' +
      'once more what they have written since, and what sources that cannot be read again handed over since is lost. Remove what is twice ' +
      'from what the sinks write to, if that matters.',
    { details: { path, since: time } },
  );
}

export function storeUnreadable(path: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'store-unreadable',
    `The session's file ${path} cannot be read: ${reasonOf(cause)}. Its snapshots are left out. ` +
      'Move the file away and restart the kernel to begin a new one.',
    { details: { path, reason: reasonOf(cause) }, cause },
  );
}

export function storeMovedAside(path: string, aside: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'store-damaged',
    `The session's file ${path} is damaged (${reasonOf(cause)}) and was renamed to ${aside}. ` +
      'The session starts without its earlier snapshots; re-run the cells.',
    { details: { path, aside }, cause },
  );
}

/** @param aside the name that the file was given */
export function storeTooOld(path: string, version: number, known: number, aside: string): TidemarkError {
  return new TidemarkError(
    'store-too-old',
    `The session's file ${path} was written by an earlier Tidemark (format ${version}, this one writes ${known}) and was ` +
      `renamed to ${aside}. The session starts without its earlier snapshots; re-run the cells.`,
    { details: { path, version, known, aside } },
  );
}

export function storeTooNew(path: string, version: number, known: number): TidemarkError {
  return new TidemarkError(
    'store-too-new',
    `The session's file ${path} was written by a later Tidemark (format ${version}, this one knows ${known}). ` +
      'Snapshots are kept in memory. Update Tidemark, or move the file away.',
    { details: { path, version, known } },
  );
}

export function cutDamaged(path: string, id: number, part: string): TidemarkError {
  return new TidemarkError(
    'cut-damaged',
    `Snapshot ${id} in ${path} is damaged: ${part} is not what was written. It is left out; an earlier one can be restored.`,
    { details: { path, id, part } },
  );
}

export function blobMissing(path: string, id: number, key: string): TidemarkError {
  return new TidemarkError(
    'blob-missing',
    `Snapshot ${id} was not written to ${path}: the state '${key}' that it shares with earlier ones is not there. ` +
      'The next snapshot writes all state anew.',
    { details: { path, id, key } },
  );
}

export function timelineDamaged(path: string, seq: number): TidemarkError {
  return new TidemarkError(
    'timeline-damaged',
    `The recording in ${path} is damaged at entry ${seq}. What comes from there on cannot be caught up with.`,
    { details: { path, seq } },
  );
}

export function storeClosed(): TidemarkError {
  return new TidemarkError(
    'store-closed',
    "The session's store was closed; nothing can be read or written any more.",
  );
}

export function bytesDamaged(reason: string): TidemarkError {
  return new TidemarkError(
    'bytes-damaged',
    `Stored bytes cannot be read: ${reason}. The snapshot they are from is damaged.`,
    {
      details: { reason },
    },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
