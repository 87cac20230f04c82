/**
 * Where one state of the current key (or of the current window of the current key) is kept. All kinds of state are
 * written against it, so that none knows how keys and windows are laid out.
 */
export interface StateCell {
  /** `undefined` if there is nothing. */
  get(): unknown;
  /** `undefined` removes it. */
  set(value: unknown): void;
}
