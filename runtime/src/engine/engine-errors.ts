import { TidemarkError } from '../errors.ts';

export function recordingMismatch(kind: string, recorded: number, found: number): TidemarkError {
  return new TidemarkError(
    'recording-mismatch',
    `The ${kind} source no longer holds what was read from it: of ${recorded} records only ${found} were found again. ` +
      'Probably the file was changed or cut short meanwhile. Restart the kernel to begin a new recording.',
    { details: { kind, recorded, found } },
  );
}

export function jobCanceled(name: string): TidemarkError {
  return new TidemarkError('job-canceled', `The job '${name}' was canceled before it had finished.`, {
    details: { name },
  });
}

export function nothingToExecute(fromSavepoint = false): TidemarkError {
  return new TidemarkError(
    'nothing-to-execute',
    'There is nothing to execute: no stream has a sink or a view that does not run already. ' +
      'Call print(), sinkTo(sink) or show() on a stream first' +
      (fromSavepoint ? ', in the cell that starts them from a savepoint.' : '.'),
  );
}

export function noSuchCut(id: number | undefined, known: readonly number[]): TidemarkError {
  const there =
    known.length === 0
      ? 'There are none yet: one is taken after every cell.'
      : `There are ${known.join(', ')}.`;
  const message =
    id === undefined
      ? `There is no snapshot to restore. ${there}`
      : `There is no snapshot ${id} that can be read. ${there}`;
  return new TidemarkError('no-such-cut', `${message} %snapshots lists them.`, { details: { id, known } });
}

/** The session has died, and what it kept with it. */
export function nothingKept(): TidemarkError {
  return new TidemarkError(
    'nothing-kept',
    'The session that died had nowhere to write its snapshots, so that they are gone with it: cells that run again begin their ' +
      'streams anew. Sinks write once more what they have written, and what sources that cannot be read again have handed over is lost. ' +
      'Give write permission to the folder of the notebook, or make room on the disk, and restart the kernel.',
  );
}

export function cutCannotGoOn(id: number, label: string): TidemarkError {
  return new TidemarkError(
    'cut-cannot-go-on',
    `Snapshot ${id}, after ${label}, is left out: what its streams had still to read of the recording is damaged or gone. ` +
      'The session goes on from the one before it.',
    { details: { id, label } },
  );
}

/** @param who waits for them */
export function waitsForSinks(who: string): string {
  return (
    `${who} waits until sinks have written and committed what snapshots hold of theirs; what keeps them stands under their cells. ` +
    'It goes on by itself when the world outside answers. If that will not be, restart the kernel: env.restore(id) in the first ' +
    'cell goes back at once.'
  );
}

export function collectTimedOut(name: string, timeout: number, collected: number): TidemarkError {
  return new TidemarkError(
    'collect-timed-out',
    `${name} had not ended after ${timeout} ms; ${collected} records had come. The stream is probably unbounded: ` +
      'give a limit, executeAndCollect({ limit: 100 }), or a longer timeout.',
    { details: { name, timeout, collected } },
  );
}

export function cannotStepBack(since: number | undefined): TidemarkError {
  const from = since === undefined ? 'nowhere' : new Date(since).toISOString();
  return new TidemarkError(
    'cannot-step-back',
    `There is no snapshot to step back from: the recording has been trimmed and begins at ${from}. ` +
      'Step fewer records, or go back to a snapshot with env.restore(id).',
    { details: { since } },
  );
}

export function neverRan(cell: string | number, known: readonly string[]): TidemarkError {
  const there =
    known.length === 0 ? 'There are no snapshots yet.' : `There are snapshots after ${known.join(', ')}.`;
  return new TidemarkError(
    'no-such-cell-run',
    `There is no snapshot from before ${typeof cell === 'number' ? `[${cell}]` : `cell '${cell}'`} ran. ${there} ` +
      "Give the number in a cell's brackets; %snapshots lists them.",
    { details: { cell, known } },
  );
}

export function paramOutOfRange(name: string, options: object, rule: string): TidemarkError {
  return new TidemarkError(
    'bad-param',
    `The param '${name}' cannot be like that: ${rule}. Give { min, max, step, value }, as in ` +
      `param('threshold', { min: 0, max: 10, value: 3 }).`,
    { details: { name, ...options } },
  );
}

export function paramSetInOperator(name: string): TidemarkError {
  return new TidemarkError(
    'param-set-in-operator',
    `An operator has set the param '${name}'. It is a knob for people, and its moves are recorded: set it in a cell or ` +
      'by its slider. What an operator finds out belongs in its state.',
    { details: { name } },
  );
}

export function noSuchParam(name: string, known: readonly string[]): TidemarkError {
  const there = known.length === 0 ? 'No cell has declared one.' : `There are ${known.join(', ')}.`;
  return new TidemarkError('no-such-param', `There is no param '${name}'. ${there}`, {
    details: { name, known },
  });
}

export function noSuchBranch(what: string): TidemarkError {
  return new TidemarkError(
    'no-such-branch',
    `${what} is no stream or view of this session. Give a stream, or what show() returned for one that still runs.`,
    { details: { what } },
  );
}

/** Shown beside a branch that is held. */
export function interruptedBranch(name: string): TidemarkError {
  return new TidemarkError(
    'interrupted',
    `${name} was interrupted in the middle of a record; it stands before it. Edit its cell and run it again, or let it go ` +
      'on with env.resume().',
    { details: { name } },
  );
}

export function budgetInvalid(name: string, value: unknown): TidemarkError {
  return new TidemarkError(
    'bad-argument',
    `The limit of ${name} of a recording must be above 0; it is ${String(value)}. ` +
      "As in env.recording().limit({ rows: 100_000, bytes: 64e6, time: '1 h' }).",
    { details: { name } },
  );
}

export function snapshotLimitInvalid(name: string, value: unknown): TidemarkError {
  return new TidemarkError(
    'bad-argument',
    `The limit of snapshots ${name} must be above 0; it is ${String(value)}. ` +
      'As in env.limitSnapshots({ ofCells: 20, bytes: 500_000_000 }).',
    { details: { name } },
  );
}

export function recordingNotStorable(source: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'recording-not-storable',
    `The recording of '${source}' cannot be written: ${reason}`,
    { details: { source }, cause },
  );
}

/** A record that a source has handed over, which no recording can hold. */
export function recordNotStorable(source: string, cause: unknown): TidemarkError {
  const details = cause instanceof TidemarkError ? cause.details : {};
  const reason = cause instanceof Error ? cause.message : String(cause);
  const { path, what } = details;
  // Records of a batch have no names; what matters is the way within one.
  const field = typeof path === 'string' ? path.replace(/^record\.values\[\d+\]/, 'record') : 'record';
  const said = typeof what === 'string' ? `${field} is ${what}` : reason;
  return new TidemarkError(
    'record-not-storable',
    `The source '${source}' has handed over what cannot be recorded: ${said}. It cannot be read again, so that its records are kept for ` +
      'edits and crashes. Register the class with registerType(Class, { encode, decode }), or have the source make plain data of it, and ' +
      'run the cell again: the record is handed over once more.',
    { details: { source, path: field, what }, cause },
  );
}

export function noSuchOperator(wanted: string, names: readonly string[]): TidemarkError {
  const there =
    names.length === 0
      ? 'No operator with state runs.'
      : `Operators with state: ${names.map((name) => `'${name}'`).join(', ')}.`;
  return new TidemarkError(
    'no-such-operator',
    `No operator that runs is called '${wanted}'. ${there} Name one with .uid('…') or .name('…').`,
    { details: { wanted, names } },
  );
}

export function noWindows(name: string): TidemarkError {
  return new TidemarkError(
    'no-windows',
    `Nothing is windowed before '${name}'. Ask of a stream or view behind a window: env.why({ window, of: view }).`,
    { details: { name } },
  );
}

export function windowWithoutEnd(name: string): TidemarkError {
  return new TidemarkError(
    'window-without-end',
    `The windows of '${name}' lie on no grid, so a start does not tell the end. Give both, env.why({ window: { start, end } }), ` +
      'or ask for the window that ends next: env.why().',
    { details: { name } },
  );
}

export function noSuchRecord(sources: readonly string[]): TidemarkError {
  return new TidemarkError(
    'no-such-record',
    `The recording of ${sources.map((name) => `'${name}'`).join(', ')} has no such record. Give it as its source handed it ` +
      'over, or a function that tells it: env.why({ record: ({ id }) => id === 7 }).',
    { details: { sources } },
  );
}

export function maxParallelismDiffers(
  operator: string,
  maxParallelism: number,
  saved: number,
): TidemarkError {
  return new TidemarkError(
    'max-parallelism-differs',
    `${operator} has a maximum parallelism of ${maxParallelism}, but its state was kept with one of ${saved}, by which its keys ` +
      `are grouped. Set it back: env.setMaxParallelism(${saved}).`,
    { details: { operator, maxParallelism, saved } },
  );
}

export function forwardNeedsEqualParallelism(
  from: string,
  before: number,
  to: string,
  after: number,
): TidemarkError {
  return new TidemarkError(
    'bad-parallelism',
    `forward() cannot change the parallelism: ${from} has ${before} and ${to} has ${after}. ` +
      'Give both the same by setParallelism, or use rebalance(), rescale(), shuffle(), global() or broadcast().',
    { details: { from, before, to, after } },
  );
}

export function badPartition(chosen: unknown, partitions: number, key: unknown): TidemarkError {
  return new TidemarkError(
    'bad-partition',
    `The function given to partitionCustom chose ${String(chosen)} for the key ${String(key)}, where there are ${partitions} ` +
      `partitions. It must return a whole number from 0 to ${partitions - 1}, such as Math.abs(hash) % numPartitions.`,
    { details: { chosen, partitions } },
  );
}
