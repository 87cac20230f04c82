import type { KeyIndex } from './key-index.ts';

/**
 * State that can be asked for several keys at once before their records come. A processor fetches many pieces of memory
 * at the same time if it is asked for them in one go; record by record each one is waited for.
 */
export interface LookAhead {
  /** True once so much is kept that most of it lies outside of the processor's caches. */
  readonly pays: boolean;
  /** Has what is kept of the first `count` keys fetched; changes nothing. */
  fetch(keys: readonly unknown[], count: number): void;
}

/** Number of keys from which on it pays: the index of fewer lies in the caches that are close. */
export const PAYS_FROM = 250_000;

/** Fetches what lies in columns by slot. */
export class SlotFetch {
  readonly #slots: number[] = [];
  #count = 0;
  /** Objects that were there; without a trace of it nobody would fetch them. */
  #objects = 0;

  /** Looks up the first `count` keys. */
  find(index: KeyIndex, keys: readonly unknown[], count: number): void {
    const slots = this.#slots;
    for (let i = 0; i < count; i++) slots[i] = index.find(keys[i]);
    this.#count = count;
  }

  /** Reads what a column has for these keys. */
  read(column: readonly unknown[]): void {
    const slots = this.#slots;
    const count = this.#count;
    let objects = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if (slot >= 0 && slot < column.length && typeof column[slot] === 'object') objects++;
    }
    this.#objects += objects;
  }
}
