// What a session writes down: its recording, in order, and its cuts. Bytes are the caller's, encoded by `codec.ts`.

/** Entries of the timeline that follow each other without gaps, from `first` to `last`. */
export interface StoredBlock {
  readonly first: number;
  readonly last: number;
  /** Of what comes before `first` or after `last` nothing is meant. Bytes of blocks in a row are one block's bytes. */
  readonly bytes: Uint8Array;
  /** What some of the entries hold, of sources that cannot be read again. */
  readonly records?: StoredRecords;
}

/** Records of entries from `first` to `last`; bytes can be put together, as those of blocks. */
export interface StoredRecords {
  readonly first: number;
  readonly last: number;
  /** Number of records. */
  readonly rows: number;
  /** The runtime's clock when the last of them came, epoch ms. */
  readonly stamp: number;
  readonly bytes: Uint8Array;
}

/** How much records take that lie in the store together, up to the entry `last`. */
export interface RecordsSize extends Pick<StoredRecords, 'last' | 'rows' | 'stamp'> {
  readonly bytes: number;
}

/** A part of the timeline as it was read; it may begin before and end after what was asked for. */
export interface StoredTimeline {
  readonly blocks: readonly Omit<StoredBlock, 'records'>[];
  readonly records: readonly Pick<StoredRecords, 'first' | 'last' | 'bytes'>[];
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

/** What may go: all up to these entries, both included. */
export interface TimelineTrim {
  readonly entriesThrough: number;
  readonly recordsThrough: number;
}

/** What a user has said and no rewind takes back, by its key. */
export interface StoredNote {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface CutStore {
  /** True if it could write nowhere when it was opened: what it keeps is gone with the process. */
  readonly inMemory?: boolean;
  /**
   * Queues entries, in the order of `seq`; they are written in the background. What the store has from the first of them
   * on is replaced. The bytes are the store's from then on.
   */
  appendTimeline(blocks: readonly StoredBlock[]): void;
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
  /** Both ends included. A damaged block ends the answer before it, with a warning. */
  readTimeline(fromSeq: number, toSeq?: number): Promise<StoredTimeline>;
  truncateTimeline(afterSeq: number): Promise<void>;
  /** What there is of recordings, whichever they are, oldest first. */
  storedRecording(): Promise<{
    readonly first: number | undefined;
    readonly records: readonly RecordsSize[];
  }>;
  /** Of each cut, in the order of their ids, the bytes that go when it and all before it are dropped. */
  cutBytes(): Promise<readonly { readonly id: number; readonly bytes: number }[]>;
  /** Queues the end of what is no longer needed: of records up to one entry, of entries up to another. */
  trimTimeline(trim: TimelineTrim): void;
  dropCuts(ids: readonly number[]): Promise<void>;
  /** Resolves when the note would outlive a power cut. Without bytes it is taken away. */
  writeNote(key: string, bytes?: Uint8Array): Promise<void>;
  /** In the order of their keys. */
  readNotes(): Promise<readonly StoredNote[]>;
  /** Resolves when everything is on disk and another process may open the file. */
  close(): Promise<void>;
}
