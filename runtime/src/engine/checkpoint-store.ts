import type { SavepointFiles } from './job-state.ts';
import type { Codec } from './session-store.ts';

/** Where the checkpoints of one job are written. */
export interface CheckpointFiles {
  /** The highest number that is taken, 0 if there is none: those of an earlier run are left alone. */
  readonly last: number;
  /** Resolves with the file's path when it would outlive a power cut. */
  write(id: number, parts: readonly Uint8Array[]): Promise<string>;
  drop(id: number): Promise<void>;
}

/** What jobs need to be kept safe. */
export interface CheckpointStore {
  readonly codec: Codec;
  readonly savepoints: SavepointFiles;
  /** Opens the folder of a job in the folder of all. */
  openFolder(directory: string, job: string): CheckpointFiles;
}
