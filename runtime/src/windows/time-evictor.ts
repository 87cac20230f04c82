import { toMillis, type DurationLike } from '../time/duration.ts';
import { SimpleEvictor, type TimestampedValue } from './evictor.ts';

/** Keeps records that are less than a duration older than the newest; evicts nothing where timestamps are missing. */
export class TimeEvictor extends SimpleEvictor {
  readonly #size: number;

  private constructor(size: number, doAfter: boolean) {
    super(doAfter);
    this.#size = size;
  }

  /**
   * Keeps the records less than `size` older than the newest; `doAfter` evicts after the function is applied in
   * place of before.
   * @example
   * const recent = orders
   *   .windowAll(TumblingEventTimeWindows.of('20 s'))
   *   .evictor(TimeEvictor.of('5 s'));
   * await recent.sum(({ amount }) => amount).executeAndCollect(); // → [6]
   */
  static of(size: DurationLike, doAfter = false): TimeEvictor {
    return new TimeEvictor(toMillis(size), doAfter);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { evictor: 'TimeEvictor', size: this.#size, doAfter: this.doAfter };
  }

  protected evict(elements: TimestampedValue<unknown>[]): void {
    if (elements[0]?.timestamp === undefined) return;
    let newest = -Infinity;
    for (const { timestamp } of elements)
      if (timestamp !== undefined && timestamp > newest) newest = timestamp;
    const cutoff = newest - this.#size;
    this.keep(elements, ({ timestamp }) => timestamp !== undefined && timestamp > cutoff);
  }
}
