import type { SinkFiles } from './sink-files.ts';

/** A file that is being written: hidden until its cut is durable. */
export interface PartFile<T> {
  /** Without its folder. */
  readonly name: string;
  /** Bytes so far, about. */
  readonly size: number;
  write(value: T): void;
  /** Records that do not fit into this file and need another; known after `write` or `finish`. */
  readonly overflow: readonly T[];
  /** For a cut: resolves when everything so far is on the disk. */
  flush(): Promise<void>;
  /** What is needed to go on behind what was flushed; `undefined` if only a new file can. */
  state(): unknown;
  /** Ends the file: resolves when all of it is on the disk. */
  finish(): Promise<void>;
  /** Lets go of the file as it is. */
  abandon(): void;
}

/** The open file under a part. */
export class PartOutput {
  readonly #files: SinkFiles;
  readonly #file: number;
  /** Bytes handed to the file. */
  length: number;
  #syncing = Promise.resolve();

  constructor(files: SinkFiles, path: string, keep = 0) {
    this.#files = files;
    this.#file = files.open(path, keep);
    this.length = keep;
  }

  write(bytes: Uint8Array): void {
    this.#files.write(this.#file, bytes);
    this.length += bytes.length;
  }

  sync(): Promise<void> {
    const synced = this.#files.sync(this.#file);
    // It must not be closed before; whether it has failed is for whoever asked for it.
    this.#syncing = Promise.allSettled([this.#syncing, synced]).then(() => undefined);
    return synced;
  }

  async close(): Promise<void> {
    await this.#syncing;
    await this.#files.close(this.#file);
  }
}
