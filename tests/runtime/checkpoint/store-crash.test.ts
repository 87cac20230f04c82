import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { SqliteCutStore } from '../../../runtime/src/checkpoint/sqlite-cut-store.ts';
import { entriesOf } from './stored-entries.ts';

const WRITER = join(import.meta.dirname, 'store-writer.ts');

/** Runs a writer until it has called `cuts` cuts durable, kills it in the middle of what it does next; the last durable. */
async function writeAndKill(path: string, first: number, cuts: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'open') continue;
    last = Number(line);
    if (last >= first + cuts - 1) child.kill('SIGKILL');
  }
  await exit;
  return last;
}

test('after kill -9 in the middle of writing, the file opens at once and has every durable cut whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-crash-'));
  const path = join(folder, 'notebook.sqlite');
  try {
    let durable = 0;
    for (let round = 0; round < 6; round++) {
      const last = await writeAndKill(path, durable + 1, 1 + round);
      const warnings: Error[] = [];
      const store = await SqliteCutStore.open(path, { onWarning: (error) => warnings.push(error) });
      const cuts = await store.readCuts();
      const lastCut = cuts.at(-1)?.id ?? 0;
      // One more may have been committed before its answer came.
      expect(lastCut).toBeGreaterThanOrEqual(last);
      expect(cuts.map(({ id }) => id)).toEqual(Array.from({ length: lastCut }, (_, i) => i + 1));
      for (const { id } of cuts) {
        const cut = await store.readCut(id);
        expect(cut?.blobs.map(({ bytes }) => [bytes.length, bytes[0]])).toEqual(
          Array.from({ length: 8 }, (_, i) => [30_000, (id + i) % 256]),
        );
      }
      const entries = entriesOf(await store.readTimeline(20, lastCut * 20 + 19), 20, lastCut * 20 + 19);
      expect(entries.map(({ values }) => values)).toEqual(
        entries.map(({ stamp }) => [new Uint8Array(500).fill(stamp)]),
      );
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: lastCut * 20 }, (_, i) => i + 20));
      expect(warnings).toEqual([]);
      await store.truncateTimeline(lastCut * 20 + 19);
      await store.close();
      durable = lastCut;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a second process is refused with the pid of the one that writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
  const path = join(folder, 'notebook.sqlite');
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    await expect(SqliteCutStore.open(path)).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    child.kill('SIGKILL');
    await exit;
    await (await SqliteCutStore.open(path)).close();
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
