import type { RecordOrigin } from './view.ts';

/** The rows that records leave, in order of arrival: a change of a table acts on its row, any other record is a row of its own. */
export class ChangingRows {
  readonly #rows = new Map<string, unknown>();
  #others = 0;

  add(value: unknown, origin: RecordOrigin | undefined): void {
    if (origin?.change === undefined) {
      this.#rows.set(`record ${this.#others++}`, value);
      return;
    }
    const base = `row ${String(origin.key)}`;
    if (origin.change === 'replace') {
      this.#rows.set(base, value);
      return;
    }
    // Equal rows are told apart by how many there are.
    let copies = 0;
    while (this.#rows.has(copyId(base, copies))) copies++;
    if (origin.change === 'add') this.#rows.set(copyId(base, copies), value);
    else if (copies > 0) this.#rows.delete(copyId(base, copies - 1));
  }

  values(): unknown[] {
    return [...this.#rows.values()];
  }
}

function copyId(base: string, copy: number): string {
  return copy === 0 ? base : `${base} #${copy}`;
}
