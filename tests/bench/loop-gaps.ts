/**
 * How long the event loop was away between two of its turns. A timer would not tell: one of 10 ms that is set before a slice of
 * 10 ms comes on time.
 */
export class LoopGaps {
  readonly #gaps: number[] = [];
  #immediate: NodeJS.Immediate | undefined;

  start(): void {
    let last = performance.now();
    const turn = (): void => {
      const now = performance.now();
      this.#gaps.push(now - last);
      last = now;
      this.#immediate = setImmediate(turn);
    };
    this.#immediate = setImmediate(turn);
  }

  /** @returns the gaps, ms */
  stop(): readonly number[] {
    clearImmediate(this.#immediate);
    return this.#gaps;
  }
}
