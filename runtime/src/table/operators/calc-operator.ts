import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';

/** Filters rows and makes new ones of their values; what a row does to the table stays. */
export class CalcOperator extends Operator {
  readonly #passes: ((values: readonly unknown[]) => boolean) | undefined;
  readonly #project: ((values: readonly unknown[]) => unknown[]) | undefined;
  readonly #clock: { now: () => number };

  constructor(
    passes: ((values: readonly unknown[]) => boolean) | undefined,
    project: ((values: readonly unknown[]) => unknown[]) | undefined,
    clock: { now: () => number },
  ) {
    super();
    this.#passes = passes;
    this.#project = project;
    this.#clock = clock;
  }

  override open(): void {
    const { runtime } = this;
    this.#clock.now = () => runtime.currentProcessingTime();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const row = value as Row;
    if (this.#passes !== undefined && !this.#passes(row.values)) return;
    const project = this.#project;
    this.output.collect(
      project === undefined ? row : { kind: row.kind, values: project(row.values) },
      timestamp,
    );
  }
}
