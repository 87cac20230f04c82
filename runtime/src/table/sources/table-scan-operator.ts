import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { Operator } from '../../operators/operator.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import type { Row, RowKind } from '../changelog-row.ts';
import { ScanWriter } from './scan-writer.ts';
import type { ResolvedSchema } from './table-schema.ts';

export interface TableScanOptions {
  readonly schema: ResolvedSchema;
  /** `undefined` if all rows are added; else the row is in the record's field `row`. */
  readonly kindOf: ((record: unknown) => RowKind) | undefined;
  /** All columns of the table, computed ones too, of a row as it is in a record. */
  readonly valuesOf: (record: unknown, timestamp: number | undefined) => readonly unknown[];
  /** What of a record is an object of the columns' names. */
  readonly objectOf: (record: unknown) => object;
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
 * input; the own one goes out right behind the row that moves it on, or, where nobody can tell, before the next one that matters.
 */
export class TableScanOperator extends Operator {
  override readonly fusable = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  override readonly holdsWatermarks: boolean;
  readonly #options: TableScanOptions;
  /** Generated code reads and writes it. */
  watermark = -Infinity;
  #released = -Infinity;

  constructor(options: TableScanOptions) {
    super();
    this.#options = options;
    this.holdsWatermarks = options.watermarkOf !== undefined;
  }

  override open(): void {
    const { runtime } = this;
    this.#options.clock.now = () => runtime.currentProcessingTime();
  }

  /** One subtask sees all rows, so that there is one watermark whatever the parallelism. */
  override get isParallel(): boolean {
    return this.#options.watermarkOf === undefined;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(record: unknown, timestamp: number | undefined): void {
    const { kindOf, valuesOf, read, watermarkOf, timeColumn } = this.#options;
    const values = valuesOf(kindOf === undefined ? record : (record as { row: unknown }).row, timestamp);
    const time = timeColumn === undefined ? timestamp : ((values[timeColumn] as number | null) ?? undefined);
    const row: Row = {
      kind: kindOf === undefined ? '+I' : kindOf(record),
      values: read.length === values.length ? values : read.map((column) => values[column]),
    };
    if (watermarkOf !== undefined && time !== undefined && time <= this.watermark) this.release();
    this.output.collect(row, time);
    if (watermarkOf === undefined) return;
    const watermark = watermarkOf(values);
    if (typeof watermark === 'number' && watermark > this.watermark) this.advance(watermark);
  }

  override fuse(scope: FusionScope, value: string, timestamp: string, next: WriteNext): string {
    const { kindOf, objectOf, schema, read, timeColumn, clock } = this.#options;
    const writer = scope.shared(
      value,
      schema,
      () => new ScanWriter(scope, value, timestamp, { schema, kindOf, objectOf, clock }),
    );
    const row = writer.row(read);
    let time = timestamp;
    let watermark = '';
    let late = '';
    if (timeColumn !== undefined) {
      const column = writer.column(timeColumn);
      time = scope.local();
      const expression = schema.watermark!.expression;
      if (expression !== 'source') {
        const operator = scope.bind(this);
        late = `if (${time} <= ${operator}.watermark) ${operator}.release();\n`;
        const mark = writer.time(expression);
        watermark = `if (${mark} > ${operator}.watermark) ${operator}.advance(${mark});\n`;
      }
      late = `const ${time} = ${column} === null ? undefined : ${column};\n${late}`;
    }
    const behind = next(scope.nameParts(row, value), time);
    return `${late}${behind}\n${watermark}`;
  }

  /** The watermark has moved on. Generated code calls it. */
  advance(watermark: number): void {
    if (this.runtime.batch) return;
    this.watermark = watermark;
    this.currentWatermark = watermark;
    if (!this.mayHold || watermark >= this.runtime.alarm.time) this.release();
  }

  /** Lets the watermark out. Generated code calls it before a row that may be late. */
  release(): void {
    if (this.#released >= this.watermark) return;
    this.#released = this.watermark;
    this.output.emitWatermark(this.watermark);
    if (this.mayHold) this.runtime.alarm.lookUp();
  }

  override endBatch(): void {
    this.release();
  }

  override processWatermark(timestamp: number): void {
    if (this.#options.watermarkOf === undefined || timestamp === MAX_TIMESTAMP)
      super.processWatermark(timestamp);
  }

  override snapshot(): number {
    return this.watermark;
  }

  override restore(state: unknown): void {
    this.watermark = state as number;
    this.#released = this.watermark;
  }
}
