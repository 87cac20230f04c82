// The store's thread: writing never stops the stream, and requests are carried out in the order in which they came.
import { parentPort, workerData } from 'node:worker_threads';
import { TidemarkError } from '../errors.ts';
import type { StoredCut, StoredTimeline } from './cut-store.ts';
import { FallbackCutFile } from './fallback-cut-file.ts';
import type { StoreFailure, StoreMessage, StoreRequest, StoreSettings } from './store-protocol.ts';

const { path, maxBytes } = workerData as StoreSettings;

function post(message: StoreMessage, moved: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, [...moved]);
}

/** What was read is the reader's: copying a large state would take as long as reading it. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (value === null || typeof value !== 'object') return [];
  const { blobs = [], blocks = [], records = [] } = value as Partial<StoredCut & StoredTimeline>;
  const parts: readonly { readonly bytes: unknown }[] = [...blobs, ...blocks, ...records];
  const buffers = parts.flatMap(({ bytes }) =>
    bytes instanceof Uint8Array ? [bytes.buffer as ArrayBuffer] : [],
  );
  return [...new Set(buffers)];
}

function failureOf(error: unknown): StoreFailure {
  if (error instanceof TidemarkError)
    return { code: error.code, message: error.message, details: error.details };
  return {
    code: 'store-failed',
    message: error instanceof Error ? error.message : String(error),
    details: { path },
  };
}

function answer(file: FallbackCutFile, request: StoreRequest): unknown {
  switch (request.type) {
    case 'append':
      return file.appendTimeline(request.blocks);
    case 'write-blob':
      return file.writeBlob(request.ref, request.bytes);
    case 'write-cut':
      return file.writeCut(request.cut);
    case 'read-cuts':
      return file.readCuts();
    case 'read-cut':
      return file.readCut(request.id);
    case 'read-timeline':
      return file.readTimeline(request.fromSeq, request.toSeq);
    case 'truncate':
      return file.truncateTimeline(request.afterSeq);
    case 'stored-recording':
      return file.storedRecording();
    case 'cut-bytes':
      return file.cutBytes();
    case 'trim':
      return file.trimTimeline(request.trim);
    case 'drop-cuts':
      return file.dropCuts(request.ids);
    case 'write-note':
      return file.writeNote(request.key, request.bytes);
    case 'read-notes':
      return file.readNotes();
    case 'close':
      return file.close();
  }
}

function open(): void {
  const file = new FallbackCutFile(
    path,
    (error) => post({ type: 'warning', failure: failureOf(error) }),
    maxBytes,
  );
  parentPort?.on('message', ({ call, request }: { call: number; request: StoreRequest }) => {
    try {
      const value = answer(file, request);
      post({ type: 'answer', call, value }, buffersOf(value));
    } catch (error) {
      post({ type: 'answer', call, failure: failureOf(error) });
    }
  });
  post({ type: 'opened', inMemory: file.inMemory });
}

try {
  open();
} catch (error) {
  post({ type: 'open-failed', failure: failureOf(error) });
}
