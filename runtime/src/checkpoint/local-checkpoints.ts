import type { CheckpointStore } from '../engine/checkpoint-store.ts';
import { CheckpointFolder } from './checkpoint-folder.ts';
import { decode, encode } from './codec.ts';

/** Checkpoints of jobs outside a notebook. */
export const localCheckpoints: CheckpointStore = {
  codec: { encode, decode },
  openFolder: (directory, job) => new CheckpointFolder(directory, job),
};
