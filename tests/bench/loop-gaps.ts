/** How long the event loop was away between two of its turns. */
export class LoopGaps {
  readonly #gaps: number[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #last = 0;

  start(): void {
    this.#last = performance.now();
    const turn = (): void => {
      this.#count();
      this.#immediate = setImmediate(turn);
    };
    this.#immediate = setImmediate(turn);
  }

  /** @returns the gaps so far, ms; the last one has lasted until now */
  stop(): readonly number[] {
    clearImmediate(this.#immediate);
    this.#count();
    return this.#gaps;
  }

  #count(): void {
    const now = performance.now();
    this.#gaps.push(now - this.#last);
    this.#last = now;
  }
}

/**
 * How late a timer comes that falls due at any moment, ms, for so large a share of all moments. It is reckoned, not measured with one: a
 * timer of 10 ms that is set before a slice of 10 ms is due when the slice ends, so that it comes on time, and one
 * that is set again when it comes falls due in a long gap no more often than in a short one.
 */
export function timerLateness(gaps: readonly number[], share: number): number {
  const longest = [...gaps].sort((a, b) => b - a);
  // Of a gap, so much as is longer than what is asked for is time in which a timer comes later than that.
  const later = longest.reduce((sum, gap) => sum + gap, 0) * (1 - share);
  let sum = 0;
  for (const [at, gap] of longest.entries()) {
    sum += gap;
    const lateness = (sum - later) / (at + 1);
    if (lateness >= (longest[at + 1] ?? 0)) return Math.max(0, lateness);
  }
  return 0;
}
