import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';

/** Who has a session's file open, or had when it died. */
export interface StoreWriter {
  readonly pid: number | undefined;
  /** Epoch ms; set if it could no longer write to the file from then on, and went on in memory. */
  readonly inMemorySince: number | undefined;
}

/** Room for any pid, so that the mark behind it takes the place of blanks: a full disk has no room for more. */
const PID_LENGTH = 12;
const MARK = 'memory';

/** Names this process as the writer, for others; the lock itself is the operating system's. */
export function nameWriter(path: string): void {
  writeFileSync(besides(path), String(process.pid).padEnd(PID_LENGTH + MARK.length));
}

/** Leaves word for the session to come, should this process die. */
export function markInMemory(path: string): void {
  try {
    const file = openSync(besides(path), 'r+');
    try {
      writeSync(file, MARK, PID_LENGTH);
    } finally {
      closeSync(file);
    }
  } catch {
    // A disk that takes nothing at all: that it does not has been said.
  }
}

/** The process has ended in order. */
export function forgetWriter(path: string): void {
  rmSync(besides(path), { force: true });
}

export function lastWriter(path: string): StoreWriter | undefined {
  try {
    const text = readFileSync(besides(path), 'utf8');
    const pid = Number.parseInt(text, 10);
    const inMemorySince = text.endsWith(MARK) ? statSync(besides(path)).mtimeMs : undefined;
    return { pid: Number.isInteger(pid) ? pid : undefined, inMemorySince };
  } catch {
    return undefined;
  }
}

function besides(path: string): string {
  return `${path}.pid`;
}
