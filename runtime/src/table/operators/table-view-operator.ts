import { Operator } from '../../operators/operator.ts';
import type { Emission } from '../../operators/emission.ts';
import type { Row } from '../changelog-row.ts';
import { recordMaker } from './row-output-operator.ts';

/** Makes records of rows for a view, and says beside each what it is to the table. */
export class TableViewOperator extends Operator {
  readonly #make: (values: readonly unknown[]) => object;
  readonly #timeColumn: number;
  readonly #emissionOf: (row: Row) => Emission;

  /** @param timeColumn the column that is the record's timestamp; −1 to keep the timestamp */
  constructor(names: readonly string[], timeColumn: number, emissionOf: (row: Row) => Emission) {
    super();
    this.#make = recordMaker(names);
    this.#timeColumn = timeColumn;
    this.#emissionOf = emissionOf;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const row = value as Row;
    const { values } = row;
    const time =
      this.#timeColumn < 0 ? timestamp : ((values[this.#timeColumn] as number | null) ?? timestamp);
    if (this.runtime.tracksEmission) this.emission = this.#emissionOf(row);
    this.output.collect(this.#make(values), time);
    this.emission = undefined;
  }
}
