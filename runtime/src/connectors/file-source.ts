import { resolve } from 'node:path';
import type { Format } from '../formats/format.ts';
import { formatByName } from '../formats/format-by-name.ts';
import { parquet, type ColumnFormat } from '../formats/parquet-format.ts';
import type { Source } from './source.ts';
import { FileReader } from './file-reader.ts';
import { FolderReader } from './folder-reader.ts';
import { findFiles, isFolder } from './file-paths.ts';
import { ParquetReader } from './parquet-reader.ts';
import { sourceOptionInvalid } from './connector-errors.ts';

/** How files are read. */
export interface FileSourceOptions<T> {
  /** How bytes become records; by the file's extension when left out, lines of text if that says nothing. */
  readonly format?: Format<T> | ColumnFormat<T>;
  /**
   * Goes on with what is appended to the file, so that the source has no end. Of a pattern's files the last one by name
   * is followed, until one with a later name comes (as logs rotated by date do); earlier ones are taken as complete.
   * Not with Parquet, whose files are written as a whole. Of a folder every file is read that is in it or comes into it, once and
   * as a whole, Parquet too; then records cannot be read again and are recorded.
   */
  readonly watch?: boolean;
}

/**
 * The records of a file, of all files that a pattern matches, or with `watch` of all that come into a folder, in the order of their names. Files are read in
 * pieces, Parquet by row groups. A relative path starts from the working directory, in a notebook its folder.
 * @throws {TidemarkError} `file-not-found`, when the cell runs; `row-not-parsed`, when the stream comes to such a
 *   row.
 * @example
 * const trips = env.fromSource(
 *   fileSource('tri*.csv', { format: csv<{ zone: number; fare: number }>() }),
 * );
 * await trips.map(({ fare }) => fare).executeAndCollect(); // → [12.5, 8]
 */
export function fileSource<T>(path: string, options: FileSourceOptions<T> = {}): Source<T> {
  const { watch = false } = options;
  if (typeof path !== 'string' || path === '') {
    throw sourceOptionInvalid(
      'fileSource',
      'path',
      path,
      'is the name of a file, or a pattern such as data/*.csv',
    );
  }
  const absolute = resolve(path);
  if (watch && isFolder(absolute)) return folderSource(absolute, options);
  const format = options.format ?? formatOf<T>(absolute);
  const byColumns = 'layout' in format;
  if (byColumns && watch) {
    throw sourceOptionInvalid(
      'fileSource',
      'watch',
      watch,
      'is not for Parquet, whose files are written as a whole',
    );
  }
  return {
    kind: 'file',
    parameters: { path: absolute, format: format.name, options: format.parameters, watch },
    functions: byColumns ? [] : (format.functions ?? []),
    boundedness: watch ? 'unbounded' : 'bounded',
    rereadable: true,
    createReader: (context) =>
      byColumns
        ? new ParquetReader(absolute, format.parameters, context)
        : new FileReader(absolute, format, watch, context),
    validate() {
      if (!watch) findFiles(path);
    },
  };
}

/** Every file that is in a folder or comes into it. */
function folderSource<T>(folder: string, options: FileSourceOptions<T>): Source<T> {
  const { format } = options;
  const sourceOf = (path: string): Source<T> => fileSource<T>(path, { format });
  return {
    kind: 'folder',
    parameters: { path: folder, format: format?.name, options: format?.parameters },
    functions: format === undefined || 'layout' in format ? [] : (format.functions ?? []),
    boundedness: 'unbounded',
    // In which order files come nobody knows afterwards.
    rereadable: false,
    createReader: (context) => new FolderReader(folder, sourceOf, context),
  };
}

function formatOf<T>(path: string): Format<T> | ColumnFormat<T> {
  return /\.parquet$/i.test(path) ? parquet<T>() : (formatByName(path) as Format<T>);
}
