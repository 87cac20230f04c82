import { StateCheck } from './state-check.ts';
import type { DescribedState } from './state-schema.ts';

/**
 * Where one state of the current key (or of the current window of the current key) is kept. All kinds of state are
 * written against it, so that none knows how keys and windows are laid out.
 */
export interface StateCell {
  /** `undefined` if there is nothing. */
  get(): unknown;
  /** `undefined` removes it. */
  set(value: unknown): void;
  /**
   * Looks at what is about to be put into what the cell holds; `set` looks at the first value of a key by itself.
   * @throws {TidemarkError} `not-storable`
   */
  look(value: unknown): void;
  /**
   * Says what the cell holds from now on, and makes that of what it was restored with; absent where nothing is.
   * @throws {TidemarkError} `state-version-differs`, `state-kind-differs`, `state-type-differs`
   */
  describe?(state: DescribedState): void;
}

/**
 * A cell that keeps its value in a map, with those of other states.
 * @param held the map of what is current; made if there is something to put into it
 * @param keyOf the key that is current, for errors
 */
export function cellIn(
  name: string,
  held: (make: boolean) => Map<string, unknown> | undefined,
  keyOf: () => unknown = () => undefined,
): StateCell {
  const check = new StateCheck(name, keyOf);
  return {
    get: () => held(false)?.get(name),
    set: (value) => {
      check.look(value);
      if (value === undefined) held(false)?.delete(name);
      else held(true)!.set(name, value);
    },
    look: (value) => check.look(value),
  };
}
