import type { FunctionAdapter } from './checkpointed-function.ts';
import type { Collector, Results } from './collector.ts';
import { ProcessFunction, type Context } from './process-function.ts';
import { RichFunction, type RuntimeContext } from './rich-function.ts';

/**
 * A function for `map` with a life of its own; on keyed streams it may keep state.
 * @example
 * class Numbered extends RichMapFunction<{ amount: number }, [number, number]> {
 *   #seen!: ValueState<number>;
 *   override open() {
 *     this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', 0));
 *   }
 *   map(order: { amount: number }): [number, number] {
 *     this.#seen.update(this.#seen.value() + 1);
 *     return [this.#seen.value(), order.amount];
 *   }
 * }
 * const numbered = orders.keyBy('user').map(() => new Numbered());
 * await numbered.executeAndCollect(); // → [[1, 3], [1, 5], [2, 4], [2, 2]]
 */
export abstract class RichMapFunction<I, O> extends RichFunction {
  /** Makes the record for a record. */
  abstract map(value: I): O;
}

/**
 * A function for `flatMap` with a life of its own; on keyed streams it may keep state.
 * @example
 * class Changes extends RichFlatMapFunction<{ amount: number }, number> {
 *   #last!: ValueState<number | undefined>;
 *   override open() {
 *     this.#last = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('last'));
 *   }
 *   *flatMap({ amount }: { amount: number }) {
 *     const last = this.#last.value();
 *     if (last !== undefined) yield amount - last;
 *     this.#last.update(amount);
 *   }
 * }
 * const changes = orders.keyBy('user').flatMap(() => new Changes());
 * await changes.executeAndCollect(); // → [1, -3]
 */
export abstract class RichFlatMapFunction<I, O> extends RichFunction {
  /** Returns, yields or collects the records for a record. */
  abstract flatMap(value: I, out: Collector<O>): Results<O>;
}

/**
 * A function for `filter` with a life of its own; on keyed streams it may keep state.
 * @example
 * class First extends RichFilterFunction<unknown> {
 *   #seen!: ValueState<boolean>;
 *   override open() {
 *     this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', false));
 *   }
 *   filter() {
 *     const seen = this.#seen.value();
 *     this.#seen.update(true);
 *     return !seen;
 *   }
 * }
 * const firsts = orders.keyBy('user').filter(() => new First());
 * await firsts.map(({ amount }) => amount).executeAndCollect(); // → [3, 5]
 */
export abstract class RichFilterFunction<T> extends RichFunction {
  /** True for the records that pass. */
  abstract filter(value: T): boolean;
}

/** Any function object that handles records one by one. */
export type RichRecordFunction =
  RichMapFunction<unknown, unknown> | RichFlatMapFunction<unknown, unknown> | RichFilterFunction<unknown>;

/** A plain function that may turn out to be a factory of function objects; it names no parameters. */
export type MaybeFactory = (value: unknown, out?: Collector<unknown>) => unknown;

/** What becomes of the result of a plain function. */
export type PassOn = (value: unknown, result: unknown, out: Collector<unknown>) => Results<unknown>;

/** Runs a function object as a process function: one that is given, or that a factory makes for the first record. */
export class RichRecordAdapter extends ProcessFunction<unknown, unknown> implements FunctionAdapter {
  readonly #pass: PassOn;
  readonly #maybeFactory: MaybeFactory | undefined;
  /** The function object, or the function if it has turned out to be plain; neither before the first record of a function. */
  rich: RichRecordFunction | undefined;
  plain: MaybeFactory | undefined;
  #context: RuntimeContext | undefined;
  #onInner: ((inner: object) => void) | undefined;

  constructor(given: RichRecordFunction | MaybeFactory, pass: PassOn) {
    super();
    if (typeof given === 'function') this.#maybeFactory = given;
    else this.rich = given;
    this.#pass = pass;
  }

  onInner(callback: (inner: object) => void): void {
    if (this.rich !== undefined) callback(this.rich);
    else this.#onInner = callback;
  }

  override setRuntimeContext(context: RuntimeContext): void {
    this.#context = context;
    this.rich?.setRuntimeContext(context);
  }

  override open(): void {
    this.rich?.open();
  }

  override close(): void {
    this.rich?.close();
  }

  /** Calls the function for its first record, which shows what it is; returns what it, or the object it has made, makes of that. */
  first(value: unknown, out?: Collector<unknown>): unknown {
    const result = this.#maybeFactory!(value, out);
    if (!(result instanceof RichFunction)) {
      this.plain = this.#maybeFactory;
      return result;
    }
    const rich = (this.rich = result as RichRecordFunction);
    rich.setRuntimeContext(this.#context!);
    this.#onInner?.(rich);
    rich.open();
    return applied(rich, value, out);
  }

  processElement(value: unknown, _context: Context, out: Collector<unknown>): Results<unknown> {
    let result: unknown;
    if (this.rich !== undefined) result = applied(this.rich, value, out);
    else if (this.plain !== undefined) result = this.plain(value, out);
    else result = this.first(value, out);
    return this.#pass(value, result, out);
  }
}

function applied(fn: RichRecordFunction, value: unknown, out?: Collector<unknown>): unknown {
  if (fn instanceof RichFlatMapFunction) return fn.flatMap(value, out!);
  return fn instanceof RichMapFunction ? fn.map(value) : fn.filter(value);
}
