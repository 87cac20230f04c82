import type { Blob } from './cut-writer.ts';
import type { SavepointFiles, SavepointName } from './job-state.ts';
import { joinChunks } from './chunks.ts';
import { StoredLaneCut, type LaneBlobs } from './stored-lane-cut.ts';
import type { TimelineEntry } from './timeline.ts';
import { packEntries, unpackEntries, type QueuedEntry } from './timeline-blocks.ts';
import type { CutPart, CutStore, StoredCut, TimelineTrim } from '../checkpoint/cut-store.ts';

/** What a recorded batch is called where a record cannot be stored. */
const RECORDED = 'record';

/** Turns values into bytes and back, executing nothing. */
export interface Codec {
  /** @param name what the value is called if it cannot be stored */
  encode(value: unknown, name?: string): Uint8Array;
  /** The same for what is read before cells have run, and registered their classes. */
  encodePlain(value: unknown, name?: string): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** One branch of the dataflow as a cut remembers it. */
export interface BranchCut {
  readonly cell: string;
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly name: string;
  /** The savepoint that it has started from. */
  readonly savepoint?: SavepointName;
  /** Fingerprint of its sink alone; absent of cuts that are older than this. */
  readonly sink?: string;
  /** The last entry that it had processed. */
  readonly cursor: number;
  /** In how many blobs its tables lie. */
  readonly tables: number;
}

/** One consistent cut of the session (law 6). */
export interface SessionCut {
  readonly id: number;
  /** The timeline's head then. */
  readonly seq: number;
  /** First seq of the recording that it belongs to. */
  readonly startSeq: number;
  /** The execution count, as `[3]`, or what else caused it. */
  readonly label: string;
  readonly cell?: string;
  readonly executionCount?: number;
  /** The runtime's clock, epoch ms. */
  readonly time: number;
  /** The last entry of each source and param then: with it the cut hangs on no entry before it. */
  readonly places: readonly TimelineEntry[];
  /** The last entry that all its lanes had read: from there on the recording is needed up to `seq`. */
  neededAfter: number;
  /** Of all that it refers to; known once it is written. */
  bytes: number;
  branches: readonly BranchCut[];
}

/** A cut as it was read, its lanes in the order of its branches. */
export interface ReadCut {
  readonly cut: SessionCut;
  readonly lanes: readonly StoredLaneCut[];
}

interface CutGraph {
  readonly startSeq: number;
  readonly places: readonly TimelineEntry[];
  readonly neededAfter: number;
  readonly branches: readonly BranchCut[];
}

/** A session's recording and cuts on their way to the store and back. Writing is in the background. */
export class SessionStore {
  readonly #store: CutStore;
  readonly #codec: Codec;
  readonly savepoints: SavepointFiles;
  #queue: QueuedEntry[] = [];
  #blobs = 0;

  constructor(store: CutStore, codec: Codec, savepoints: SavepointFiles) {
    this.#store = store;
    this.#codec = codec;
    this.savepoints = savepoints;
  }

  /** True if nothing of it outlives the process. */
  get inMemory(): boolean {
    return this.#store.inMemory === true;
  }

  /**
   * Remembers an entry until the next `flush`; its records too if its source cannot be read again.
   * @returns the bytes that these take
   * @throws {TidemarkError} `not-storable`; then nothing of it is remembered
   */
  record(entry: TimelineEntry, keepData: boolean): number | undefined {
    const { batch, from: _from, bytes: _bytes, ...kept } = entry;
    const data =
      keepData && batch
        ? this.#codec.encode({ values: batch.values, timestamps: batch.timestamps }, RECORDED)
        : undefined;
    this.#queue.push({ ...kept, data });
    return data?.length;
  }

  flush(): void {
    if (this.#queue.length === 0) return;
    const queue = this.#queue;
    this.#queue = [];
    this.#store.appendTimeline(packEntries(queue, (value) => this.#codec.encodePlain(value, 'timeline')));
  }

  encode(value: unknown, name: string): Uint8Array {
    return this.#codec.encode(value, name);
  }

  decode(bytes: Uint8Array): unknown {
    return this.#codec.decode(bytes);
  }

  /** Writes bytes that cuts to come refer to. */
  writeBlob(parts: readonly Uint8Array[]): { readonly blob: Blob; readonly written: Promise<void> } {
    const bytes = joinChunks(parts);
    const blob = { ref: ++this.#blobs, bytes: bytes.length };
    return { blob, written: this.#store.writeBlob(blob.ref, bytes) };
  }

  /** Resolves when the cut, and all of the recording before it, is durable. */
  write(
    cut: SessionCut,
    lanes: readonly { readonly beside: Uint8Array | Blob; readonly tables: readonly Blob[] }[],
  ): Promise<void> {
    this.flush();
    const { startSeq, places, neededAfter, branches } = cut;
    const graph: CutGraph = { startSeq, places, neededAfter, branches };
    const blobs = lanes.flatMap(({ beside, tables }, at): CutPart[] => [
      beside instanceof Uint8Array
        ? { key: String(at), bytes: beside }
        : { key: String(at), ref: beside.ref },
      ...tables.map(({ ref }) => ({ key: String(at), ref })),
    ]);
    return this.#store.writeCut({
      id: cut.id,
      seq: cut.seq,
      label: cut.label,
      cellId: cut.cell,
      executionCount: cut.executionCount,
      time: cut.time,
      graph: this.#codec.encode(graph),
      blobs,
    });
  }

  /** Every cut that can be read, oldest first, without its blobs. */
  async list(): Promise<SessionCut[]> {
    return (await this.#store.readCuts()).map((stored) => this.#summary(stored, stored.blobBytes));
  }

  /** One cut with the lanes of its branches; `undefined` if it is gone or damaged. */
  async read(id: number): Promise<ReadCut | undefined> {
    const stored = await this.#store.readCut(id);
    if (!stored) return undefined;
    const cut: SessionCut = this.#summary(
      stored,
      stored.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0),
    );
    let at = 0;
    const lanes = cut.branches.map(({ tables, cursor }) => {
      const [beside, ...rest] = stored.blobs.slice(at, (at += tables + 1));
      if (beside === undefined) throw new RangeError(`cut ${id} lacks a branch`);
      const blobs: LaneBlobs = { beside: blobOf(beside), tables: rest.map(blobOf) };
      const decode = (bytes: Uint8Array) => this.#codec.decode(bytes);
      return new StoredLaneCut(
        cursor,
        blobs,
        beside.bytes,
        rest.map(({ bytes }) => bytes),
        decode,
      );
    });
    return { cut, lanes };
  }

  /**
   * The recording between two seqs, both included.
   * @param before where sources stood before it
   */
  async timeline(
    fromSeq: number,
    toSeq?: number,
    before?: readonly TimelineEntry[],
  ): Promise<TimelineEntry[]> {
    const stored = await this.#store.readTimeline(fromSeq, toSeq);
    const entries = unpackEntries(stored, (bytes) => this.#codec.decode(bytes), before);
    return entries.filter(({ seq }) => seq >= fromSeq && (toSeq === undefined || seq <= toSeq));
  }

  /** What the store has of recordings, earlier ones included. */
  storedRecording(): ReturnType<CutStore['storedRecording']> {
    return this.#store.storedRecording();
  }

  /** Of each cut, oldest first, the bytes that go when it and all before it are dropped. */
  cutBytes(): ReturnType<CutStore['cutBytes']> {
    return this.#store.cutBytes();
  }

  /** Lets go of what nobody needs any more. */
  trim(trim: TimelineTrim): void {
    this.#store.trimTimeline(trim);
  }

  /** Forgets all after a cut: there is one linear history. */
  async truncate(afterSeq: number, cuts: readonly number[]): Promise<void> {
    this.#queue = this.#queue.filter((entry) => entry.seq <= afterSeq);
    this.flush();
    await this.#store.truncateTimeline(afterSeq);
    await this.#store.dropCuts(cuts);
  }

  async drop(cuts: readonly number[]): Promise<void> {
    await this.#store.dropCuts(cuts);
  }

  /** Resolves when it would outlive a power cut; `undefined` takes the note away. */
  writeNote(key: string, value: unknown): Promise<void> {
    return this.#store.writeNote(key, value === undefined ? undefined : this.#codec.encode(value, key));
  }

  /** Values of the notes whose keys begin with `prefix`; one that cannot be read is left out. */
  async notes(prefix: string): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const { key, bytes } of await this.#store.readNotes()) {
      if (!key.startsWith(prefix)) continue;
      try {
        values.push(this.#codec.decode(bytes));
      } catch {
        // Damaged: the others are as good without it.
      }
    }
    return values;
  }

  async close(): Promise<void> {
    this.flush();
    await this.#store.close();
  }

  #summary(stored: Omit<StoredCut, 'blobs'>, bytes: number): SessionCut {
    const graph = this.#codec.decode(stored.graph) as CutGraph;
    const { id, seq, label, executionCount, time } = stored;
    return { id, seq, label, cell: stored.cellId, executionCount, time, bytes, ...graph };
  }
}

function blobOf({ ref, bytes }: StoredCut['blobs'][number]): Blob {
  return { ref, bytes: bytes.length };
}
