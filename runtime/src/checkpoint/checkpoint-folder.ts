import { mkdirSync, readdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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

  async write(id: number, bytes: Uint8Array): Promise<string> {
    const path = join(this.#folder, `chk-${id}`);
    const written = `${path}.writing`;
    const file = await open(written, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, path);
    return path;
  }

  async drop(id: number): Promise<void> {
    await rm(join(this.#folder, `chk-${id}`), { force: true });
  }
}
