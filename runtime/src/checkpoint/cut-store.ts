// What a session writes down: its recording, in order, and its cuts. Bytes are the caller's, encoded by `codec.ts`.

/** One entry of the timeline: what a source handed over, or its status. */
export interface StoredEntry {
  readonly seq: number;
  /** The runtime's clock, epoch ms. */
  readonly stamp: number;
  readonly source: string;
  readonly kind: 'batch' | 'idle' | 'active' | 'end' | 'param';
  /** Records in the batch. */
  readonly count: number;
  readonly position?: Uint8Array;
  /** The batch itself, for sources that cannot be read again. */
  readonly data?: Uint8Array;
}

export interface StoredBlob {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Names bytes that the store has: a number that this process gave them, or their hash, which outlives it. */
export type BlobRef = number | string;

/** A part of a cut that is being written: bytes, or the name of some that were written before. */
export type CutPart = StoredBlob | { readonly key: string; readonly ref: BlobRef };

/** One consistent cut (law 6). */
export interface StoredCut {
  readonly id: number;
  /** The last entry of the timeline that it has seen. */
  readonly seq: number;
  readonly label: string;
  readonly cellId?: string;
  readonly executionCount?: number;
  /** The runtime's clock, epoch ms. */
  readonly time: number;
  readonly graph: Uint8Array;
  /** Equal bytes are stored once, however many cuts have them. */
  readonly blobs: readonly (StoredBlob & { readonly ref: string })[];
}

/** A cut on its way to the store. */
export interface CutToWrite extends Omit<StoredCut, 'blobs'> {
  readonly blobs: readonly CutPart[];
}

/** A cut without its blobs, which may be large. */
export interface CutSummary extends Omit<StoredCut, 'blobs'> {
  /** Bytes of all its blobs. */
  readonly blobBytes: number;
}

export interface CutStore {
  /** Queues entries, in the order of `seq`; they are written in the background. */
  appendTimeline(entries: readonly StoredEntry[]): void;
  /**
   * Writes bytes that cuts to come may refer to; they stay while a cut does. Bytes that no cut refers to are gone when the
   * store is opened again.
   * @param ref a number that this store has not been given before
   */
  writeBlob(ref: number, bytes: Uint8Array): Promise<void>;
  /**
   * Resolves when the cut, all that it refers to and every entry appended before it would outlive a power cut. It is there
   * whole or not at all. Rejects if it refers to what is not there.
   */
  writeCut(cut: CutToWrite): Promise<void>;
  /** Oldest first; a damaged one is left out, with a warning. */
  readCuts(): Promise<readonly CutSummary[]>;
  /** `undefined` if it is not there, or is damaged: then with a warning. */
  readCut(id: number): Promise<StoredCut | undefined>;
  /** Both ends included. A damaged entry ends the answer before it, with a warning. */
  readTimeline(fromSeq: number, toSeq?: number): Promise<readonly StoredEntry[]>;
  truncateTimeline(afterSeq: number): Promise<void>;
  dropCuts(ids: readonly number[]): Promise<void>;
  /** Resolves when everything is on disk and another process may open the file. */
  close(): Promise<void>;
}
