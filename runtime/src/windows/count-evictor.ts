import { badArgument } from '../errors.ts';
import { SimpleEvictor, type TimestampedValue } from './evictor.ts';

/** Keeps the last `n` records. */
export class CountEvictor extends SimpleEvictor {
  readonly #n: number;

  private constructor(n: number, doAfter: boolean) {
    super(doAfter);
    if (!Number.isSafeInteger(n) || n < 0) {
      throw badArgument(
        'count',
        n,
        'A count must be a whole number ≥ 0.',
        'Give the number of records to keep.',
      );
    }
    this.#n = n;
  }

  /**
   * Keeps the last `n` records; `doAfter` evicts after the function is applied in place of before.
   * @throws {TidemarkError} `bad-argument` unless n is a whole number ≥ 0.
   * @example
   * const lastTwo = orders.windowAll(TumblingEventTimeWindows.of('20 s')).evictor(CountEvictor.of(2));
   * await lastTwo.sum(({ amount }) => amount).executeAndCollect(); // → [6]
   */
  static of(n: number, doAfter = false): CountEvictor {
    return new CountEvictor(n, doAfter);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { evictor: 'CountEvictor', n: this.#n, doAfter: this.doAfter };
  }

  protected evict(elements: TimestampedValue<unknown>[]): void {
    if (elements.length > this.#n) elements.splice(0, elements.length - this.#n);
  }
}
