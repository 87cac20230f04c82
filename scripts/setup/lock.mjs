// Two set-ups at once would delete each other's work: the second waits for the first.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { own } from './paths.mjs';

const file = join(own, 'setup.lock');
const POLL_MS = 200;

/** Runs `work` while holding the lock; a lock whose process is gone (kill -9, power cut) is taken over. */
export async function withSetupLock(work) {
  mkdirSync(dirname(file), { recursive: true });
  let waiting = false;
  while (!take()) {
    if (!waiting) console.log('  … another set-up of this checkout is running; waiting for it to end');
    waiting = true;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderLives()) rmSync(file, { force: true });
  return false;
}

function holderLives() {
  let holder;
  try {
    holder = Number(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
