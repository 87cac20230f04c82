import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { IN_HOST, PARKED, WANTS_STOP } from './watch-words.ts';
import { WATCHDOG_FD } from './ipc.ts';

// A thread of the session process: it hears the kernel process while the main thread is in a loop. Rule: the same turn
// of the main thread's event loop has lasted 100 ms since the interrupt, and it is not in our own bookkeeping.

const LASTED_MS = 100;
const LOOK_MS = 5;
/** After this an interrupt is given up: a native call that does not return. */
const GIVE_UP_MS = 30_000;

const watch: Int32Array = (workerData as { watch: Int32Array }).watch;
const inspector = new Session();
inspector.connectToMainThread();

let pongs = 0;
let timer: NodeJS.Timeout | undefined;

parentPort?.on('message', () => {
  pongs++;
});

const kernel = new Socket({ fd: WATCHDOG_FD, readable: true, writable: false });
kernel.on('data', () => interrupt());
kernel.on('close', () => {
  // The kernel process is gone; the main thread may be in a loop that no event ends.
  process.kill(process.pid, 'SIGKILL');
});

function interrupt(): void {
  clearInterval(timer);
  Atomics.store(watch, WANTS_STOP, 1);
  const start = performance.now();
  const answered = pongs;
  let last = start;
  parentPort?.postMessage({ type: 'ping' });
  timer = setInterval(() => {
    const now = performance.now();
    if (pongs > answered || now - start > GIVE_UP_MS) return stop();
    const parked = Atomics.load(watch, PARKED) === 1;
    if (!parked && (now - start < LASTED_MS || Atomics.load(watch, IN_HOST) > 0)) return;
    if (now - last < LASTED_MS && !parked) return;
    last = now;
    inspector.post('Runtime.terminateExecution', () => undefined);
    parentPort?.postMessage({ type: 'terminated' });
  }, LOOK_MS);
}

function stop(): void {
  clearInterval(timer);
  Atomics.store(watch, WANTS_STOP, 0);
}
