import { isPrimitiveKey, type PrimitiveKey } from './key.ts';

/** A key of two parts that compare by themselves: `['Berlin', 7]`. */
export type PairKey = readonly [PrimitiveKey, PrimitiveKey];

/** True for an array of two parts that a `Map` can hold as they are. */
export function isPairKey(key: unknown): key is PairKey {
  return Array.isArray(key) && key.length === 2 && isPrimitiveKey(key[0]) && isPrimitiveKey(key[1]);
}

/** Slots of pairs, found part by part: making one text of both would cost several times as much. */
export class PairIndex {
  readonly #byFirst = new Map<PrimitiveKey, Map<PrimitiveKey, number>>();

  get(key: PairKey): number | undefined {
    return this.#byFirst.get(key[0])?.get(key[1]);
  }

  set(key: PairKey, slot: number): void {
    let bySecond = this.#byFirst.get(key[0]);
    if (bySecond === undefined) this.#byFirst.set(key[0], (bySecond = new Map()));
    bySecond.set(key[1], slot);
  }

  delete(key: PairKey): void {
    const bySecond = this.#byFirst.get(key[0]);
    bySecond?.delete(key[1]);
    if (bySecond?.size === 0) this.#byFirst.delete(key[0]);
  }
}
