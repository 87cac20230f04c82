import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root, scriptModule } from './script-module.ts';

interface StampModule {
  contentStamp(paths: readonly string[], ...facts: string[]): string;
}
interface LockModule {
  withSetupLock<T>(work: () => Promise<T>): Promise<T>;
}

const { contentStamp } = await scriptModule<StampModule>('setup/stamp.mjs');
const { withSetupLock } = await scriptModule<LockModule>('setup/lock.mjs');
const lockFile = join(root, '.tidemark', 'setup.lock');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-steps-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a content stamp changes with a text, a name and a fact, and with nothing else', () => {
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner', 'a.ts'), 'one');
  const before = contentStamp([folder], 'node 24');
  expect(contentStamp([folder], 'node 24')).toBe(before);
  expect(contentStamp([folder], 'node 25')).not.toBe(before);
  writeFileSync(join(folder, 'inner', 'a.ts'), 'two');
  const changed = contentStamp([folder], 'node 24');
  expect(changed).not.toBe(before);
  writeFileSync(join(folder, 'inner', 'a.ts'), 'one');
  expect(contentStamp([folder], 'node 24')).toBe(before);
  writeFileSync(join(folder, 'inner', 'b.ts'), '');
  expect(contentStamp([folder], 'node 24')).not.toBe(before);
});

test('a second set-up waits for the first', async () => {
  const order: string[] = [];
  let finishFirst: (() => void) | undefined;
  const first = withSetupLock(async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => (finishFirst = resolve));
    order.push('first ends');
  });
  const other = spawn(process.execPath, ['--input-type=module', '-e', LOCK_AND_SAY], { cwd: root });
  const ended = new Promise((resolve) => other.once('close', resolve));
  let said = '';
  await new Promise<void>((resolve) =>
    other.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('waiting')) resolve();
    }),
  );
  expect(said).not.toContain('second has it');
  finishFirst?.();
  await first;
  await ended;
  expect(said).toContain('second has it');
  expect(order).toEqual(['first begins', 'first ends']);
});

test('the lock of a set-up that was killed is taken over', async () => {
  const killed = spawnSync(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")']);
  mkdirSync(join(root, '.tidemark'), { recursive: true });
  writeFileSync(lockFile, String(killed.pid));
  expect(await withSetupLock(async () => readFileSync(lockFile, 'utf8'))).toBe(String(process.pid));
});

const LOCK_AND_SAY = `
  const { withSetupLock } = await import('./scripts/setup/lock.mjs');
  await withSetupLock(async () => console.log('second has it'));
`;
