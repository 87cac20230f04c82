/** Tells when a stream has been silent for longer than a timeout (ms). It counts from the first check without records. */
export class IdlenessTimer {
  readonly #timeout: number;
  #records = 0;
  #checked = 0;
  #silentSince: number | undefined;

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** A record was seen. */
  activity(): void {
    this.#records++;
  }

  /** True if, at `now`, the stream is idle. */
  check(now: number): boolean {
    if (this.#records !== this.#checked) {
      this.#checked = this.#records;
      this.#silentSince = undefined;
      return false;
    }
    if (this.#silentSince === undefined) {
      this.#silentSince = now;
      return false;
    }
    return now - this.#silentSince > this.#timeout;
  }

  snapshot(): unknown {
    return [this.#records, this.#checked, this.#silentSince];
  }

  restore(state: unknown): void {
    if (!Array.isArray(state)) return;
    this.#records = state[0] as number;
    this.#checked = state[1] as number;
    this.#silentSince = state[2] as number | undefined;
  }
}
