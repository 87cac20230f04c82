import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';

/** Makes several rows of each: one for each grouping set. */
export class ExpandOperator extends Operator {
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #projections: readonly ((values: readonly unknown[]) => unknown[])[];

  constructor(projections: readonly ((values: readonly unknown[]) => unknown[])[]) {
    super();
    this.#projections = projections;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const { kind, values } = value as Row;
    for (const project of this.#projections)
      this.output.collect({ kind, values: project(values) }, timestamp);
  }
}
