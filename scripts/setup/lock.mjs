// Two set-ups at once would delete each other's work: the second waits for the first.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { own } from './paths.mjs';

const file = join(own, 'setup.lock');
const POLL_MS = 200;
const FRESH_MS = 2000;

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
  if (create()) return true;
  const holder = readHolder();
  if (holder === undefined || lives(holder)) return false;
  // Taken away by renaming, which only one of several waiting set-ups can do; then all of them try again.
  const stale = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, stale);
  } catch {
    return false;
  }
  if (Number(readFileSync(stale, 'utf8')) === holder) {
    rmSync(stale);
    return create();
  }
  // Another one had replaced the lock in between: it gets it back.
  renameSync(stale, file);
  return false;
}

function create() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that holds the lock: undefined when it was just released or is being written, 0 when it says nothing. */
function readHolder() {
  try {
    const { mtimeMs, size } = statSync(file);
    if (size === 0 && Date.now() - mtimeMs < FRESH_MS) return undefined;
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return undefined;
  }
}

function lives(pid) {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
