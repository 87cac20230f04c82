import { readdirSync } from 'node:fs';
import { afterAll, expect, vi } from 'vitest';
import { SnapshotFile } from './through-file.ts';

/**
 * Runs all cases of a folder, each snapshot by the file of a notebook.
 * @param url of the soak that lies in the folder
 */
export async function casesThroughFile(url: string): Promise<void> {
  const file = new SnapshotFile();
  vi.doMock(import('../../runtime/src/checkpoint/codec.ts'), async (original) => {
    const codec = await original();
    return { ...codec, encode: (value, owner) => file.through(codec.encode(value, owner)) };
  });
  // Random cases as many as on every day: a soak of their own tries more.
  process.env['FC_RUNS'] ??= '6';
  const folder = new URL('.', url);
  const cases = readdirSync(folder).filter((name) => /^(?!snapshots-by-file).*\.test\.ts$/.test(name));
  for (const name of cases) await import(new URL(name, folder).pathname);
  afterAll(async () => {
    expect(file.cuts).toBeGreaterThan(1_000);
    await file.close();
  });
}
