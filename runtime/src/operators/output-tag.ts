import { badArgument } from '../errors.ts';

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

  /** @throws {TidemarkError} `bad-argument` for an empty id. */
  constructor(id: string) {
    if (typeof id !== 'string' || id === '') {
      throw badArgument(
        'output tag',
        id,
        'A side output is told apart by the id of its tag, a text that is not empty.',
        "Give it one: new OutputTag('late').",
      );
    }
    this.id = id;
  }
}

/**
 * The id of a tag that a function has handed over.
 * @throws {TidemarkError} `bad-argument` for what is no tag
 */
export function tagId(tag: OutputTag<unknown>): string {
  const id: unknown = (tag as Partial<OutputTag<unknown>> | undefined)?.id;
  if (typeof id === 'string') return id;
  throw badArgument(
    'output tag',
    tag,
    'output(tag, value) needs a tag to send a value by.',
    "Make one that lives outside of the function: const late = new OutputTag<Trade>('late').",
  );
}
