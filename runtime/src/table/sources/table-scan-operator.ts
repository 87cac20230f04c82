import { Operator } from '../../operators/operator.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import type { Row, RowKind } from '../changelog-row.ts';

export interface TableScanOptions {
  readonly kindOf: (record: unknown) => RowKind;
  /** All columns of the table, computed ones too. */
  readonly valuesOf: (record: unknown, timestamp: number | undefined) => readonly unknown[];
  /** The columns that are read. */
  readonly read: readonly number[];
  /** What the watermark is after a row; `undefined` to hand on the stream's own watermarks. */
  readonly watermarkOf: ((values: readonly unknown[]) => unknown) | undefined;
  /** The column of the event time. */
  readonly timeColumn: number | undefined;
  readonly clock: { now: () => number };
}

/**
 * Makes rows of the records of a stream. With a watermark of its own, the stream's watermarks end here, but for the one at the end of the
 * input; the own one goes out right behind the row that moves it on.
 */
export class TableScanOperator extends Operator {
  readonly #options: TableScanOptions;
  #watermark = -Infinity;

  constructor(options: TableScanOptions) {
    super();
    this.#options = options;
  }

  override open(): void {
    const { runtime } = this;
    this.#options.clock.now = () => runtime.currentProcessingTime();
  }

  /** One subtask sees all rows, so that there is one watermark whatever the parallelism. */
  override get isParallel(): boolean {
    return this.#options.watermarkOf === undefined;
  }

  processElement(record: unknown, timestamp: number | undefined): void {
    const { kindOf, valuesOf, read, watermarkOf, timeColumn } = this.#options;
    const values = valuesOf(record, timestamp);
    const time = timeColumn === undefined ? timestamp : ((values[timeColumn] as number | null) ?? undefined);
    const row: Row = {
      kind: kindOf(record),
      values: read.length === values.length ? values : read.map((column) => values[column]),
    };
    this.output.collect(row, time);
    if (watermarkOf === undefined) return;
    const watermark = watermarkOf(values);
    if (typeof watermark !== 'number' || watermark <= this.#watermark || this.runtime.batch) return;
    this.#watermark = watermark;
    this.currentWatermark = watermark;
    this.output.emitWatermark(watermark);
  }

  override processWatermark(timestamp: number): void {
    if (this.#options.watermarkOf === undefined || timestamp === MAX_TIMESTAMP)
      super.processWatermark(timestamp);
  }

  override snapshot(): number {
    return this.#watermark;
  }

  override restore(state: unknown): void {
    this.#watermark = state as number;
  }
}
