import {
  close,
  closeSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** What a file sink needs of the disk; a test makes it fail. Names are absolute. */
export interface SinkFiles {
  /** Opens a file to be written to, behind its first `keep` bytes; the folder is made if there is none. */
  open(path: string, keep: number): number;
  write(file: number, bytes: Uint8Array): void;
  /** Resolves when what was written would outlive a power cut. */
  sync(file: number): Promise<void>;
  close(file: number): Promise<void>;
  /** Gives a file its name for good, so that it would outlive a power cut. Takes the place of a file of that name. */
  publish(from: string, to: string): Promise<void>;
  /** Bytes of a file; `undefined` if there is none. */
  size(path: string): number | undefined;
  /** Names in a folder, none if there is no such folder. */
  list(folder: string): readonly string[];
  remove(path: string): void;
}

/** The machine's own files. */
export const nodeFiles: SinkFiles = {
  open(path, keep) {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, keep > 0 ? 'r+' : 'w');
    if (keep === 0) return file;
    closeSync(file);
    const resumed = openSync(path, 'a');
    ftruncateSync(resumed, keep);
    return resumed;
  },
  write(file, bytes) {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  },
  sync: promisify(fsync),
  close: promisify(close),
  async publish(from, to) {
    await rename(from, to);
    await syncFolder(dirname(to));
  },
  size: (path) => statSync(path, { throwIfNoEntry: false })?.size,
  list(folder) {
    return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
  },
  remove: (path) => rmSync(path, { force: true }),
};

/** A name is durable when its folder is; where folders cannot be synced, the system sees to that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows refuses to open a folder.
  }
}
