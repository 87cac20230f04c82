import { keyIdentity, type PrimitiveKey } from './key.ts';

const INITIAL_CAPACITY = 16;

/**
 * Gives every key a slot: a small number that columns of state are indexed by. 32-bit integers are found by open
 * addressing in a typed array, which at a million keys costs a quarter of a `Map`; other keys by a `Map`.
 */
export class KeyIndex {
  /** Keys by slot; a free slot holds `undefined`. */
  readonly keys: unknown[] = [];
  // Pairs of key and slot + 1; 0 marks an empty place.
  #table = new Int32Array(2 * INITIAL_CAPACITY);
  #shift = 32 - Math.log2(INITIAL_CAPACITY);
  #integers = 0;
  #others: Map<PrimitiveKey, number> | undefined;
  readonly #free: number[] = [];

  /** Number of keys held. */
  get size(): number {
    return this.keys.length - this.#free.length;
  }

  /** The key's slot, −1 if it has none. */
  find(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const table = this.#table;
      const mask = table.length - 1;
      let at = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
      for (;;) {
        const slot = table[at + 1]!;
        if (slot === 0) return -1;
        if (table[at] === key) return slot - 1;
        at = (at + 2) & mask;
      }
    }
    return this.#others?.get(keyIdentity(key)) ?? this.#absent(key);
  }

  /** The key's slot, a new one if it has none. */
  slotOf(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const table = this.#table;
      const mask = table.length - 1;
      let at = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
      for (;;) {
        const slot = table[at + 1]!;
        if (slot === 0) return this.#addInteger(key, at);
        if (table[at] === key) return slot - 1;
        at = (at + 2) & mask;
      }
    }
    return this.#otherSlot(key);
  }

  /** Frees the key's slot for another key. */
  delete(key: unknown): void {
    const slot = this.find(key);
    if (slot < 0) return;
    if (typeof key === 'number' && (key | 0) === key) this.#deleteInteger(key);
    else this.#others?.delete(keyIdentity(key));
    this.keys[slot] = undefined;
    this.#free.push(slot);
  }

  #absent(key: unknown): number {
    keyIdentity(key);
    return -1;
  }

  #otherSlot(key: unknown): number {
    this.#others ??= new Map();
    const identity = keyIdentity(key);
    let slot = this.#others.get(identity);
    if (slot === undefined) this.#others.set(identity, (slot = this.#newSlot(key)));
    return slot;
  }

  #newSlot(key: unknown): number {
    const slot = this.#free.pop() ?? this.keys.length;
    this.keys[slot] = key;
    return slot;
  }

  #addInteger(key: number, at: number): number {
    const slot = this.#newSlot(key);
    this.#table[at] = key;
    this.#table[at + 1] = slot + 1;
    if (++this.#integers * 4 > this.#table.length) this.#grow();
    return slot;
  }

  #deleteInteger(key: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (table[hole] !== key || table[hole + 1] === 0) hole = (hole + 2) & mask;
    this.#integers--;
    // Later keys of the same run move up, so that no search ends at the hole before it has found them.
    for (let at = (hole + 2) & mask; table[at + 1] !== 0; at = (at + 2) & mask) {
      const home = (Math.imul(table[at]!, 0x9e3779b1) >>> this.#shift) << 1;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at]!;
        table[hole + 1] = table[at + 1]!;
        hole = at;
      }
    }
    table[hole + 1] = 0;
  }

  #grow(): void {
    const old = this.#table;
    const table = new Int32Array(old.length * 2);
    const mask = table.length - 1;
    this.#shift--;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let at = (Math.imul(old[from]!, 0x9e3779b1) >>> this.#shift) << 1;
      while (table[at + 1] !== 0) at = (at + 2) & mask;
      table[at] = old[from]!;
      table[at + 1] = old[from + 1]!;
    }
    this.#table = table;
  }
}
