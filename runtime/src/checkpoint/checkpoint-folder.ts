import { mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeParts } from './write-parts.ts';
import type { CheckpointFiles } from '../engine/checkpoint-store.ts';

const NAME = /^chk-(\d+)$/;

/** The checkpoints of one job in a folder, a file each: `chk-7`. A file is there whole or not at all. */
export class CheckpointFolder implements CheckpointFiles {
  readonly #folder: string;
  readonly last: number;

  constructor(directory: string, job: string) {
    this.#folder = resolve(directory, job.replace(/[^\w.-]+/g, '_'));
    mkdirSync(this.#folder, { recursive: true });
    const numbers = readdirSync(this.#folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    this.last = Math.max(0, ...numbers.map(Number));
  }

  write(id: number, parts: readonly Uint8Array[]): Promise<string> {
    return writeParts(join(this.#folder, `chk-${id}`), parts);
  }

  async drop(id: number): Promise<void> {
    await rm(join(this.#folder, `chk-${id}`), { force: true });
  }
}
