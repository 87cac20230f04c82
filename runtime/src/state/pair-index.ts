import { isPrimitiveKey, type PrimitiveKey } from './key.ts';

/** A key of two parts that compare by themselves: `['Berlin', 7]`. */
export type PairKey = readonly [PrimitiveKey, PrimitiveKey];

/** True for an array of two parts that a `Map` can hold as they are. */
export function isPairKey(key: unknown): key is PairKey {
  return Array.isArray(key) && key.length === 2 && isPrimitiveKey(key[0]) && isPrimitiveKey(key[1]);
}

/** The one pair of a first part. Where the second says more of the first (an id, a name), there is no other. */
class Only {
  readonly second: PrimitiveKey;
  readonly slot: number;

  constructor(second: PrimitiveKey, slot: number) {
    this.second = second;
    this.slot = slot;
  }
}

/** Slots of pairs, found part by part: making one text of both would cost several times as much. */
export class PairIndex {
  readonly #byFirst = new Map<PrimitiveKey, Only | Map<PrimitiveKey, number>>();

  get(key: PairKey): number | undefined {
    const found = this.#byFirst.get(key[0]);
    if (found === undefined) return undefined;
    if (found instanceof Map) return found.get(key[1]);
    return found.second === key[1] ? found.slot : undefined;
  }

  set(key: PairKey, slot: number): void {
    const [first, second] = key;
    const found = this.#byFirst.get(first);
    if (found instanceof Map) found.set(second, slot);
    else if (found === undefined || found.second === second) this.#byFirst.set(first, new Only(second, slot));
    else this.#byFirst.set(first, new Map([[found.second, found.slot], [second, slot]])); // prettier-ignore
  }

  delete(key: PairKey): void {
    const [first, second] = key;
    const found = this.#byFirst.get(first);
    if (found instanceof Map) {
      found.delete(second);
      if (found.size === 0) this.#byFirst.delete(first);
    } else if (found?.second === second) this.#byFirst.delete(first);
  }
}
