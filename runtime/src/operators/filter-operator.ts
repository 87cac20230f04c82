import type { FusionScope, WriteNext } from './fusion-scope.ts';
import { Operator } from './operator.ts';

/** Only the records that pass. */
export class FilterOperator extends Operator {
  override readonly fusable = true;
  override readonly timeless = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #passes: (value: unknown) => unknown;

  constructor(passes: (value: unknown) => unknown) {
    super();
    this.#passes = passes;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    if (this.#passes(value)) this.output.collect(value, timestamp);
  }

  override fuse(scope: FusionScope, value: string, _timestamp: string, next: WriteNext): string {
    return `if (${scope.bind(this.#passes)}(${value})) {\n${next(value)}\n}`;
  }
}
