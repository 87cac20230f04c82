const INTERVAL_MS = 10;

/** A timer of 10 ms that is set again and again, and how late it came. */
export class TimerLateness {
  readonly #late: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    const due = performance.now() + INTERVAL_MS;
    this.#timer = setTimeout(() => {
      this.#late.push(performance.now() - due);
      this.start();
    }, INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** In ms; 0 if the timer never came. */
  percentile(share: number): number {
    const sorted = [...this.#late].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  }
}
