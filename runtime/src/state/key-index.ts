import { keyIdentity, type PrimitiveKey } from './key.ts';
import { PAYS_FROM } from './look-ahead.ts';
import { isPairKey, PairIndex } from './pair-index.ts';

const INITIAL_CAPACITY = 16;
const { imul } = Math;

/**
 * Gives every key a slot: a small number that columns of state are indexed by. 32-bit integers are found by open
 * addressing in a typed array, which at a million keys costs a quarter of a `Map`; pairs part by part, other keys by a
 * `Map`.
 */
export class KeyIndex {
  /** Keys by slot; a free slot holds `undefined`. */
  keys: unknown[] = [];
  // Pairs of key and slot + 1; 0 marks an empty place.
  #table = new Int32Array(2 * INITIAL_CAPACITY);
  #shift = 32 - Math.log2(INITIAL_CAPACITY);
  #integers = 0;
  #pairs: PairIndex | undefined;
  #others: Map<PrimitiveKey, number> | undefined;
  readonly #free: number[] = [];

  /** Number of keys held. */
  get size(): number {
    return this.keys.length - this.#free.length;
  }

  /** True once it pays to look for several keys ahead. A `Map` would be asked twice, one key after the other. */
  get pays(): boolean {
    return this.#integers > PAYS_FROM;
  }

  /** Number of keys that are 32-bit integers. */
  get integers(): number {
    return this.#integers;
  }

  /** Makes room for so many 32-bit integers at once, before there is any key: growing to a million of them bit by bit takes tens of ms. */
  reserve(integers: number): void {
    let { length } = this.#table;
    while (integers * 4 > length) length *= 2;
    if (length === this.#table.length) return;
    this.#table = new Int32Array(length);
    this.#shift = 33 - Math.log2(length);
  }

  /** The key's slot, −1 if it has none. */
  find(key: unknown): number {
    // Short, and so are those it calls for other keys: the compiler inlines so many bytes into a chain and no more.
    if (typeof key !== 'number' || (key | 0) !== key) return this.#findOther(key);
    const table = this.#table;
    let at = (imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    for (;;) {
      const slot = table[at + 1]!;
      if (slot === 0 || table[at] === key) return slot - 1;
      at = (at + 2) & (table.length - 1);
    }
  }

  /** The key's slot, a new one if it has none. */
  slotOf(key: unknown): number {
    if (typeof key !== 'number' || (key | 0) !== key) return this.#otherSlot(key);
    const table = this.#table;
    let at = (imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    for (;;) {
      const slot = table[at + 1]!;
      if (slot === 0) return this.#addInteger(key, at);
      if (table[at] === key) return slot - 1;
      at = (at + 2) & (table.length - 1);
    }
  }

  /** Frees the key's slot for another key. */
  delete(key: unknown): void {
    const slot = this.find(key);
    if (slot < 0) return;
    if (typeof key === 'number' && (key | 0) === key) this.#deleteInteger(key);
    else if (isPairKey(key)) this.#pairs?.delete(key);
    else this.#others?.delete(keyIdentity(key));
    this.keys[slot] = undefined;
    this.#free.push(slot);
  }

  /** Takes over keys by slot, no two alike, `undefined` where a slot is free; before there is any key. */
  restore(keys: unknown[]): void {
    this.keys = keys;
    let integers = 0;
    for (let slot = 0; slot < keys.length; slot++) if (isInteger(keys[slot])) integers++;
    this.reserve(integers);
    this.#integers = integers;
    const table = this.#table;
    const mask = table.length - 1;
    // Slots are taken from the end: the lowest free one is used first.
    for (let slot = keys.length - 1; slot >= 0; slot--) {
      const key = keys[slot];
      if (isInteger(key)) {
        let at = (imul(key, 0x9e3779b1) >>> this.#shift) << 1;
        while (table[at + 1] !== 0) at = (at + 2) & mask;
        table[at] = key;
        table[at + 1] = slot + 1;
      } else if (key === undefined) this.#free.push(slot);
      else if (isPairKey(key)) (this.#pairs ??= new PairIndex()).set(key, slot);
      else (this.#others ??= new Map()).set(keyIdentity(key), slot);
    }
  }

  #findOther(key: unknown): number {
    if (isPairKey(key)) return this.#pairs?.get(key) ?? -1;
    const identity = keyIdentity(key);
    return this.#others?.get(identity) ?? -1;
  }

  #otherSlot(key: unknown): number {
    if (isPairKey(key)) {
      this.#pairs ??= new PairIndex();
      let slot = this.#pairs.get(key);
      if (slot === undefined) this.#pairs.set(key, (slot = this.#newSlot(key)));
      return slot;
    }
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

/** True for 32-bit integers. */
function isInteger(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) === key;
}
