import { randomUUID } from 'node:crypto';
import { badBundle } from '../errors.ts';
import { isBundle, rawBundle, showValue } from '../display/show-value.ts';
import { currentCell } from './cell-context.ts';
import { userCall } from './host-section.ts';
import type { Shown } from './ipc.ts';
import { flushOutput } from './output.ts';
import { postToKernel } from './outbox.ts';

export interface DisplayOptions {
  /** Name by which the display is updated; one is made up when left out. */
  readonly id?: string;
  /** True when the value is a MIME bundle already. */
  readonly raw?: boolean;
}

/** What `display()` returns. */
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in the same place, wherever the display was. */
  update(value: unknown): void;
}

/** Displays whose bundle is still being made (an async `Jupyter.display`): a cell ends after them. */
const pending = new Set<Promise<void>>();

export async function displaysSettled(): Promise<void> {
  while (pending.size > 0) await Promise.all(pending);
}

/** Shows a value under the cell that calls it, and returns a handle to update it. */
export function display(value: unknown, options: DisplayOptions = {}): DisplayHandle {
  const id = options.id ?? randomUUID();
  const raw = options.raw === true;
  show(value, raw, id, false);
  return { id, update: (next) => show(next, raw, id, true) };
}

/** Removes what the cell has shown so far; with `wait`, only when the next output comes. */
export function clearOutput(wait = false): void {
  userCall(() => {
    flushOutput();
    postToKernel({ type: 'clear', run: currentCell().run, wait: Boolean(wait) });
  });
}

function show(value: unknown, raw: boolean, id: string, update: boolean): void {
  const { run } = currentCell();
  const post = (shown: Shown): void =>
    userCall(() => {
      flushOutput();
      postToKernel({ type: 'display', run, update, id, shown });
    });
  if (raw) {
    if (!isBundle(value)) throw badBundle(value);
    return post(rawBundle(value));
  }
  const shown = showValue(value);
  if (!(shown instanceof Promise)) return post(shown);
  const task: Promise<void> = shown.then(post).finally(() => pending.delete(task));
  pending.add(task);
}
