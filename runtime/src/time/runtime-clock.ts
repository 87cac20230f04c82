/** Where the engine reads the time, in epoch ms. */
export interface Clock {
  now(): number;
}

/**
 * The runtime's clock: real time that can be paused, sped up, and never runs backwards (law 11: nothing else in the
 * engine asks what time it is).
 */
export class RuntimeClock implements Clock {
  readonly #real: () => number;
  #realBase: number;
  #base: number;
  #speed = 1;
  #paused = false;

  /**
   * @param options.real the clock underneath, epoch ms; the machine's by default
   * @param options.notBefore the clock starts no earlier than this, so that stamps of a restored timeline stay in order
   */
  constructor(options: { real?: () => number; notBefore?: number } = {}) {
    this.#real = options.real ?? Date.now;
    this.#realBase = this.#real();
    this.#base = Math.max(this.#realBase, options.notBefore ?? Number.MIN_SAFE_INTEGER);
  }

  now(): number {
    if (this.#paused) return this.#base;
    const elapsed = Math.max(0, this.#real() - this.#realBase);
    return Math.floor(this.#base + elapsed * this.#speed);
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#rebase();
    this.#paused = true;
  }

  resume(): void {
    this.#rebase();
    this.#paused = false;
  }

  /** Lets a paused clock jump to a later time: a step to when something is due. */
  advanceTo(time: number): void {
    if (this.#paused && time > this.#base) this.#base = Math.ceil(time);
  }

  /** Puts a paused clock back, with all that it has driven since (law 7). */
  setBack(time: number): void {
    if (this.#paused && time < this.#base) this.#base = time;
  }

  get speed(): number {
    return this.#speed;
  }

  /** @param speed a factor above 0; 2 makes a second of the clock last half a real second */
  setSpeed(speed: number): void {
    if (!(speed > 0) || !Number.isFinite(speed))
      throw new RangeError(`speed must be a number above 0, not ${String(speed)}`);
    this.#rebase();
    this.#speed = speed;
  }

  /** Real ms until the clock shows `time`; 0 when it does already, `Infinity` while paused. */
  realDelayUntil(time: number): number {
    if (this.#paused) return Infinity;
    return Math.max(0, (time - this.now()) / this.#speed);
  }

  #rebase(): void {
    const now = this.now();
    this.#realBase = this.#real();
    this.#base = now;
  }
}
