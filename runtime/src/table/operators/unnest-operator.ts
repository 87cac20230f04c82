import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';

/** Each row with each of the rows that it unfolds into. */
export class UnnestOperator extends Operator {
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #unfold: (values: readonly unknown[]) => Iterable<readonly unknown[]>;
  readonly #outer: readonly unknown[] | undefined;

  /** @param outer NULLs for a row that unfolds into nothing, if such rows stay */
  constructor(
    unfold: (values: readonly unknown[]) => Iterable<readonly unknown[]>,
    outer: readonly unknown[] | undefined,
  ) {
    super();
    this.#unfold = unfold;
    this.#outer = outer;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const { kind, values } = value as Row;
    let any = false;
    for (const added of this.#unfold(values)) {
      any = true;
      this.output.collect({ kind, values: [...values, ...added] }, timestamp);
    }
    if (!any && this.#outer !== undefined)
      this.output.collect({ kind, values: [...values, ...this.#outer] }, timestamp);
  }
}
