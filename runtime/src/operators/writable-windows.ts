/** A window of a key, with what it is to hold: an accumulator, or the list of its records. */
export interface WindowToWrite {
  readonly key: unknown;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

/** An operator whose windows can be written from data, before it has had a record. */
export interface WritableWindows {
  /**
   * Opens a window with these contents, and with the timers that it would have.
   * @throws {TidemarkError} `bad-argument` for one that is none of its assigner's; `unsupported` if its trigger keeps more than timers
   */
  writeWindow(window: WindowToWrite): void;
}

export function hasWritableWindows(operator: object): operator is WritableWindows {
  return 'writeWindow' in operator;
}
