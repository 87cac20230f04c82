import type { StateCell } from './state-cell.ts';
import type { Ttl, TtlEntry } from './ttl.ts';

/** A cell whose value expires, as a whole. */
export class TtlCell implements StateCell {
  readonly #cell: StateCell;
  readonly #ttl: Ttl;

  constructor(cell: StateCell, ttl: Ttl) {
    this.#cell = cell;
    this.#ttl = ttl;
  }

  get(): unknown {
    const entry = this.#cell.get() as TtlEntry | undefined;
    if (entry === undefined) return undefined;
    const ttl = this.#ttl;
    if (ttl.expired(entry)) {
      this.#cell.set(undefined);
      return ttl.returnsExpired ? entry.value : undefined;
    }
    if (ttl.refreshesOnRead) this.#cell.set(ttl.entry(entry.value));
    return entry.value;
  }

  look(value: unknown): void {
    this.#cell.look(value);
  }

  set(value: unknown): void {
    this.#cell.look(value);
    this.#cell.set(value === undefined ? undefined : this.#ttl.entry(value));
  }
}
