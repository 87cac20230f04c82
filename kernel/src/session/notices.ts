import type { BranchNotice } from 'tidemark/session';
import { failureOf } from '../views/materialize/view-failure.ts';
import { latestRunOf } from './cell-context.ts';
import { display, type DisplayHandle } from './display-api.ts';

interface Shown {
  /** The execution that it stands under: the outputs of an earlier one are gone. */
  readonly run: number;
  readonly handle: DisplayHandle;
}

/** What sinks have to say, each at one place under its cell, where it appears, changes and goes. */
export class Notices {
  readonly #shown = new Map<string, Shown>();

  /** To be called as the cell. */
  show(cell: string, place: string, notice: BranchNotice | undefined): void {
    const { run } = latestRunOf(cell);
    const shown = this.#shown.get(place);
    if (shown?.run === run) shown.handle.update(bundleOf(notice));
    else if (notice) this.#shown.set(place, { run, handle: display(bundleOf(notice), { raw: true }) });
  }
}

function bundleOf(notice: BranchNotice | undefined): Record<string, string> {
  if (!notice) return { 'text/plain': '', 'text/html': '' };
  const { name, error, passes } = notice;
  const { message, details } = failureOf(error);
  const title = passes ? `${name} waits` : `${name} has failed`;
  const kind = passes ? 'tm-trouble' : 'tm-failure';
  // The message speaks of record and cause; of the details only the place is not in it.
  const place = details.filter((line) => line.startsWith('at ')).map((line) => `    ${line}`);
  return {
    'text/plain': [`${title}: ${message}`, ...place].join('\n'),
    'text/html': `<div class="tm-said ${kind}"><strong>${escaped(title)}</strong><div>${escaped(message)}</div></div>`,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
