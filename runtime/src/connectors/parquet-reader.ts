import { Worker } from 'node:worker_threads';
import { TidemarkError } from '../errors.ts';
import type { ColumnSelection } from '../formats/parquet-format.ts';
import { fileChanged, positionInvalid } from './connector-errors.ts';
import { findFiles } from './file-paths.ts';
import { recordMaker, type MakeRecords } from './packed-column.ts';
import type { GroupAnswer, GroupRequest } from './parquet-protocol.ts';
import type { PollResult, SourceReader, SourceReaderContext } from './source.ts';

/** Where a source of columns stands: in this file, in this row group, behind this many of its rows. */
export interface ParquetPosition {
  readonly file: string;
  readonly group: number;
  readonly row: number;
}

interface Group<T> {
  readonly path: string;
  readonly index: number;
  readonly rows: number;
  readonly records: MakeRecords<T>;
  at: number;
}

/** Reads Parquet files one after the other; a thread of its own decodes one row group ahead. */
export class ParquetReader<T> implements SourceReader<T> {
  readonly #selection: ColumnSelection;
  readonly #onReady: () => void;
  readonly #files: readonly string[];
  #resume: ParquetPosition | undefined;
  #worker: Worker | undefined;
  /** What has been asked for and not been answered. */
  #asked: GroupRequest | undefined;
  #next: Group<T> | undefined;
  #current: Group<T> | undefined;
  #failure: Error | undefined;
  #ended = false;

  constructor(pattern: string, selection: ColumnSelection, context: SourceReaderContext) {
    this.#selection = selection;
    this.#onReady = context.onReady;
    this.#resume = parquetPosition(context.position);
    this.#files = findFiles(pattern);
  }

  poll(max: number): PollResult<T> {
    if (this.#asked === undefined && this.#next === undefined) this.#start();
    for (;;) {
      const current = this.#current;
      if (current !== undefined && current.at < current.rows) return take(current, max);
      // Records before a failure have been handed over by now.
      if (this.#next === undefined) {
        if (this.#failure !== undefined) throw this.#failure;
        return this.#ended ? 'end' : 'wait';
      }
      this.#current = this.#next;
      this.#next = undefined;
      this.#ask({ path: this.#current.path, group: this.#current.index + 1 });
    }
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#current = this.#next = undefined;
    this.#ended = true;
  }

  #start(): void {
    if (this.#worker !== undefined || this.#ended) return;
    // Sources run as they are, in tests; an installed package runs what was compiled from them.
    const file = import.meta.url.endsWith('.ts') ? './parquet-worker.ts' : './parquet-worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: this.#selection,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (answer: GroupAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#ask({ path: this.#resume?.file ?? (this.#files[0] as string), group: this.#resume?.group ?? 0 });
  }

  #ask(request: GroupRequest): void {
    this.#asked = request;
    this.#worker?.postMessage(request);
  }

  #answered(answer: GroupAnswer): void {
    const asked = this.#asked;
    if (asked === undefined || this.#worker === undefined) return;
    this.#asked = undefined;
    const resume = this.#resume;
    this.#resume = undefined;
    if (answer.type === 'failed') {
      const { code, message, details } = answer;
      return this.#fail(new TidemarkError(code, message, { details }));
    }
    if (answer.type === 'file-end') {
      // A position at the end of a file is behind rows of a group that is there.
      if (resume !== undefined) return this.#fail(fileChanged(asked.path, 0, resume.row));
      const following = this.#files.find((path) => path > asked.path);
      if (following !== undefined) return this.#ask({ path: following, group: 0 });
      this.#ended = true;
      void this.#worker.terminate();
      this.#worker = undefined;
      return this.#onReady();
    }
    const { rows, columns } = answer;
    const at = resume?.row ?? 0;
    if (at > rows) return this.#fail(fileChanged(asked.path, rows, at));
    this.#next = { path: asked.path, index: asked.group, rows, records: recordMaker<T>(columns), at };
    this.#onReady();
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#onReady();
  }
}

function take<T>(group: Group<T>, max: number): PollResult<T> {
  const from = group.at;
  const to = Math.min(group.rows, from + max);
  group.at = to;
  const position: ParquetPosition = { file: group.path, group: group.index, row: to };
  return { values: group.records(from, to), position };
}

function parquetPosition(position: unknown): ParquetPosition | undefined {
  if (position === undefined) return undefined;
  if (typeof position !== 'object' || position === null || !('file' in position) || !('group' in position)) {
    throw positionInvalid('file', position);
  }
  return position as ParquetPosition;
}
