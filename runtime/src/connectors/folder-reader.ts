import { createHash } from 'node:crypto';
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { PollResult, Source, SourceReader, SourceReaderContext } from './source.ts';
import { fileNotReadable } from './connector-errors.ts';

/** Where a watched folder stands: in this file, with these behind it. */
interface FolderPosition {
  /** Hashes of the names of files that are through, 8 bytes each. */
  readonly done: Uint8Array;
  /** The file that is being read, and where in it. */
  readonly file?: string;
  readonly inner?: unknown;
}

const HASH_BYTES = 8;

/** True for what is not, or not yet, meant to be read: `fileSink` and others write under such names. */
const isHidden = (name: string): boolean => /^[._]/.test(name);

/**
 * Reads every file that is in a folder or comes into it, once and as a whole, in the order in which they were changed. A file
 * must come in complete: moved there, or written under a hidden name first.
 */
export class FolderReader<T> implements SourceReader<T> {
  readonly #folder: string;
  readonly #sourceOf: (path: string) => Source<T>;
  readonly #context: SourceReaderContext;
  readonly #watcher: FSWatcher;
  readonly #done = new Set<string>();
  #doneBytes: Uint8Array;
  #current: { readonly name: string; readonly reader: SourceReader<T> } | undefined;
  #position: FolderPosition;
  #waiting: string[] = [];
  #changed = true;
  #skipped = 0;

  constructor(folder: string, sourceOf: (path: string) => Source<T>, context: SourceReaderContext) {
    this.#folder = folder;
    this.#sourceOf = sourceOf;
    this.#context = context;
    this.#position = (context.position as FolderPosition | undefined) ?? { done: new Uint8Array(0) };
    const { done, file, inner } = this.#position;
    this.#doneBytes = done;
    for (let at = 0; at < done.length; at += HASH_BYTES) {
      this.#done.add(Buffer.from(done.subarray(at, at + HASH_BYTES)).toString('hex'));
    }
    const notice = (): void => {
      this.#changed = true;
      context.onReady();
    };
    try {
      this.#watcher = watch(folder, { persistent: true }, notice);
    } catch (error) {
      throw fileNotReadable(folder, error);
    }
    this.#watcher.on('error', notice);
    if (file !== undefined) this.#open(file, inner);
  }

  skippedRecords(): number {
    return this.#skipped + (this.#current?.reader.skippedRecords?.() ?? 0);
  }

  poll(max: number, now: number): PollResult<T> {
    for (;;) {
      const current = this.#current;
      if (current === undefined) {
        const next = this.#next();
        if (next === undefined) return 'wait';
        this.#open(next, undefined);
        continue;
      }
      const polled = current.reader.poll(max, now);
      if (polled === 'wait') return 'wait';
      if (polled === 'end') {
        this.#leave(current);
        continue;
      }
      this.#position = { done: this.#doneBytes, file: current.name, inner: polled.position };
      return { ...polled, position: this.#position };
    }
  }

  close(): void {
    this.#watcher.close();
    this.#current?.reader.close();
  }

  #open(name: string, position: unknown): void {
    const source = this.#sourceOf(join(this.#folder, name));
    this.#current = { name, reader: source.createReader({ ...this.#context, position }) };
  }

  #leave({ name, reader }: { readonly name: string; readonly reader: SourceReader<T> }): void {
    this.#skipped += reader.skippedRecords?.() ?? 0;
    reader.close();
    this.#current = undefined;
    const hash = hashOf(name);
    this.#done.add(hash);
    this.#doneBytes = Buffer.concat([this.#doneBytes, Buffer.from(hash, 'hex')]);
  }

  /** The file to read next, if there is one by now. */
  #next(): string | undefined {
    if (this.#waiting.length === 0 && this.#changed) {
      this.#changed = false;
      this.#waiting = this.#newFiles();
    }
    return this.#waiting.shift();
  }

  #newFiles(): string[] {
    const found = readdirSync(this.#folder).flatMap((name) => {
      if (isHidden(name) || this.#done.has(hashOf(name))) return [];
      const stat = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return stat?.isFile() ? [{ name, time: stat.mtimeMs }] : [];
    });
    found.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
    return found.map(({ name }) => name);
  }
}

function hashOf(name: string): string {
  return createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES);
}
