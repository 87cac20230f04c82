import { inspect } from 'node:util';
import type { Bundle } from '../session/ipc.ts';
import { htmlTable } from './table.ts';

const DISPLAY = Symbol.for('Jupyter.display');

/** What a magic lists: rows as a table, or a line that says why there are none. */
export class RowTable {
  readonly #rows: readonly Readonly<Record<string, unknown>>[];
  readonly #none: string;

  /** @param none what is shown instead of no rows */
  constructor(rows: readonly Readonly<Record<string, unknown>>[], none: string) {
    this.#rows = rows;
    this.#none = none;
  }

  [DISPLAY](): Bundle {
    return this.bundle();
  }

  /** As text and as HTML. */
  bundle(): Bundle {
    if (this.#rows.length === 0) return { 'text/plain': this.#none };
    return { 'text/plain': this.#text(), 'text/html': htmlTable(this.#rows) };
  }

  #text(): string {
    const names = [...new Set(this.#rows.flatMap((row) => Object.keys(row)))];
    const numeric = names.map((name) => this.#rows.every((row) => typeof row[name] === 'number'));
    const lines = [names, ...this.#rows.map((row) => names.map((name) => textOf(row[name])))];
    const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
    const aligned = (text: string, at: number): string =>
      numeric[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0);
    return lines.map((line) => line.map(aligned).join('  ').trimEnd()).join('\n');
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity });
}
