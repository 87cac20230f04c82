import { resolve } from 'node:path';
import type { Format } from '../../formats/format.ts';
import { jsonLines } from '../../formats/json-lines-format.ts';
import type { ColumnFormat } from '../../formats/parquet-format.ts';
import type { Sink } from '../../operators/sink.ts';
import { toMillis, type DurationLike } from '../../time/duration.ts';
import { sinkOptionInvalid } from '../connector-errors.ts';
import { FileSinkCommitter } from './file-sink-committer.ts';
import { FileSinkWriter, type After, type FileSinkSettings } from './file-sink-writer.ts';
import { nodeFiles, type SinkFiles } from './sink-files.ts';

/** How files are written. */
export interface FileSinkOptions<T> {
  /** How records become bytes: `jsonLines()` (the default), `csv()`, `raw()` or `parquet()`. */
  readonly format?: Format<T> | ColumnFormat<T>;
  /** When a file is closed and the next one begun. Parquet files are also closed by every snapshot. */
  readonly rolling?: {
    /** Bytes, 128 MiB when left out. */
    readonly size?: number;
    /** Time since the file was begun, `'1 min'` when left out. */
    readonly interval?: DurationLike;
    /** Time since the last record, `'1 min'` when left out. */
    readonly inactivity?: DurationLike;
  };
  /** What names of files begin with, `'part'` when left out. */
  readonly prefix?: string;
}

const SIZE = 128 * 1024 * 1024;

/**
 * Writes records to files in a folder, each exactly once, whatever fails. A file is hidden while it is written (its name begins
 * with a dot) and gets its name when a snapshot that knows it is complete is on the disk; at the end of the stream all
 * have theirs. Closed files are published with the next snapshot; a stream that has fallen silent shows its last file after
 * `inactivity`. A relative path starts from the working directory, in a notebook its folder.
 * @throws {TidemarkError} `sink-option-invalid`; while writing, `sink-file-failed`, `sink-file-lost`,
 *   `parquet-value-unknown`
 * @example
 * orders.sinkTo(fileSink('orders', { format: csv(), rolling: { size: 1_000_000, interval: '10 s' } }));
 * await (await env.execute()).finished();
 * const written = env.fromSource(fileSource<{ user: string }>('orders/*.csv'));
 * await written.map(({ user }) => user).executeAndCollect(); // → ['ann', 'bob', 'ann', 'bob']
 */
export function fileSink<T>(path: string, options: FileSinkOptions<T> = {}): Sink<T> {
  return fileSinkOn(nodeFiles, Date.now, path, options);
}

/** As `fileSink`, on files, a clock and a timer that a test gives. */
export function fileSinkOn<T>(
  files: SinkFiles,
  now: () => number,
  path: string,
  options: FileSinkOptions<T>,
  after: After = realTimer,
): Sink<T> {
  if (typeof path !== 'string' || path === '') throw invalid('path', path, 'is the name of a folder');
  const { prefix = 'part' } = options;
  const format = options.format ?? jsonLines<T>();
  if (prefix === '' || /[\\/]/.test(prefix)) throw invalid('prefix', prefix, 'is part of a file name');
  const byColumns = 'layout' in format;
  const rows = byColumns ? undefined : format.rows;
  if (!byColumns && rows === undefined) {
    throw invalid(
      'format',
      format.name,
      'is one that can be written: jsonLines(), csv(), raw() or parquet()',
    );
  }
  const rolling = rollingOf(options);
  const settings: FileSinkSettings<T> = { folder: resolve(path), prefix, rows, rolling, files, now, after };
  return {
    kind: 'file',
    parameters: {
      path: settings.folder,
      prefix,
      format: format.name,
      options: format.parameters,
      rolling: { ...rolling },
    },
    functions: byColumns ? [] : (format.functions ?? []),
    createWriter: (context) => new FileSinkWriter(settings, context),
    createCommitter: () => new FileSinkCommitter(files),
  };
}

/** It keeps no process alive. */
function realTimer(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}

function rollingOf<T>({ rolling = {} }: FileSinkOptions<T>) {
  const { size = SIZE, interval = '1 min', inactivity = '1 min' } = rolling;
  const found = { size, interval: toMillis(interval), inactivity: toMillis(inactivity) };
  for (const [option, value] of Object.entries(found)) {
    if (!(value > 0)) throw invalid(`rolling.${option}`, value, 'is above 0');
  }
  return found;
}

function invalid(option: string, value: unknown, rule: string): Error {
  return sinkOptionInvalid('fileSink', option, value, rule);
}
