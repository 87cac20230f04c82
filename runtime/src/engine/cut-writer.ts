import { packEntries, type PackedEntries } from '../state/entry-codec.ts';
import type { BlobRef } from '../checkpoint/cut-store.ts';
import type { LaneCutBegun } from './lane.ts';

/** Bytes encoded in one go, about: the event loop has its turn, or the stream goes on, before more are. */
const CHUNK_BYTES = 128 * 1024;
const MOST_ENTRIES = 4096;
/** Bytes that are encoded as a cut begins, before the stream goes on: most cuts have no more, and are done with then. */
const BYTES_AT_ONCE = 64 * 1024;
/** Bytes written as one. */
const BLOB_BYTES = 1024 * 1024;
/** Bytes on their way to the store at most, so that memory does not fill with what a slow disk does not take. */
const BYTES_UNDER_WAY = 64 * 1024 * 1024;

/** Some of the entries of one table, as they lie in a blob. */
export interface Chunk extends PackedEntries {
  readonly node: string;
  readonly table: string;
}

/** Where bytes are that were written once. */
export interface Blob {
  readonly ref: BlobRef;
  readonly bytes: number;
}

export interface CutWriterTarget {
  encode(value: unknown, name: string): Uint8Array;
  /** @returns when it is written; it may reject */
  writeBlob(parts: readonly Uint8Array[]): { readonly blob: Blob; readonly written: Promise<void> };
}

/** The tables of one lane in a cut that has begun. */
export interface TablesToWrite {
  readonly tables: LaneCutBegun['tables'];
  /** Called once they are written, or with the error if they cannot be. */
  readonly done: (blobs: readonly Blob[], error?: Error) => void;
}

/**
 * Writes the tables of cuts that have begun, while the stream goes on: some entries at a time, the cut that began first
 * first.
 */
export class CutWriter {
  readonly #target: CutWriterTarget;
  readonly #queue: TablesToWrite[] = [];
  /** Of the first in the queue. */
  #at = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #blobs: Blob[] = [];
  /** Entries that make about a chunk of each table. */
  readonly #sizes = new Map<string, number>();
  #underWay = 0;
  /** Called when it can go on after it had to wait for the disk. */
  onReady: () => void = () => undefined;

  constructor(target: CutWriterTarget) {
    this.#target = target;
  }

  /** True while something is left to encode. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** True if it can go on at once: the disk keeps up. */
  get ready(): boolean {
    return this.busy && this.#underWay < BYTES_UNDER_WAY;
  }

  add(tables: TablesToWrite): void {
    this.#queue.push(tables);
  }

  /** Makes a beginning, which is all of a small cut. */
  writeAtOnce(): void {
    this.write(BYTES_AT_ONCE);
  }

  /** Goes on for about as many bytes. */
  write(bytes: number): void {
    let left = bytes;
    while (left > 0 && this.busy) left -= this.#writeSome();
  }

  /** Goes on until told to stop. True if there is more to do at once. */
  writeUntil(expired: () => boolean): boolean {
    while (this.ready && !expired()) this.#writeSome();
    return this.ready;
  }

  #writeSome(): number {
    const job = this.#queue[0]!;
    try {
      for (; this.#at < job.tables.length; this.#at++) {
        const bytes = this.#writeChunk(job.tables[this.#at]!);
        if (bytes > 0) return bytes;
      }
      this.#flush();
    } catch (error) {
      this.#finish(job, error instanceof Error ? error : new Error(String(error)));
      return 0;
    }
    this.#finish(job);
    return 0;
  }

  #writeChunk({ node, operator, table, cut }: LaneCutBegun['tables'][number]): number {
    const place = `${node}/${table}`;
    const most = this.#sizes.get(place) ?? 64;
    const entries = cut.next(most);
    if (entries === undefined) return 0;
    const bytes = this.#target.encode(
      { node, table, ...packEntries(entries) } satisfies Chunk,
      `${operator}.${table}`,
    );
    const count = entries.slots.length;
    this.#sizes.set(place, nextSize(count, bytes.length, most));
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
    if (this.#partBytes >= BLOB_BYTES) this.#flush();
    return bytes.length;
  }

  #flush(): void {
    if (this.#parts.length === 0) return;
    const { blob, written } = this.#target.writeBlob(this.#parts);
    this.#underWay += blob.bytes;
    const arrived = (): void => {
      this.#underWay -= blob.bytes;
      if (this.ready) this.onReady();
    };
    written.then(arrived, arrived);
    this.#blobs.push(blob);
    this.#parts = [];
    this.#partBytes = 0;
  }

  #finish(job: TablesToWrite, error?: Error): void {
    const blobs = this.#blobs;
    this.#queue.shift();
    this.#begin();
    job.done(blobs, error);
  }

  #begin(): void {
    this.#at = 0;
    this.#parts = [];
    this.#partBytes = 0;
    this.#blobs = [];
  }
}

function nextSize(entries: number, bytes: number, before: number): number {
  const fitting = Math.floor((CHUNK_BYTES / bytes) * entries);
  // Not at once: one entry may be many times as large as the next.
  return Math.max(1, Math.min(MOST_ENTRIES, fitting, before * 4));
}
