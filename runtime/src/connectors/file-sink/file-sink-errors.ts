import { TidemarkError } from '../../errors.ts';

export function sinkFileFailed(path: string, what: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'sink-file-failed',
    `fileSink() could not ${what} ${path}: ${reason}. What earlier snapshots hold is safe. Make room or give write permission, ` +
      'then re-run the cell.',
    { details: { path, reason }, cause },
  );
}

export function sinkFileLost(path: string, length: number, size: number | undefined): TidemarkError {
  return new TidemarkError(
    'sink-file-lost',
    `fileSink() was to go on in ${path} behind its first ${length} bytes, and it has ${size ?? 'none'}. It was changed by something ` +
      'else, and records are missing. Keep other programs away from files whose names begin with a dot.',
    { details: { path, length, size } },
  );
}

export function parquetValueUnknown(column: string, why: string): TidemarkError {
  return new TidemarkError(
    'parquet-value-unknown',
    `The column '${column}' cannot be written as Parquet: ${why}. A column holds booleans, numbers, bigints, strings, dates, bytes, or ` +
      'objects, and null. Make its values alike with map() before the sink.',
    { details: { column } },
  );
}
