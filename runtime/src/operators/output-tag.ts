/**
 * Names a side output. Tags with equal ids are equal.
 * @example
 * const large = new OutputTag<number>('large');
 * class Split extends ProcessFunction<number, number> {
 *   processElement(n: number, context: Context, out: Collector<number>) {
 *     if (n < 10) out.collect(n);
 *     else context.output(large, n);
 *   }
 * }
 * const small = env.fromData(3, 30, 4).process(() => new Split());
 * await small.executeAndCollect(); // → [3, 4]
 * await small.getSideOutput(large).executeAndCollect(); // → [30]
 */
export class OutputTag<T> {
  /** What it is told apart by. */
  readonly id: string;
  declare readonly valueType?: T;

  constructor(id: string) {
    this.id = id;
  }
}
