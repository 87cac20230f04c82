import { Worker } from 'node:worker_threads';
import { resetSections, watch } from './host-section.ts';

type WatchdogNote = { readonly type: 'ping' } | { readonly type: 'terminated' };

/**
 * Starts the thread that stops user code which does not yield.
 * `onTerminated` is called when the main thread runs again: JavaScript may have been cut short just before.
 */
export function startWatchdog(onTerminated: () => void): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./watchdog-thread.${extension}`, import.meta.url), {
    workerData: { watch },
  });
  worker.unref();
  worker.on('message', (note: WatchdogNote) => {
    if (note.type === 'ping') return worker.postMessage('pong');
    resetSections();
    onTerminated();
  });
}
