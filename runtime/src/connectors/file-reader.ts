import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Decoder, Format } from '../formats/format.ts';
import type { PollResult, SourceReader, SourceReaderContext } from './source.ts';
import { fileChanged, fileNotReadable, positionInvalid } from './connector-errors.ts';
import { findFiles } from './file-paths.ts';
import { FileWatch } from './file-watch.ts';

const CHUNK_BYTES = 64 * 1024;

/** Where a file source stands: in this file, behind this record. */
export interface FilePosition {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
  readonly state?: unknown;
}

interface CurrentFile<T> {
  readonly path: string;
  readonly descriptor: number;
  readonly decoder: Decoder<T>;
  /** How far its bytes have been read. */
  offset: number;
  /** True when all has been decoded; its last records may still be here. */
  ended: boolean;
}

/** Reads files one after the other, on the engine's thread: a piece of a local file takes a few milliseconds. */
export class FileReader<T> implements SourceReader<T> {
  readonly #format: Format<T>;
  readonly #watch: FileWatch | undefined;
  /** The files as they were found; with a watch, `#nextPath` looks again. */
  #files: readonly string[];
  #resume: FilePosition | undefined;
  #current: CurrentFile<T> | undefined;
  #lastPath: string | undefined;
  #taken = 0;
  #skipped = 0;
  #failure: Error | undefined;

  constructor(pattern: string, format: Format<T>, watch: boolean, context: SourceReaderContext) {
    this.#format = format;
    this.#resume = filePosition(context.position);
    this.#watch = watch ? new FileWatch(pattern, context.onReady) : undefined;
    this.#files = this.#watch?.files() ?? findFiles(pattern);
  }

  /** Rows left out because they did not parse. */
  skippedRecords(): number {
    return this.#skipped + (this.#current?.decoder.skipped ?? 0);
  }

  poll(max: number): PollResult<T> {
    for (;;) {
      const current = this.#current;
      if (current !== undefined && this.#taken < current.decoder.records.values.length) {
        return this.#take(current, max);
      }
      // Records that stood before a bad row have been handed over by now.
      if (this.#failure !== undefined) throw this.#failure;
      try {
        if (current === undefined) {
          const path = this.#nextPath();
          if (path === undefined) return this.#watch === undefined ? 'end' : 'wait';
          this.#current = this.#open(path);
        } else if (current.ended) this.#leave(current);
        else if (!this.#readChunk(current)) {
          if (this.#watch !== undefined && this.#nextPath() === undefined) return 'wait';
          current.ended = true;
          current.decoder.finish();
        }
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      }
    }
  }

  close(): void {
    if (this.#current !== undefined) this.#leave(this.#current);
    this.#watch?.close();
    this.#files = [];
  }

  #take(current: CurrentFile<T>, max: number): PollResult<T> {
    const { path, decoder } = current;
    const { values, offsets, lines } = decoder.records;
    const from = this.#taken;
    const to = Math.min(values.length, from + max);
    const last = to - 1;
    const position: FilePosition = {
      file: path,
      offset: offsets[last] as number,
      line: lines[last] as number,
      ...(decoder.state === undefined ? {} : { state: decoder.state }),
    };
    const taken = values.slice(from, to);
    this.#taken = to;
    if (to === values.length) {
      values.length = offsets.length = lines.length = 0;
      this.#taken = 0;
    }
    return { values: taken, position };
  }

  /** False at the end of the file as it is now. */
  #readChunk(current: CurrentFile<T>): boolean {
    const { descriptor, path, decoder } = current;
    const buffer = new Uint8Array(CHUNK_BYTES);
    const length = readSync(descriptor, buffer, 0, CHUNK_BYTES, current.offset);
    if (length === 0) {
      const { size } = fstatSync(descriptor);
      if (size < current.offset) throw fileChanged(path, size, current.offset);
      return false;
    }
    current.offset += length;
    decoder.push(length === CHUNK_BYTES ? buffer : buffer.subarray(0, length));
    return true;
  }

  /** The file to read after the current one, if there is one by now. */
  #nextPath(): string | undefined {
    const after = this.#current?.path ?? this.#lastPath;
    if (after === undefined && this.#resume !== undefined) return this.#resume.file;
    if (this.#watch?.takeChange()) this.#files = this.#watch.files();
    return this.#files.find((file) => after === undefined || file > after);
  }

  #open(path: string): CurrentFile<T> {
    const resume = this.#resume;
    this.#resume = undefined;
    let descriptor: number;
    try {
      descriptor = openSync(path, 'r');
    } catch (error) {
      throw fileNotReadable(path, error);
    }
    const { size } = fstatSync(descriptor);
    const offset = resume?.offset ?? 0;
    if (size < offset) {
      closeSync(descriptor);
      throw fileChanged(path, size, offset);
    }
    const decoder = this.#format.createDecoder({ input: path, position: resume });
    return { path, descriptor, decoder, offset, ended: false };
  }

  #leave(current: CurrentFile<T>): void {
    closeSync(current.descriptor);
    this.#skipped += current.decoder.skipped;
    this.#lastPath = current.path;
    this.#current = undefined;
  }
}

function filePosition(position: unknown): FilePosition | undefined {
  if (position === undefined) return undefined;
  if (typeof position !== 'object' || position === null || !('file' in position) || !('offset' in position)) {
    throw positionInvalid('file', position);
  }
  return position as FilePosition;
}
