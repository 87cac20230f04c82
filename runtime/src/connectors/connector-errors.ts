import { TidemarkError } from '../errors.ts';

export function sourceOptionInvalid(
  source: string,
  option: string,
  value: unknown,
  rule: string,
): TidemarkError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return new TidemarkError('source-option-invalid', `${source}(): ${option} ${rule}; it is ${shown}.`, {
    details: { source, option, value: shown },
  });
}

export function sinkOptionInvalid(sink: string, option: string, value: unknown, rule: string): TidemarkError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return new TidemarkError('sink-option-invalid', `${sink}(): ${option} ${rule}; it is ${shown}.`, {
    details: { sink, option, value: shown },
  });
}

export function fileNotFound(
  path: string,
  pattern: string,
  near: readonly string[],
  directory: string | undefined,
) {
  const where =
    directory === undefined
      ? `Files are looked up from ${process.cwd()}; the folder of this one does not exist either.`
      : near.length > 0
        ? `In ${directory} there is: ${near.join(', ')}.`
        : `In ${directory} no file has a similar name.`;
  const what = pattern === path ? `There is no file ${path}.` : `There is no file ${path} ('${pattern}').`;
  return new TidemarkError('file-not-found', `${what} ${where}`, { details: { path, pattern, near } });
}

export function fileNotReadable(path: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'file-not-readable',
    `${path} cannot be read: ${reason}. Check that it is a file and who may read it.`,
    {
      details: { path },
      cause,
    },
  );
}

export function fileChanged(path: string, size: number, offset: number): TidemarkError {
  return new TidemarkError(
    'file-changed',
    `${path} has ${size} bytes, and reading was to go on at ${offset}: it was cut short or replaced while it was read. ` +
      'Re-run the cell that makes this source to read it from the beginning.',
    { details: { path, size, offset } },
  );
}

export function parquetNotReadable(path: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'parquet-not-readable',
    `${path} cannot be read as Parquet: ${reason}. Probably it is of another format, incomplete, or compressed by LZ4 or LZO; ` +
      'Snappy, gzip, Brotli and Zstandard can be read.',
    { details: { path, reason }, cause },
  );
}

export function parquetColumnUnknown(
  path: string,
  column: string,
  columns: readonly string[],
): TidemarkError {
  return new TidemarkError(
    'parquet-column-unknown',
    `${path} has no column '${column}'. Its columns are ${columns.join(', ')}. Correct the name in parquet({ … }).`,
    { details: { path, column, columns } },
  );
}

export function parquetIntegerTooLarge(path: string, column: string, value: bigint): TidemarkError {
  return new TidemarkError(
    'parquet-integer-too-large',
    `${path}: the column '${column}' holds ${value}, which loses digits as a number. ` +
      `Keep its values as they are: parquet({ bigints: ['${column}'] }).`,
    { details: { path, column, value: String(value) } },
  );
}

export function socketFailed(host: string, port: number, cause: NodeJS.ErrnoException): TidemarkError {
  const code = cause.code ?? 'unknown';
  return new TidemarkError(
    'socket-failed',
    `The socket ${host}:${port} failed: ${SOCKET_CAUSES[code] ?? cause.message} (${code}). ` +
      `Start what writes to it first (in a terminal: nc -lk ${port}), check host and port, and re-run this cell.`,
    { details: { host, port, reason: code }, cause },
  );
}

export function socketLineTooLong(
  host: string,
  port: number,
  limit: number,
  delimiter: string,
): TidemarkError {
  return new TidemarkError(
    'socket-line-too-long',
    `The socket ${host}:${port} sent ${limit} characters without the delimiter ${JSON.stringify(delimiter)}. ` +
      'Name the delimiter that the peer uses: socketSource(host, port, { delimiter }).',
    { details: { host, port, limit, delimiter } },
  );
}

export function replayUnbounded(kind: string): TidemarkError {
  return new TidemarkError(
    'replay-unbounded',
    `replay() was given a ${kind} source, which has no end: only what is already there can be replayed. ` +
      'Read an unbounded source directly; give a generator a count.',
    { details: { kind } },
  );
}

export function replayTimestampInvalid(
  field: string,
  index: number,
  value: unknown,
  record: string,
): TidemarkError {
  return new TidemarkError(
    'replay-timestamp-invalid',
    `replay(): ${field} of record ${index} is ${String(value)}, not a time.\n  ${record}\n` +
      'It must be epoch milliseconds, a Date or an ISO 8601 date. Name another field, or pass a function of the record.',
    { details: { field, index } },
  );
}

export function replayOutOfOrder(
  index: number,
  arrival: number,
  before: number,
  limit: number,
): TidemarkError {
  return new TidemarkError(
    'replay-out-of-order',
    `replay(): record ${index} arrived at ${new Date(arrival).toISOString()}, before its predecessor (${new Date(before).toISOString()}). ` +
      `Up to ${limit} records are sorted by arrival; this source has more. Sort it beforehand, or take a timestamp that never goes back.`,
    { details: { index, arrival, before, limit } },
  );
}

export function positionInvalid(kind: string, position: unknown): TidemarkError {
  return new TidemarkError(
    'source-position-invalid',
    `A ${kind} source cannot go on at the position it was given: ${JSON.stringify(position)}. ` +
      'It was probably recorded by another source; re-run the cell that makes this one to read it from the beginning.',
    { details: { kind } },
  );
}

const SOCKET_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'no way leads to this host',
  ENETUNREACH: 'no way leads to this network',
  ETIMEDOUT: 'there was no answer',
  ECONNRESET: 'the peer broke the connection off',
};

export function recordingDamaged(path: string, why: string): TidemarkError {
  return new TidemarkError(
    'recording-damaged',
    `${path} cannot be replayed: ${why}. Export it again with env.recording().export(file), or take a copy from before.`,
    { details: { path } },
  );
}

export function noSuchRecordedSource(
  path: string,
  wanted: string | undefined,
  names: readonly string[],
): TidemarkError {
  const what = wanted === undefined ? 'holds several sources' : `holds no source '${wanted}'`;
  return new TidemarkError(
    'no-such-recorded-source',
    `The recording ${path} ${what}. Give one of ${names.map((name) => `'${name}'`).join(', ')}: ` +
      `replay('${path}', { source: '${names[0] ?? ''}' }).`,
    { details: { path, wanted, names } },
  );
}
