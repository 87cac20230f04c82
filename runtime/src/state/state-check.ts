import { stateNotStorable } from './state-errors.ts';
import { checkStorable } from './storable.ts';

/** So many values of each class are looked through, with all that they hold. */
const LOOKED_THROUGH = 8;

/**
 * Looks at what is put into one state, so that what no snapshot can hold is an error right then, and not when the next one is
 * taken: every primitive and the class of every object, and all of the first objects of each class. It costs a comparison.
 */
export class StateCheck {
  readonly #name: string;
  readonly #keyOf: () => unknown;
  /** How many values of a prototype have been looked through. */
  readonly #seen = new Map<unknown, number>();
  /** Constructors of objects that need not be looked at any more; of many the last two: a list and what is put into it take turns. */
  #settled: unknown = StateCheck;
  #settledBefore: unknown = StateCheck;

  /** @param keyOf the key that is current, `undefined` where state belongs to none */
  constructor(name: string, keyOf: () => unknown) {
    this.#name = name;
    this.#keyOf = keyOf;
  }

  /** @throws {TidemarkError} `not-storable`, which names the state and the key */
  look(value: unknown): void {
    if (typeof value === 'object') {
      if (value === null) return;
      const { constructor } = value;
      if (constructor === this.#settled || constructor === this.#settledBefore) return;
    } else if (typeof value !== 'function' && typeof value !== 'symbol') return;
    this.#lookThrough(value);
  }

  #lookThrough(value: unknown): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    const seen = this.#seen.get(prototype) ?? 0;
    if (seen < LOOKED_THROUGH) {
      checkStorable(value, 'value', (path, what) => {
        const key = this.#keyOf();
        return stateNotStorable(this.#name, key === undefined ? undefined : shownKey(key), path, what);
      });
      this.#seen.set(prototype, seen + 1);
      return;
    }
    const { constructor } = value as object;
    // Some objects have a field of that name.
    if (typeof constructor !== 'function' || constructor.prototype !== prototype) return;
    this.#settledBefore = this.#settled;
    this.#settled = constructor;
  }
}

/** Keys are primitives, or arrays and plain objects of them. */
function shownKey(key: unknown): string {
  if (typeof key === 'string') return `'${key}'`;
  if (typeof key !== 'object') return String(key);
  return JSON.stringify(key, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
}
