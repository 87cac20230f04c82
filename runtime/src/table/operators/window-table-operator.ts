import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';
import type { TableWindow } from '../lower/window-assigner.ts';

/** Each row once for each of its windows, with their start, end and time behind its values. No row is late here. */
export class WindowTableOperator extends Operator {
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #lastOf: (end: number) => number;
  readonly #windowsOf: (values: readonly unknown[], now: number) => readonly TableWindow[];

  constructor(
    windowsOf: (values: readonly unknown[], now: number) => readonly TableWindow[],
    lastOf: (end: number) => number,
  ) {
    super();
    this.#lastOf = lastOf;
    this.#windowsOf = windowsOf;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const { kind, values } = value as Row;
    for (const { start, end } of this.#windowsOf(values, this.runtime.currentProcessingTime())) {
      this.output.collect({ kind, values: [...values, start, end, this.#lastOf(end)] }, timestamp);
    }
  }
}
