import type { Window } from './window.ts';

/** A record in a window, with its timestamp (epoch ms) if it has one. */
export interface TimestampedValue<T> {
  /** The record. */
  readonly value: T;
  /** Its event time in epoch ms; `undefined` if it has none. */
  readonly timestamp: number | undefined;
}

/** What an evictor may ask. Times are epoch ms. */
export interface EvictorContext {
  /** The watermark of the operator; `MIN_TIMESTAMP` before any. */
  getCurrentWatermark(): number;
  /** The runtime's clock. */
  getCurrentProcessingTime(): number;
}

/**
 * Drops records from a window before or after its function is applied.
 * @example
 * class NoNegatives extends Evictor<number> {
 *   evictBefore(elements: TimestampedValue<number>[]) {
 *     elements.splice(0, elements.length, ...elements.filter(({ value }) => value >= 0));
 *   }
 *   evictAfter() {}
 * }
 * const sums = env.fromData(1, -5, 2).countWindowAll(3).evictor(new NoNegatives()).sum(0);
 * await sums.executeAndCollect(); // → [3]
 */
export abstract class Evictor<T = unknown, W extends Window = Window> {
  /** Removes from `elements` what the function is not to see. */
  abstract evictBefore(elements: TimestampedValue<T>[], window: W, context: EvictorContext): void;
  /** Removes from `elements` what the next firing is not to see. */
  abstract evictAfter(elements: TimestampedValue<T>[], window: W, context: EvictorContext): void;

  /** Plain data of it, for the fingerprint. */
  get parameters(): Readonly<Record<string, unknown>> {
    return { evictor: this.constructor.name };
  }

  /** The user's functions in it, for the fingerprint. */
  get functions(): readonly unknown[] {
    return [];
  }
}

/** An evictor that does the same thing either before or after. */
export abstract class SimpleEvictor<T = unknown> extends Evictor<T> {
  protected readonly doAfter: boolean;

  constructor(doAfter: boolean) {
    super();
    this.doAfter = doAfter;
  }

  protected abstract evict(elements: TimestampedValue<T>[]): void;

  evictBefore(elements: TimestampedValue<T>[]): void {
    if (!this.doAfter) this.evict(elements);
  }

  evictAfter(elements: TimestampedValue<T>[]): void {
    if (this.doAfter) this.evict(elements);
  }

  /** Removes all but those that pass, in place. */
  protected keep(elements: TimestampedValue<T>[], passes: (element: TimestampedValue<T>) => boolean): void {
    let kept = 0;
    for (const element of elements) if (passes(element)) elements[kept++] = element;
    elements.length = kept;
  }
}
