import { Worker } from 'node:worker_threads';
import { TidemarkError } from '../errors.ts';
import type {
  CutStore,
  CutSummary,
  CutToWrite,
  StoredBlock,
  StoredCut,
  StoredNote,
  StoredTimeline,
  TimelineTrim,
} from './cut-store.ts';
import { storeClosed } from './store-errors.ts';
import type { StoreFailure, StoreMessage, StoreRequest, StoreSettings } from './store-protocol.ts';

export interface SqliteCutStoreOptions {
  /** Told what is wrong with the file or the disk, once; the store then goes on in memory. */
  readonly onWarning?: (error: TidemarkError) => void;
  /** The most that the file may grow to, in bytes; then the store goes on in memory. */
  readonly maxBytes?: number;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A session's store in one SQLite file, written by a thread of its own. A file has one writer; the lock is the
 * operating system's, so that after `kill -9` the next session opens the file at once.
 */
export class SqliteCutStore implements CutStore {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #onWarning: (error: TidemarkError) => void;
  #calls = 0;
  #inMemory = false;
  #closed: Promise<void> | undefined;

  constructor(worker: Worker, onWarning: (error: TidemarkError) => void) {
    this.#worker = worker;
    this.#onWarning = onWarning;
  }

  /** @throws {TidemarkError} `store-locked` when another process has the file open. */
  static async open(path: string, options: SqliteCutStoreOptions = {}): Promise<SqliteCutStore> {
    const { onWarning = () => undefined, maxBytes } = options;
    const settings: StoreSettings = { path, maxBytes };
    // Sources run as they are, in tests; an installed package runs what was compiled from them.
    const file = import.meta.url.endsWith('.ts') ? './store-worker.ts' : './store-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: settings,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const store = new SqliteCutStore(worker, onWarning);
    await store.#opened();
    worker.unref();
    return store;
  }

  /** True if the file could not be written from the beginning. */
  get inMemory(): boolean {
    return this.#inMemory;
  }

  appendTimeline(blocks: readonly StoredBlock[]): void {
    if (blocks.length === 0) return;
    const moved = blocks.flatMap(({ bytes, records }) => (records ? [bytes, records.bytes] : [bytes]));
    this.#queue(
      { type: 'append', blocks },
      moved.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }

  async writeBlob(ref: number, bytes: Uint8Array): Promise<void> {
    const owned = ownBytes(bytes);
    await this.#call({ type: 'write-blob', ref, bytes: owned }, [owned.buffer as ArrayBuffer]);
  }

  async writeCut(cut: CutToWrite): Promise<void> {
    const blobs = cut.blobs.map((part) =>
      'bytes' in part ? { ...part, bytes: ownBytes(part.bytes) } : part,
    );
    await this.#call({ type: 'write-cut', cut: { ...cut, graph: ownBytes(cut.graph), blobs } });
  }

  async readCuts(): Promise<readonly CutSummary[]> {
    return (await this.#call({ type: 'read-cuts' })) as CutSummary[];
  }

  async readCut(id: number): Promise<StoredCut | undefined> {
    return (await this.#call({ type: 'read-cut', id })) as StoredCut | undefined;
  }

  async readTimeline(fromSeq: number, toSeq?: number): Promise<StoredTimeline> {
    return (await this.#call({ type: 'read-timeline', fromSeq, toSeq })) as StoredTimeline;
  }

  async storedRecording(): ReturnType<CutStore['storedRecording']> {
    return (await this.#call({ type: 'stored-recording' })) as Awaited<
      ReturnType<CutStore['storedRecording']>
    >;
  }

  async cutBytes(): ReturnType<CutStore['cutBytes']> {
    return (await this.#call({ type: 'cut-bytes' })) as Awaited<ReturnType<CutStore['cutBytes']>>;
  }

  trimTimeline(trim: TimelineTrim): void {
    this.#queue({ type: 'trim', trim });
  }

  async truncateTimeline(afterSeq: number): Promise<void> {
    await this.#call({ type: 'truncate', afterSeq });
  }

  async dropCuts(ids: readonly number[]): Promise<void> {
    await this.#call({ type: 'drop-cuts', ids });
  }

  async writeNote(key: string, bytes?: Uint8Array): Promise<void> {
    await this.#call({ type: 'write-note', key, bytes: bytes && ownBytes(bytes) });
  }

  async readNotes(): Promise<readonly StoredNote[]> {
    return (await this.#call({ type: 'read-notes' })) as StoredNote[];
  }

  close(): Promise<void> {
    this.#closed ??= this.#call({ type: 'close' }).then(async () => {
      await this.#worker.terminate();
    });
    return this.#closed;
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.on('message', (message: StoreMessage) => {
        if (message.type === 'opened') {
          this.#inMemory = message.inMemory;
          resolve();
        } else if (message.type === 'open-failed') {
          reject(errorOf(message.failure));
          void this.#worker.terminate();
        } else this.#receive(message);
      });
      this.#worker.on('error', (error) => {
        reject(error);
        this.#failAll(error);
      });
      this.#worker.on('exit', () => this.#failAll(storeClosed()));
    });
  }

  #receive(message: StoreMessage): void {
    if (message.type === 'warning') this.#onWarning(errorOf(message.failure));
    if (message.type !== 'answer') return;
    const pending = this.#pending.get(message.call);
    this.#pending.delete(message.call);
    // A process with nothing else to do may end, but not with something still to be written.
    if (this.#pending.size === 0) this.#worker.unref();
    if (message.failure === undefined) pending?.resolve(message.value);
    else pending?.reject(errorOf(message.failure));
  }

  #call(request: StoreRequest, moved: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(storeClosed());
    const call = ++this.#calls;
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage({ call, request }, [...moved]);
    });
  }

  /** Nobody waits for it. */
  #queue(request: StoreRequest, moved: readonly ArrayBuffer[] = []): void {
    this.#call(request, moved).catch((error: unknown) => this.#onWarning(asTidemarkError(error)));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** Cloning a window on a larger buffer would copy all of that buffer. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes;
}

function errorOf({ code, message, details }: StoreFailure): TidemarkError {
  return new TidemarkError(code, message, { details });
}

function asTidemarkError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  return new TidemarkError('store-failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
