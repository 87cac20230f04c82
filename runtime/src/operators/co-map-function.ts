import type { FunctionAdapter } from './checkpointed-function.ts';
import { CoProcessFunction } from './co-process-function.ts';
import type { Collector, Results } from './collector.ts';
import { RichFunction, type RuntimeContext } from './rich-function.ts';
import type { Context } from './process-function.ts';

/** One record for each record of two connected streams. */
export interface CoMapFunction<IN1, IN2, OUT> {
  /** Makes the record for one of the first stream. */
  map1(value: IN1): OUT;
  /** Makes the record for one of the second stream. */
  map2(value: IN2): OUT;
}

/** Any number of records for each record of two connected streams. */
export interface CoFlatMapFunction<IN1, IN2, OUT> {
  /** Returns, yields or collects the records for one of the first stream. */
  flatMap1(value: IN1, out: Collector<OUT>): Results<OUT>;
  /** Returns, yields or collects the records for one of the second stream. */
  flatMap2(value: IN2, out: Collector<OUT>): Results<OUT>;
}

/**
 * A `CoMapFunction` with a life of its own; on keyed streams it may keep state.
 * @example
 * class Lengths extends RichCoMapFunction<number, string, number> {
 *   map1(n: number) {
 *     return n;
 *   }
 *   map2(word: string) {
 *     return word.length;
 *   }
 * }
 * await env
 *   .fromData(7)
 *   .connect(env.fromData('abc'))
 *   .map(() => new Lengths())
 *   .executeAndCollect(); // → [7, 3]
 */
export abstract class RichCoMapFunction<IN1, IN2, OUT>
  extends RichFunction
  implements CoMapFunction<IN1, IN2, OUT>
{
  abstract map1(value: IN1): OUT;
  abstract map2(value: IN2): OUT;
}

/**
 * A `CoFlatMapFunction` with a life of its own; on keyed streams it may keep state.
 * @example
 * class Letters extends RichCoFlatMapFunction<number, string, string> {
 *   flatMap1(n: number) {
 *     return [String(n)];
 *   }
 *   flatMap2(word: string) {
 *     return word.split('');
 *   }
 * }
 * await env
 *   .fromData(7)
 *   .connect(env.fromData('ab'))
 *   .flatMap(() => new Letters())
 *   .executeAndCollect(); // → ['7', 'a', 'b']
 */
export abstract class RichCoFlatMapFunction<IN1, IN2, OUT>
  extends RichFunction
  implements CoFlatMapFunction<IN1, IN2, OUT>
{
  abstract flatMap1(value: IN1, out: Collector<OUT>): Results<OUT>;
  abstract flatMap2(value: IN2, out: Collector<OUT>): Results<OUT>;
}

/** Passes its life on to the function it runs, if that has one. */
abstract class Adapter<F extends object>
  extends CoProcessFunction<unknown, unknown, unknown>
  implements FunctionAdapter
{
  protected readonly function: F;

  constructor(fn: F) {
    super();
    this.function = fn;
  }

  onInner(callback: (inner: object) => void): void {
    callback(this.function);
  }

  override setRuntimeContext(context: RuntimeContext): void {
    if (this.function instanceof RichFunction) this.function.setRuntimeContext(context);
  }

  override open(): void {
    if (this.function instanceof RichFunction) this.function.open();
  }

  override close(): void {
    if (this.function instanceof RichFunction) this.function.close();
  }
}

/** Runs a `CoMapFunction` as a process function. */
export class CoMapAdapter extends Adapter<CoMapFunction<unknown, unknown, unknown>> {
  processElement1(value: unknown, _context: Context, out: Collector<unknown>): void {
    out.collect(this.function.map1(value));
  }

  processElement2(value: unknown, _context: Context, out: Collector<unknown>): void {
    out.collect(this.function.map2(value));
  }
}

/** Runs a `CoFlatMapFunction` as a process function. */
export class CoFlatMapAdapter extends Adapter<CoFlatMapFunction<unknown, unknown, unknown>> {
  processElement1(value: unknown, _context: Context, out: Collector<unknown>): Results<unknown> {
    return this.function.flatMap1(value, out);
  }

  processElement2(value: unknown, _context: Context, out: Collector<unknown>): Results<unknown> {
    return this.function.flatMap2(value, out);
  }
}
