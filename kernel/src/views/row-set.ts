import type { ViewRow } from '../protocol/index.ts';

/** What changed in a `RowSet` since the last take: first `remove`, then `upsert`, and the rows are in the same order. */
export interface RowChanges {
  readonly reset: boolean;
  readonly upsert: ViewRow[];
  readonly remove: string[];
}

/** Rows by id, `limit` at most, in order of first arrival, with the changes since the last take. The oldest go first. */
export class RowSet {
  readonly #rows = new Map<string, ViewRow>();
  readonly #limit: number;
  readonly #dress: (row: ViewRow) => ViewRow;
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #reset = true;

  /** @param dress adds to every row that is put what is not the row's own */
  constructor(limit = Number.POSITIVE_INFINITY, dress: (row: ViewRow) => ViewRow = (row) => row) {
    this.#limit = Math.max(1, limit);
    this.#dress = dress;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): ViewRow | undefined {
    return this.#rows.get(id);
  }

  values(): IterableIterator<ViewRow> {
    return this.#rows.values();
  }

  put(row: ViewRow): void {
    this.#rows.set(row._id, this.#dress(row));
    this.#changed.add(row._id);
    if (this.#rows.size > this.#limit) this.#trim();
  }

  /** Dresses every row anew; those that look otherwise then have changed. */
  redress(): void {
    for (const [id, row] of this.#rows) {
      const dressed = this.#dress(row);
      if (dressed === row) continue;
      this.#rows.set(id, dressed);
      this.#changed.add(id);
    }
  }

  delete(id: string): void {
    if (!this.#rows.delete(id)) return;
    this.#changed.delete(id);
    if (!this.#reset) this.#removed.add(id);
  }

  clear(): void {
    this.#rows.clear();
    this.requestReset();
  }

  /** The next changes are all rows. */
  requestReset(): void {
    this.#reset = true;
    this.#changed.clear();
    this.#removed.clear();
  }

  get changed(): boolean {
    return this.#reset || this.#changed.size > 0 || this.#removed.size > 0;
  }

  take(): RowChanges | undefined {
    if (!this.changed) return undefined;
    const upsert = this.#reset ? [...this.#rows.values()] : this.#changedRows();
    const changes = { reset: this.#reset, upsert, remove: [...this.#removed] };
    this.#reset = false;
    this.#changed.clear();
    this.#removed.clear();
    return changes;
  }

  #changedRows(): ViewRow[] {
    const rows: ViewRow[] = [];
    for (const id of this.#changed) {
      const row = this.#rows.get(id);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  #trim(): void {
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= this.#limit) return;
      this.delete(id);
    }
  }
}
