import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteCutFile } from '../../runtime/src/checkpoint/sqlite-cut-file.ts';

/** A database that never waits for the disk to flush: what it writes need not outlive a power cut, and a flush costs milliseconds. */
class UnflushedDatabase extends DatabaseSync {
  override exec(sql: string): void {
    super.exec(sql.replaceAll(/PRAGMA synchronous = \w+/g, 'PRAGMA synchronous = OFF'));
  }
}

/** The file of a notebook, through which what is encoded goes as the one part of a cut. */
export class SnapshotFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tidemark-conformance-'));
  readonly #file = new SqliteCutFile(
    join(this.#folder, 'session.sqlite'),
    (error) => {
      throw error;
    },
    undefined,
    undefined,
    (path) => new UnflushedDatabase(path),
  );
  /** Cuts that were written and read back. */
  cuts = 0;

  /** What the file gives back of these bytes. */
  through(bytes: Uint8Array): Uint8Array {
    this.cuts += 1;
    // It takes the place of the cut before it.
    this.#file.writeCut({
      id: 1,
      seq: this.cuts,
      label: 'a step',
      time: 0,
      graph: new Uint8Array(),
      blobs: [{ key: 'job', bytes }],
    });
    const part = this.#file.readCut(1)?.blobs[0];
    if (part === undefined) throw new Error(`cut ${this.cuts} was written, and is not there`);
    return part.bytes;
  }

  async close(): Promise<void> {
    this.#file.close();
    await rm(this.#folder, { recursive: true });
  }
}
