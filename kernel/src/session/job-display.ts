import type { JobProgress } from 'tidemark/session';
import { growthWarning } from '../protocol/index.ts';
import { display } from './display-api.ts';
import type { Bundle } from './ipc.ts';

/** Ms between two looks at a job that a cell shows. */
const LOOK_MS = 500;
const ENDED: ReadonlySet<string> = new Set(['finished', 'failed', 'canceled']);

/** By cells: one that runs again shows another. */
const followed = new Map<string, NodeJS.Timeout>();

/**
 * Shows a job of INSERT under its cell: how it stands, what it has read and written, followed until it ends.
 * @param progressOf how it stands now; `undefined` when the cell has no such job any more
 */
export function showJob(cell: string, title: string, progressOf: () => JobProgress | undefined): void {
  clearInterval(followed.get(cell));
  let shown = jobBundle(title, progressOf());
  const handle = display(shown, { raw: true });
  const timer = setInterval(() => {
    const progress = progressOf();
    const next = jobBundle(title, progress);
    if (next['text/plain'] !== shown['text/plain']) handle.update(next);
    shown = next;
    if (progress === undefined || ENDED.has(progress.status)) clearInterval(timer);
  }, LOOK_MS).unref();
  followed.set(cell, timer);
}

/** The line of a job, as text and as HTML. */
export function jobBundle(title: string, progress: JobProgress | undefined): Bundle {
  const { status = 'canceled', read = 0, written = 0, unbounded = [] } = progress ?? {};
  const stands = status === 'created' ? 'starting' : status.replace('-', ' ');
  const counts = `${text(read)} read · ${text(written)} written`;
  const warning = ENDED.has(status) ? undefined : growthWarning(unbounded);
  const lines = [
    `${title}: ${stands} · ${counts}`,
    ...(warning === undefined ? [] : [`Warning: ${warning}`]),
  ];
  const head = `<span class="tm-title">${escaped(title)}</span><span class="tm-status">${stands}</span><span class="tm-counts">${counts}</span>`;
  const below = warning === undefined ? '' : `<div class="tm-warning">${escaped(warning)}</div>`;
  return {
    'text/plain': lines.join('\n'),
    'text/html': `<div class="tm-view tm-job-${status}"><div class="tm-header">${head}</div>${below}</div>`,
  };
}

function text(count: number): string {
  return count.toLocaleString('en');
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
