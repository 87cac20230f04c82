import { KeySelector } from '../operators/key-selector.ts';
import type { Operator } from '../operators/operator.ts';
import { keyIdentity, type PrimitiveKey } from '../state/key.ts';

interface HeldRecord {
  readonly input: number;
  readonly value: unknown;
  readonly timestamp: number | undefined;
}

interface HeldKey {
  readonly key: unknown;
  readonly records: HeldRecord[];
}

/** What a sorter holds, in a cut. */
export type KeySorterSnapshot = readonly HeldKey[];

/**
 * In batch mode: holds the records of a keyed operator until its input has ended, then hands them over key by key, each
 * key's in the order of their timestamps. What waits for the end of event time fires after each key, so that the operator
 * is about one at a time; timers of the clock, which does not go back, fire at the end of all. Keys come in the order of their first records.
 */
export class KeySorter {
  readonly #operator: Operator;
  readonly #keys = new Map<PrimitiveKey, HeldKey>();

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  /** Takes a record of that input; one that is broadcast goes through at once, before all that is keyed. */
  add(input: number, value: unknown, timestamp: number | undefined): void {
    const selector = this.#operator.partitioning(input);
    if (!(selector instanceof KeySelector)) {
      this.#operator.processInput(input, undefined, value, timestamp);
      return;
    }
    const key = selector.keyOf(value);
    const identity = keyIdentity(key);
    let held = this.#keys.get(identity);
    if (held === undefined) this.#keys.set(identity, (held = { key, records: [] }));
    held.records.push({ input, value, timestamp });
  }

  /**
   * The input has ended.
   * @returns false if it was left in the middle: it is to be called again
   */
  release(mustStop: () => boolean): boolean {
    const operator = this.#operator;
    for (const [identity, { key, records }] of this.#keys) {
      this.#keys.delete(identity);
      // Sorting is stable: what has one timestamp, or none, stays as it came.
      records.sort((a, b) => (a.timestamp ?? -Infinity) - (b.timestamp ?? -Infinity) || 0);
      for (const { input, value, timestamp } of records) {
        operator.failedRecord = value;
        operator.processInput(input, key, value, timestamp);
      }
      operator.failedRecord = undefined;
      operator.endOfKey();
      if (mustStop()) return false;
    }
    return true;
  }

  snapshot(): KeySorterSnapshot {
    return [...this.#keys.values()];
  }

  restore(snapshot: KeySorterSnapshot): void {
    for (const held of snapshot) this.#keys.set(keyIdentity(held.key), held);
  }
}
