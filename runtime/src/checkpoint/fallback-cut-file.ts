import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { TidemarkError } from '../errors.ts';
import type {
  BlobRef,
  CutSummary,
  CutToWrite,
  RecordsSize,
  StoredBlock,
  StoredCut,
  StoredNote,
  StoredTimeline,
  TimelineTrim,
} from './cut-store.ts';
import { hashOf, OutdatedFile, SqliteCutFile, type OpenDatabase } from './sqlite-cut-file.ts';
import { forgetWriter, lastWriter, markInMemory, nameWriter } from './store-writer.ts';
import {
  storeLocked,
  storeLostMemory,
  storeMovedAside,
  storeTooOld,
  storeUnreadable,
  storeUnwritable,
} from './store-errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

type Warn = (error: Error) => void;

/**
 * A session's file that goes on in memory when the disk no longer takes anything. What is on the disk by then stays
 * readable; what was dropped from it meanwhile is hidden.
 */
export class FallbackCutFile {
  readonly #path: string;
  readonly #warn: Warn;
  readonly #openDatabase: OpenDatabase | undefined;
  readonly #disk: SqliteCutFile | undefined;
  #memory: SqliteCutFile | undefined;
  readonly #hiddenCuts = new Set<number>();
  readonly #hiddenNotes = new Set<string>();
  #lastDiskSeq = Number.MAX_SAFE_INTEGER;
  /** Hashes of what this process has written, by its numbers. */
  readonly #hashes = new Map<BlobRef, string>();

  /** @throws {TidemarkError} `store-locked`. */
  constructor(path: string, warn: Warn, maxBytes?: number, open?: OpenDatabase) {
    this.#path = path;
    this.#warn = warn;
    this.#openDatabase = open;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#disk = this.#openDisk(maxBytes);
      const since = lastWriter(path)?.inMemorySince;
      nameWriter(path);
      if (since !== undefined) warn(storeLostMemory(path, since));
    } catch (error) {
      if (error instanceof TidemarkError && error.code === 'store-locked') throw error;
      this.#goOnInMemory(error);
    }
  }

  /** True if nothing that is written from here on outlives the process. */
  get inMemory(): boolean {
    return this.#memory !== undefined;
  }

  appendTimeline(blocks: readonly StoredBlock[]): void {
    this.#write((file) => file.appendTimeline(blocks));
    // In memory what is there from then on is replaced, too.
    const [block] = blocks;
    if (this.#memory !== undefined && block) this.#hideFrom(block.first);
  }

  writeBlob(ref: number, bytes: Uint8Array): void {
    const hash = hashOf(bytes);
    this.#hashes.set(ref, hash);
    this.#write((file) => file.writeBlob(hash, bytes));
  }

  writeCut(cut: CutToWrite): void {
    const blobs = cut.blobs.map((part) =>
      'ref' in part ? { key: part.key, ref: this.#hashes.get(part.ref) ?? String(part.ref) } : part,
    );
    this.#write((file) => file.writeCut({ ...cut, blobs }));
    if (this.#memory !== undefined) this.#hiddenCuts.add(cut.id);
  }

  readCuts(): CutSummary[] {
    const onDisk = (this.#readDisk((disk) => disk.readCuts()) ?? []).filter(
      ({ id }) => !this.#hiddenCuts.has(id),
    );
    return [...onDisk, ...(this.#memory?.readCuts() ?? [])].sort((a, b) => a.id - b.id);
  }

  readCut(id: number): StoredCut | undefined {
    const inMemory = this.#memory?.readCut(id);
    return inMemory ?? (this.#hiddenCuts.has(id) ? undefined : this.#readDisk((disk) => disk.readCut(id)));
  }

  readTimeline(fromSeq: number, toSeq = Number.MAX_SAFE_INTEGER): StoredTimeline {
    const last = Math.min(toSeq, this.#lastDiskSeq);
    const onDisk = this.#readDisk((disk) => disk.readTimeline(fromSeq, last));
    const inMemory = this.#memory?.readTimeline(fromSeq, toSeq);
    if (onDisk === undefined || inMemory === undefined)
      return onDisk ?? inMemory ?? { blocks: [], records: [] };
    const blocks = onDisk.blocks.map((block) => ({ ...block, last: Math.min(block.last, last) }));
    const [before, after] = [blocks.at(-1)?.last, inMemory.blocks[0]?.first];
    if (before !== undefined && after !== undefined && after !== before + 1) {
      // Has been said, if it is damaged.
      return { ...onDisk, blocks };
    }
    return { blocks: [...blocks, ...inMemory.blocks], records: [...onDisk.records, ...inMemory.records] };
  }

  truncateTimeline(afterSeq: number): void {
    this.#write((file) => file.truncateTimeline(afterSeq));
    if (this.#memory !== undefined) this.#hideFrom(afterSeq + 1);
  }

  storedRecording(): { first: number | undefined; records: RecordsSize[] } {
    const onDisk = this.#readDisk((disk) => disk.storedRecording());
    const inMemory = this.#memory?.storedRecording();
    const first = onDisk?.first ?? inMemory?.first;
    return { first, records: [...(onDisk?.records ?? []), ...(inMemory?.records ?? [])] };
  }

  cutBytes(): { id: number; bytes: number }[] {
    const onDisk = this.#readDisk((disk) => disk.cutBytes()) ?? [];
    const both = [
      ...onDisk.filter(({ id }) => !this.#hiddenCuts.has(id)),
      ...(this.#memory?.cutBytes() ?? []),
    ];
    return both.sort((a, b) => a.id - b.id);
  }

  trimTimeline(trim: TimelineTrim): void {
    this.#write((file) => file.trimTimeline(trim));
  }

  dropCuts(ids: readonly number[]): void {
    this.#write((file) => file.dropCuts(ids));
    if (this.#memory !== undefined) for (const id of ids) this.#hiddenCuts.add(id);
  }

  writeNote(key: string, bytes: Uint8Array | undefined): void {
    this.#write((file) => file.writeNote(key, bytes));
    if (this.#memory !== undefined) this.#hiddenNotes.add(key);
  }

  readNotes(): StoredNote[] {
    const onDisk = (this.#readDisk((disk) => disk.readNotes()) ?? []).filter(
      ({ key }) => !this.#hiddenNotes.has(key),
    );
    return [...onDisk, ...(this.#memory?.readNotes() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  close(): void {
    this.#memory?.close();
    if (this.#disk === undefined) return;
    this.#disk.close();
    forgetWriter(this.#path);
  }

  #hideFrom(seq: number): void {
    this.#lastDiskSeq = Math.min(this.#lastDiskSeq, seq - 1);
  }

  /** Damage below the tables (a broken page) is no reason for the session to stop: it has fewer snapshots then. */
  #readDisk<R>(read: (disk: SqliteCutFile) => R): R | undefined {
    try {
      return this.#disk && read(this.#disk);
    } catch (error) {
      this.#warn(storeUnreadable(this.#path, error));
      return undefined;
    }
  }

  #write(work: (file: SqliteCutFile) => void): void {
    if (this.#memory === undefined && this.#disk !== undefined) {
      try {
        work(this.#disk);
        return;
      } catch (error) {
        if (error instanceof TidemarkError) throw error;
        this.#goOnInMemory(error);
      }
    }
    if (this.#memory !== undefined) work(this.#memory);
  }

  #goOnInMemory(error: unknown): void {
    this.#warn(error instanceof TidemarkError ? error : storeUnwritable(this.#path, error));
    if (this.#disk !== undefined) markInMemory(this.#path);
    // What was written before lies on the disk still.
    this.#memory = new SqliteCutFile(':memory:', this.#warn, undefined, (hash) =>
      this.#readDisk((disk) => disk.readBlob(hash)),
    );
  }

  #openDisk(maxBytes: number | undefined): SqliteCutFile {
    const path = this.#path;
    try {
      return new SqliteCutFile(path, this.#warn, maxBytes, undefined, this.#openDatabase);
    } catch (error) {
      const code = primaryCode(error);
      if (error instanceof OutdatedFile) {
        this.#warn(storeTooOld(path, error.version, error.known, moveAside(path, `format-${error.version}`)));
        return new SqliteCutFile(path, this.#warn, maxBytes, undefined, this.#openDatabase);
      }
      if (code === SQLITE_BUSY) throw storeLocked(path, lastWriter(path)?.pid);
      if (code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) throw error;
      const aside = moveAside(path, 'damaged-1');
      this.#warn(storeMovedAside(path, aside, error));
      return new SqliteCutFile(path, this.#warn, maxBytes, undefined, this.#openDatabase);
    }
  }
}

function moveAside(path: string, name: string): string {
  let aside = `${path}.${name}`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.${name.replace(/-1$/, '')}-${n}`;
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix);
    } catch {
      // It was not there.
    }
  }
  return aside;
}

/** SQLite's result code without the detail in its upper bits. */
function primaryCode(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}
