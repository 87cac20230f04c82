import { IN_HOST, PARKED, WANTS_STOP, WATCH_WORDS } from './watch-words.ts';

/** Where the main thread is, so that the watchdog never terminates it half-way through our own bookkeeping. */
export const watch = new Int32Array(new SharedArrayBuffer(WATCH_WORDS * Int32Array.BYTES_PER_ELEMENT));

/** Longest wait at a safe point; the watchdog answers in a few ms. */
const PARK_MS = 2_000;

/** Runs bookkeeping that an interrupt must not cut short. */
export function hostSection<T>(work: () => T): T {
  Atomics.add(watch, IN_HOST, 1);
  try {
    return work();
  } finally {
    Atomics.sub(watch, IN_HOST, 1);
  }
}

/**
 * A host section that user code calls. An interrupt that comes meanwhile takes effect right after it: the thread parks
 * and the watchdog terminates it there. So a loop of `console.log` is interrupted between two lines.
 */
export function userCall<T>(work: () => T): T {
  const result = hostSection(work);
  if (Atomics.load(watch, WANTS_STOP) === 1 && Atomics.load(watch, IN_HOST) === 0) park();
  return result;
}

/** After a termination: no section is open any more, whatever was cut. */
export function resetSections(): void {
  Atomics.store(watch, IN_HOST, 0);
  Atomics.store(watch, PARKED, 0);
}

function park(): void {
  Atomics.store(watch, PARKED, 1);
  const end = performance.now() + PARK_MS;
  while (Atomics.load(watch, WANTS_STOP) === 1 && performance.now() < end) {
    // Spins on purpose: only running JavaScript can be terminated.
  }
  Atomics.store(watch, PARKED, 0);
}
