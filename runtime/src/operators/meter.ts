import { badArgument } from '../errors.ts';
import { stopwatch } from '../time/stopwatch.ts';

/** How often something happens. */
export interface Meter {
  /** It has happened, `n` times. Default: once. */
  markEvent(n?: number): void;
  /** How often a second, over the last while. */
  getRate(): number;
  /** How often since its job began. */
  getCount(): number;
}

const BUCKETS = 12;

/**
 * The average rate a second over a span of real time, or since it was made while that is shorter. What comes of a stream
 * must not hang on it: in a replay the same records come at another rate.
 * @example
 * class Rate extends ProcessFunction<{ amount: number }, { amount: number }> {
 *   processElement(order: { amount: number }) {
 *     this.getRuntimeContext().getMetricGroup().meter('orders', new MeterView(10)).markEvent();
 *     return [order];
 *   }
 * }
 * orders.process(() => new Rate()).print();
 */
export class MeterView implements Meter {
  readonly #bucketLength: number;
  readonly #clock: () => number;
  readonly #start: number;
  /** What was counted in each twelfth of the span; the one for now is at `#bucket` modulo their number. */
  readonly #counts = new Float64Array(BUCKETS);
  #bucket = 0;
  #count = 0;

  /**
   * @param timeSpanInSeconds in seconds, as Flink has it; above 0
   * @param clock ms of real time
   * @throws {TidemarkError} `bad-argument` for a span that is not above 0.
   */
  constructor(timeSpanInSeconds = 60, clock: () => number = stopwatch) {
    if (!(timeSpanInSeconds > 0 && Number.isFinite(timeSpanInSeconds))) {
      throw badArgument(
        'timeSpanInSeconds',
        timeSpanInSeconds,
        'It must be a number above 0.',
        'Give seconds, such as 60.',
      );
    }
    this.#bucketLength = (timeSpanInSeconds * 1_000) / BUCKETS;
    this.#clock = clock;
    this.#start = clock();
  }

  markEvent(n = 1): void {
    this.#advance();
    this.#counts[this.#bucket % BUCKETS]! += n;
    this.#count += n;
  }

  getRate(): number {
    const elapsed = this.#advance();
    const first = Math.max(0, this.#bucket - BUCKETS + 1);
    const covered = elapsed - first * this.#bucketLength;
    const counted = this.#counts.reduce((sum, count) => sum + count, 0);
    return covered > 0 ? (counted * 1_000) / covered : 0;
  }

  getCount(): number {
    return this.#count;
  }

  /** Lets go of what is older than the span; returns the ms since the start. */
  #advance(): number {
    const elapsed = this.#clock() - this.#start;
    const bucket = Math.floor(elapsed / this.#bucketLength);
    for (let gone = Math.min(BUCKETS, bucket - this.#bucket); gone > 0; gone--)
      this.#counts[(bucket - gone + 1) % BUCKETS] = 0;
    this.#bucket = Math.max(bucket, this.#bucket);
    return elapsed;
  }
}
