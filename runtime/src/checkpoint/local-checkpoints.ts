import type { CheckpointStore } from '../engine/checkpoint-store.ts';
import { CheckpointFolder } from './checkpoint-folder.ts';
import { decode, encode, encodePlain } from './codec.ts';
import { savepointFiles } from './savepoint-file.ts';

/** Checkpoints of jobs outside a notebook. */
export const localCheckpoints: CheckpointStore = {
  codec: { encode, encodePlain, decode },
  savepoints: savepointFiles,
  openFolder: (directory, job) => new CheckpointFolder(directory, job),
};
