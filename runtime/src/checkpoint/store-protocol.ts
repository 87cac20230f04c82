import type { CutToWrite, StoredBlock, TimelineTrim } from './cut-store.ts';

/** What the store's thread is started with. */
export interface StoreSettings {
  readonly path: string;
  readonly maxBytes?: number;
}

export type StoreRequest =
  | { readonly type: 'append'; readonly blocks: readonly StoredBlock[] }
  | { readonly type: 'write-blob'; readonly ref: number; readonly bytes: Uint8Array }
  | { readonly type: 'write-cut'; readonly cut: CutToWrite }
  | { readonly type: 'read-cuts' }
  | { readonly type: 'read-cut'; readonly id: number }
  | { readonly type: 'read-timeline'; readonly fromSeq: number; readonly toSeq?: number }
  | { readonly type: 'truncate'; readonly afterSeq: number }
  | { readonly type: 'stored-recording' }
  | { readonly type: 'cut-bytes' }
  | { readonly type: 'trim'; readonly trim: TimelineTrim }
  | { readonly type: 'drop-cuts'; readonly ids: readonly number[] }
  | { readonly type: 'write-note'; readonly key: string; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'read-notes' }
  | { readonly type: 'close' };

/** An error as it crosses threads. */
export interface StoreFailure {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type StoreMessage =
  | { readonly type: 'opened'; readonly inMemory: boolean }
  | { readonly type: 'open-failed'; readonly failure: StoreFailure }
  | { readonly type: 'warning'; readonly failure: StoreFailure }
  | {
      readonly type: 'answer';
      readonly call: number;
      readonly value?: unknown;
      readonly failure?: StoreFailure;
    };
