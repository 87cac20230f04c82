import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { Evictor, EvictorContext, TimestampedValue } from '../windows/evictor.ts';
import type { Window } from '../windows/window.ts';

type AnyAggregate = AggregateFunction<unknown, unknown, unknown>;

/** How a window holds what came into it, and what its function is given. */
export interface WindowContents {
  create(): unknown;
  add(contents: unknown, value: unknown, timestamp: number | undefined): unknown;
  merge(a: unknown, b: unknown): unknown;
  /** What the window function is given, or the results that go out; `undefined` for nothing. */
  fire(
    contents: unknown,
    window: Window,
    context: EvictorContext,
    apply: (elements: readonly unknown[]) => void,
  ): void;
}

/** An accumulator. */
export class AggregatedContents implements WindowContents {
  readonly #aggregate: AnyAggregate;

  constructor(aggregate: AnyAggregate) {
    this.#aggregate = aggregate;
  }

  create(): unknown {
    return this.#aggregate.createAccumulator();
  }

  add(contents: unknown, value: unknown): unknown {
    return this.#aggregate.add(value, contents);
  }

  merge(a: unknown, b: unknown): unknown {
    return this.#aggregate.merge!(a, b);
  }

  fire(
    contents: unknown,
    _window: Window,
    _context: EvictorContext,
    apply: (elements: readonly unknown[]) => void,
  ): void {
    apply([this.#aggregate.getResult(contents)]);
  }
}

/** All elements. */
export class ListedContents implements WindowContents {
  create(): unknown {
    return [];
  }

  add(contents: unknown, value: unknown): unknown {
    (contents as unknown[]).push(value);
    return contents;
  }

  merge(a: unknown, b: unknown): unknown {
    return (a as unknown[]).concat(b);
  }

  fire(
    contents: unknown,
    _window: Window,
    _context: EvictorContext,
    apply: (elements: readonly unknown[]) => void,
  ): void {
    apply((contents as unknown[]).slice());
  }
}

/** All elements with their timestamps, for an evictor; aggregated when the window fires, if at all. */
export class EvictedContents implements WindowContents {
  readonly #evictor: Evictor;
  readonly #aggregate: AnyAggregate | undefined;

  constructor(evictor: Evictor, aggregate: AnyAggregate | undefined) {
    this.#evictor = evictor;
    this.#aggregate = aggregate;
  }

  create(): unknown {
    return [];
  }

  add(contents: unknown, value: unknown, timestamp: number | undefined): unknown {
    (contents as TimestampedValue<unknown>[]).push({ value, timestamp });
    return contents;
  }

  merge(a: unknown, b: unknown): unknown {
    return (a as unknown[]).concat(b);
  }

  fire(
    contents: unknown,
    window: Window,
    context: EvictorContext,
    apply: (elements: readonly unknown[]) => void,
  ): void {
    const elements = contents as TimestampedValue<unknown>[];
    this.#evictor.evictBefore(elements, window, context);
    const values = elements.map(({ value }) => value);
    const aggregate = this.#aggregate;
    if (aggregate === undefined) {
      apply(values);
    } else if (values.length > 0) {
      let accumulator = aggregate.createAccumulator();
      for (const value of values) accumulator = aggregate.add(value, accumulator);
      apply([aggregate.getResult(accumulator)]);
    }
    this.#evictor.evictAfter(elements, window, context);
  }
}
