import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../engine/notebook.ts';

const WRITER = join(import.meta.dirname, 'file-sink-writer.ts');
const COUNT = 3_000;
const KILLS = 5;

/** Runs the writer and kills it when it has said so many lines. True if it has finished instead. */
async function writeAndKill(folder: (name: string) => string, lines: number): Promise<boolean> {
  const args = [WRITER, folder('session.sqlite'), folder('out'), String(COUNT)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let said = 0;
  let finished = false;
  for await (const line of createInterface({ input: child.stdout })) {
    finished ||= line === 'finished';
    if ((said += 1) >= lines) child.kill('SIGKILL');
  }
  await exit;
  return finished;
}

function expectedLines(): string[] {
  const sums = new Map<number, number>();
  return Array.from({ length: COUNT }, (_, n) => {
    sums.set(n % 7, (sums.get(n % 7) ?? 0) + n);
    return JSON.stringify(`${n} ${n % 7} ${sums.get(n % 7)}`);
  });
}

test('law 8: whenever the process is killed, each result is in the finished files once', async () => {
  const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);
  console.log(`kill -9 of a process that writes files: seed ${seed} (TIDEMARK_SEED replays it)`);
  const folder = temporaryFolder();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const lines = 1 + ((seed * 7919 + kill * 104_729) % 40);
      if (await writeAndKill(folder.path, lines)) break;
    }
    while (!(await writeAndKill(folder.path, Infinity)));
    const out = folder.path('out');
    const names = readdirSync(out);
    const number = (name: string) => Number(/-(\d+)\.jsonl$/.exec(name)?.[1]);
    const finished = names.filter((name) => !name.startsWith('.')).sort((a, b) => number(a) - number(b));
    const written = finished.flatMap((name) =>
      readFileSync(join(out, name), 'utf8').split('\n').slice(0, -1),
    );
    const inOrder = (a: string, b: string) =>
      Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10);
    expect(written.sort(inOrder)).toEqual(expectedLines());
  } finally {
    folder.remove();
  }
});
