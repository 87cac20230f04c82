import { badProgress } from '../errors.ts';
import { display, type DisplayHandle } from './display-api.ts';

/** Ms between two updates of a bar; the last one is always shown. */
const EVERY_MS = 50;

/** A bar under the cell that made it. */
export interface ProgressBar {
  readonly value: number;
  /** Goes to a number of steps done. */
  update(value: number): void;
  /** Goes on by some steps; 1 by default. */
  advance(steps?: number): void;
}

/**
 * Shows a progress bar under the cell. Given a number of steps it returns the bar, to be moved by hand; given a list it
 * returns the list's items, and the bar moves as they are taken.
 * @throws {KernelError} `bad-progress` unless it is given a number above 0 or something to iterate over
 */
export function progress(of: unknown, label = ''): ProgressBar | Generator<unknown> {
  if (typeof of === 'number' && of > 0 && Number.isFinite(of)) return new Bar(of, String(label));
  if (typeof of === 'object' && of !== null && Symbol.iterator in of) {
    const items = [...(of as Iterable<unknown>)];
    return through(items, new Bar(items.length, String(label)));
  }
  throw badProgress(of);
}

function* through(items: readonly unknown[], bar: Bar): Generator<unknown> {
  for (const item of items) {
    yield item;
    bar.advance();
  }
}

class Bar implements ProgressBar {
  readonly #total: number;
  readonly #label: string;
  readonly #handle: DisplayHandle;
  #value = 0;
  #shownAt: number;

  constructor(total: number, label: string) {
    this.#total = total;
    this.#label = label;
    this.#handle = display(this.#bundle(), { raw: true });
    this.#shownAt = performance.now();
  }

  get value(): number {
    return this.#value;
  }

  update(value: number): void {
    const before = this.#value;
    this.#value = Math.min(this.#total, Math.max(0, Number(value) || 0));
    const now = performance.now();
    const done = this.#value === this.#total && before !== this.#total;
    if (!done && now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#handle.update(this.#bundle());
  }

  advance(steps = 1): void {
    this.update(this.#value + steps);
  }

  #bundle(): Record<string, string> {
    const percent = this.#total === 0 ? 100 : Math.floor((100 * this.#value) / this.#total);
    const count = `${this.#value.toLocaleString('en')} of ${this.#total.toLocaleString('en')} (${percent}%)`;
    const text = this.#label === '' ? count : `${this.#label}: ${count}`;
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return {
      'text/plain': text,
      'text/html': `<progress max="${this.#total || 1}" value="${this.#total === 0 ? 1 : this.#value}"></progress> ${escaped}`,
    };
  }
}
