import type { DeltaFunction } from './delta-trigger.ts';
import { SimpleEvictor, type TimestampedValue } from './evictor.ts';

/** Evicts records whose distance to the last one is at least a threshold. */
export class DeltaEvictor<T> extends SimpleEvictor<T> {
  readonly #threshold: number;
  readonly #delta: DeltaFunction<T>;

  private constructor(threshold: number, delta: DeltaFunction<T>, doAfter: boolean) {
    super(doAfter);
    this.#threshold = threshold;
    this.#delta = delta;
  }

  /**
   * Evicts the records for which `delta` to the last one is at least `threshold`; `doAfter` evicts after the
   * function is applied in place of before.
   * @example
   * const near = orders
   *   .windowAll(TumblingEventTimeWindows.of('20 s'))
   *   .evictor(DeltaEvictor.of(2, (order, last) => Math.abs(order.amount - last.amount)));
   * await near.sum(({ amount }) => amount).executeAndCollect(); // → [5]
   */
  static of<T>(threshold: number, delta: DeltaFunction<T>, doAfter = false): DeltaEvictor<T> {
    return new DeltaEvictor(threshold, delta, doAfter);
  }

  override get parameters(): Readonly<Record<string, unknown>> {
    return { evictor: 'DeltaEvictor', threshold: this.#threshold, doAfter: this.doAfter };
  }

  override get functions(): readonly unknown[] {
    return [this.#delta];
  }

  protected evict(elements: TimestampedValue<T>[]): void {
    const last = elements.at(-1);
    if (last === undefined) return;
    this.keep(elements, ({ value }) => !(this.#delta(value, last.value) >= this.#threshold));
  }
}
