import type { LaneCut } from './lane-runner.ts';
import { packPosition, unpackPosition } from './split-position.ts';
import type { RecordedBatch, TimelineEntry } from './timeline.ts';
import type { CutStore, StoredCut, StoredEntry } from '../checkpoint/cut-store.ts';

/** Turns values into bytes and back, executing nothing. */
export interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** One branch of the dataflow as a cut remembers it. */
export interface BranchCut {
  readonly cell: string;
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly name: string;
  /** Where its bytes are in the cut. */
  readonly blob: string;
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
  readonly bytes: number;
  readonly branches: readonly BranchCut[];
}

interface CutGraph {
  readonly startSeq: number;
  readonly branches: readonly BranchCut[];
}

/** A session's recording and cuts on their way to the store and back. Writing is in the background. */
export class SessionStore {
  readonly #store: CutStore;
  readonly #codec: Codec;
  #queue: StoredEntry[] = [];

  constructor(store: CutStore, codec: Codec) {
    this.#store = store;
    this.#codec = codec;
  }

  /** Remembers an entry until the next `flush`; its records too if its source cannot be read again. */
  record(entry: TimelineEntry, keepData: boolean): void {
    const { seq, stamp, source, kind, count } = entry;
    const packed = packPosition(entry);
    this.#queue.push({
      seq,
      stamp,
      source,
      kind,
      count,
      position: packed === undefined ? undefined : this.#codec.encode(packed),
      data: keepData && entry.batch ? this.#codec.encode(entry.batch) : undefined,
    });
  }

  flush(): void {
    if (this.#queue.length === 0) return;
    this.#store.appendTimeline(this.#queue);
    this.#queue = [];
  }

  encode(cut: LaneCut): Uint8Array {
    return this.#codec.encode(cut);
  }

  decode(bytes: Uint8Array): LaneCut {
    return this.#codec.decode(bytes) as LaneCut;
  }

  /** Resolves when the cut, and all of the recording before it, is durable. */
  write(cut: SessionCut, blobs: ReadonlyMap<string, Uint8Array>): Promise<void> {
    this.flush();
    const graph: CutGraph = { startSeq: cut.startSeq, branches: cut.branches };
    return this.#store.writeCut({
      id: cut.id,
      seq: cut.seq,
      label: cut.label,
      cellId: cut.cell,
      executionCount: cut.executionCount,
      time: cut.time,
      graph: this.#codec.encode(graph),
      blobs: [...blobs].map(([key, bytes]) => ({ key, bytes })),
    });
  }

  /** Every cut that can be read, oldest first, without its blobs. */
  async list(): Promise<SessionCut[]> {
    return (await this.#store.readCuts()).map((stored) => this.#summary(stored, stored.blobBytes));
  }

  /** The bytes of one cut by branch; `undefined` if it is gone or damaged. */
  async read(id: number): Promise<{ cut: SessionCut; blobs: Map<string, Uint8Array> } | undefined> {
    const stored = await this.#store.readCut(id);
    if (!stored) return undefined;
    const bytes = stored.blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
    return {
      cut: this.#summary(stored, bytes),
      blobs: new Map(stored.blobs.map((blob) => [blob.key, blob.bytes])),
    };
  }

  /** The recording between two seqs, both included. */
  async timeline(fromSeq: number, toSeq?: number): Promise<TimelineEntry[]> {
    const last = new Map<string, unknown>();
    const entries: TimelineEntry[] = [];
    for (const stored of await this.#store.readTimeline(fromSeq, toSeq)) {
      const packed = stored.position === undefined ? undefined : this.#codec.decode(stored.position);
      const unpacked = unpackPosition(packed);
      const batch =
        stored.data === undefined ? undefined : (this.#codec.decode(stored.data) as RecordedBatch);
      // The same object as the position before, so that a reader that stands there knows it.
      entries.push({ ...stored, ...unpacked, from: last.get(stored.source), batch });
      last.set(stored.source, unpacked.position);
    }
    return entries;
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
