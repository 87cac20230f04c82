import { stopwatch } from '../time/stopwatch.ts';

interface Sample {
  /** ms of real time */
  readonly at: number;
  /** ms spent at work so far */
  readonly busy: number;
  readonly counts: Float64Array;
}

/** Rates over the last seconds. */
export interface Rates {
  readonly busyShare: number;
  /** Of a counter, by its index. */
  perSecond(index: number): number;
}

const SAMPLE_EVERY = 1_000;
const WINDOW = 5_000;

/** Measures how fast a lane counts and how much of the time it is at work: two looks at the clock a batch. */
export class LaneMeter {
  readonly #counts: Float64Array;
  readonly #clock: () => number;
  readonly #samples: Sample[] = [];
  #busy = 0;

  /** @param clock ms of real time */
  constructor(counts: Float64Array, clock: () => number = stopwatch) {
    this.#counts = counts;
    this.#clock = clock;
    this.#sample(clock());
  }

  /** Does a batch's work. */
  measure(work: () => void): void {
    const start = this.#clock();
    try {
      work();
    } finally {
      const end = this.#clock();
      this.#busy += end - start;
      if (end - this.#samples.at(-1)!.at >= SAMPLE_EVERY) this.#sample(end);
    }
  }

  rates(): Rates {
    const now = this.#clock();
    // Nothing was counted between the last sample and the work after it, so an old sample may stand for a later moment.
    const base = this.#samples.findLast(({ at }) => at <= now - WINDOW) ?? this.#samples[0]!;
    const elapsed = Math.min(now - base.at, Math.max(WINDOW, now - this.#after(base)));
    if (!(elapsed > 0)) return { busyShare: 0, perSecond: () => 0 };
    return {
      busyShare: Math.min(1, (this.#busy - base.busy) / elapsed),
      perSecond: (index) => ((this.#counts[index]! - base.counts[index]!) * 1_000) / elapsed,
    };
  }

  /** When the sample after `base` was taken, or now. */
  #after(base: Sample): number {
    return this.#samples[this.#samples.indexOf(base) + 1]?.at ?? this.#clock();
  }

  #sample(at: number): void {
    this.#samples.push({ at, busy: this.#busy, counts: this.#counts.slice() });
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - WINDOW) this.#samples.shift();
  }
}
