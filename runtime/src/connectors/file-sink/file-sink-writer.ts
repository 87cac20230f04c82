import { randomBytes } from 'node:crypto';
import type { RowFormat } from '../../formats/format.ts';
import type { PreparedCommit, SinkWriter, SinkWriterContext } from '../../operators/sink.ts';
import { sinkFileFailed, sinkFileLost } from './file-sink-errors.ts';
import { ParquetPart } from './parquet-part.ts';
import type { PartFile } from './part-file.ts';
import { hiddenName, publishedName, removeBegunSince, type PartNames } from './part-names.ts';
import { RowPart } from './row-part.ts';
import type { SinkFiles } from './sink-files.ts';

/** When a file that is being written is closed, so that the next cut can publish it. */
export interface RollingPolicy {
  /** Bytes. */
  readonly size: number;
  /** ms since the file was begun. */
  readonly interval: number;
  /** ms since the last record. */
  readonly inactivity: number;
}

export interface FileSinkSettings<T> {
  readonly folder: string;
  readonly prefix: string;
  /** `undefined` for Parquet. */
  readonly rows: RowFormat<T> | undefined;
  readonly rolling: RollingPolicy;
  readonly files: SinkFiles;
  readonly now: () => number;
  readonly after: After;
}

/** Calls back after so many ms; returns what stops it. */
export type After = (ms: number, work: () => void) => () => void;

/** A timer takes no more ms; and so long is waited for a cut before it is asked for again. */
const LONGEST_TIMER = 2 ** 31 - 1;
const ASK_AGAIN = 1_000;

/** What a cut publishes. */
export interface PendingFiles {
  readonly folder: string;
  readonly files: readonly PendingFile[];
}

interface PendingFile {
  readonly hidden: string;
  readonly name: string;
  /** True if some cut knows a part of it, so that going back to that cut goes on in it. */
  readonly inCuts: boolean;
}

/** An in-progress file in a cut. */
interface PartState {
  readonly number: number;
  readonly state: unknown;
  readonly begun: number;
  readonly lastWrite: number;
}

/** A writer in a cut. */
export interface FileSinkState {
  /** Tells the files of one job from those of others in the same folder. */
  readonly id: string;
  /** Absent of cuts that are older than this. */
  readonly names?: PartNames;
  readonly next: number;
  readonly part?: PartState;
}

interface OpenPart<T> {
  readonly file: PartFile<T>;
  readonly number: number;
  readonly begun: number;
  lastWrite: number;
  inCuts: boolean;
}

/**
 * Writes one subtask's records to files: in progress (hidden, being written), pending (hidden, closed, waiting for its cut),
 * finished (published by the committer). In-progress files of rows outlive a cut and are gone on with.
 */
export class FileSinkWriter<T> implements SinkWriter<T> {
  readonly #settings: FileSinkSettings<T>;
  readonly #context: SinkWriterContext;
  readonly #id: string;
  readonly #names: PartNames;
  #next: number;
  #part: OpenPart<T> | undefined;
  /** Closed since the last cut. */
  #closed: PendingFile[] = [];
  #finishing: Promise<void>[] = [];
  #stopTimer: (() => void) | undefined;

  constructor(settings: FileSinkSettings<T>, context: SinkWriterContext) {
    const { subtask, restored } = context;
    this.#context = context;
    const state = restored as FileSinkState | undefined;
    this.#settings = settings;
    this.#id = state?.id ?? randomBytes(4).toString('hex');
    const { folder, prefix, rows, files } = settings;
    const extension = rows?.extension ?? '.parquet';
    this.#names = { folder, stem: `${prefix}-${this.#id}-${subtask}`, extension };
    this.#next = state?.next ?? 0;
    if (state === undefined) return;
    // What was written after the cut that the job goes on from.
    removeBegunSince(files, this.#names, state.next);
    if (state.part !== undefined) this.#resume(state.part);
    this.#watch();
  }

  write(value: T): void {
    const { rolling, now } = this.#settings;
    const time = now();
    let part = this.#part;
    if (part !== undefined && this.#isDue(part, time)) {
      this.#end(part);
      part = this.#part;
    }
    part ??= this.#begin(time);
    part.lastWrite = time;
    this.#guarded(part.file.name, () => part.file.write(value));
    if (part.file.size >= rolling.size || part.file.overflow.length > 0) this.#end(part);
    if (this.#stopTimer === undefined) this.#watch();
  }

  prepareCommit(endOfInput: boolean): PreparedCommit | undefined {
    const time = this.#settings.now();
    // Ending a file may begin another, for what did not fit into it.
    while (this.#part !== undefined && (endOfInput || this.#isDue(this.#part, time) || !this.#outlivesCuts)) {
      this.#end(this.#part);
    }
    const part = this.#part;
    const flushed = part && this.#guarded(part.file.name, () => part.file.flush());
    if (part !== undefined) part.inCuts = true;
    const ready = Promise.all([flushed, ...this.#finishing]).then(() => undefined);
    this.#finishing = [];
    const files = this.#closed;
    this.#closed = [];
    if (files.length === 0 && part === undefined) return undefined;
    const committable: PendingFiles | undefined =
      files.length === 0 ? undefined : { folder: this.#settings.folder, files };
    return { committable, ready: this.#told(ready) };
  }

  snapshot(): FileSinkState {
    const part = this.#part;
    const written = { id: this.#id, names: this.#names, next: this.#next };
    if (part === undefined) return written;
    const { number, begun, lastWrite, file } = part;
    return { ...written, part: { number, begun, lastWrite, state: file.state() } };
  }

  close(): void {
    this.#stopTimer?.();
    const part = this.#part;
    this.#part = undefined;
    if (part !== undefined) {
      part.file.abandon();
      if (!part.inCuts) this.#remove(part.file.name);
    }
    for (const { hidden, inCuts } of this.#closed) if (!inCuts) this.#remove(hidden);
    // Whoever might have heard of their failure is gone.
    for (const finishing of this.#finishing) finishing.catch(() => undefined);
  }

  get #outlivesCuts(): boolean {
    return this.#settings.rows !== undefined;
  }

  #isDue(part: OpenPart<T>, time: number): boolean {
    return time >= this.#dueAt(part);
  }

  #dueAt({ begun, lastWrite }: OpenPart<T>): number {
    const { interval, inactivity } = this.#settings.rolling;
    return Math.min(begun + interval, lastWrite + inactivity);
  }

  /** Looks again when the file is due, though nothing is written by then; and until a cut has taken what is closed. */
  #watch(): void {
    const { now, after } = this.#settings;
    const part = this.#part;
    const wait = part && Math.max(1, this.#dueAt(part) - now());
    const ask = this.#closed.length > 0 ? ASK_AGAIN : Infinity;
    const ms = Math.min(wait ?? Infinity, ask);
    this.#stopTimer = ms === Infinity ? undefined : after(Math.min(ms, LONGEST_TIMER), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#stopTimer = undefined;
    const part = this.#part;
    try {
      if (part !== undefined && this.#isDue(part, this.#settings.now())) this.#end(part);
      // A stream that is silent takes no cut by itself: whoever is woken looks whether one is due.
      if (this.#closed.length > 0) this.#context.announceReady();
      this.#watch();
    } catch (error) {
      this.#context.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #begin(time: number): OpenPart<T> {
    const number = this.#next++;
    return (this.#part = {
      file: this.#open(number),
      number,
      begun: time,
      lastWrite: time,
      inCuts: false,
    });
  }

  #open(number: number, state?: unknown): PartFile<T> {
    const { files, folder, rows } = this.#settings;
    const name = this.#hidden(number);
    return this.#guarded(name, () =>
      rows === undefined
        ? new ParquetPart<T>(files, folder, name)
        : new RowPart<T>(files, folder, name, rows, state),
    );
  }

  #end({ file, number, inCuts }: OpenPart<T>): void {
    this.#part = undefined;
    const finishing = this.#guarded(file.name, () => file.finish());
    // It is waited for with the cut; until then nobody has to hear of its failure.
    finishing.catch(() => undefined);
    this.#finishing.push(finishing);
    this.#closed.push({ hidden: file.name, name: this.#published(number), inCuts });
    for (const value of file.overflow) this.write(value);
  }

  /** Goes on in a file that was in progress. If it has been published since the cut, what it held then is in there. */
  #resume({ number, state, begun, lastWrite }: PartState): void {
    const { files, folder } = this.#settings;
    const hidden = `${folder}/${this.#hidden(number)}`;
    const size = files.size(hidden);
    const { length } = state as { length: number };
    if (size === undefined && files.size(`${folder}/${this.#published(number)}`) !== undefined) return;
    if (size === undefined || size < length) throw sinkFileLost(hidden, length, size);
    this.#part = { file: this.#open(number, state), number, begun, lastWrite, inCuts: true };
  }

  #published(number: number): string {
    return publishedName(this.#names, number);
  }

  #hidden(number: number): string {
    return hiddenName(this.#names, number);
  }

  #remove(name: string): void {
    this.#settings.files.remove(`${this.#settings.folder}/${name}`);
  }

  #guarded<R>(name: string, work: () => R): R {
    try {
      return work();
    } catch (error) {
      throw this.#failure(name, error);
    }
  }

  #told(ready: Promise<void>): Promise<void> {
    return ready.catch((error: unknown) => {
      throw this.#failure(this.#names.stem, error);
    });
  }

  /** Only what the disk says is about the file; a record that cannot be written says so itself. */
  #failure(name: string, error: unknown): unknown {
    const isOfDisk = error instanceof Error && 'syscall' in error;
    return isOfDisk ? sinkFileFailed(`${this.#settings.folder}/${name}`, 'write', error) : error;
  }
}
