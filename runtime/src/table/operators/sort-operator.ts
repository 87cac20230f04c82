import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface SortOptions {
  readonly timeColumn: number;
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  readonly sortValues: (values: readonly unknown[]) => unknown[];
}

/** Rows in the order of their event time, then of other columns: they wait for the watermark. One is late behind what has gone out. */
export class SortOperator extends KeyedTableOperator {
  readonly #options: SortOptions;
  readonly #rows: ValueState<{ readonly time: number; readonly row: Row }[] | undefined>;
  /** Time of the last row that has gone out. */
  readonly #last: ValueState<number | undefined>;

  constructor(options: SortOptions) {
    super(undefined);
    this.#options = options;
    this.#rows = this.valueState('rows');
    this.#last = this.valueState('last');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const time = row.values[this.#options.timeColumn] as number;
    if (time === null || time <= (this.#last.value() ?? -Infinity))
      return this.tooLate(row, timestamp, undefined);
    const rows = this.#rows.value() ?? [];
    rows.push({ time, row });
    this.#rows.update(rows);
    this.registerTimer(time);
  }

  protected override onTimer(time: number): void {
    const { compare, sortValues } = this.#options;
    const rows = this.#rows.value() ?? [];
    const due = rows.filter((row) => row.time <= time);
    if (due.length === 0) return;
    const left = rows.filter((row) => row.time > time);
    this.#rows.update(left.length === 0 ? undefined : left);
    this.#last.update(time);
    const sorted = due.map((item) => ({ ...item, sort: sortValues(item.row.values) }));
    sorted.sort((a, b) => compare(a.sort, b.sort));
    for (const { time: at, row } of sorted) this.emit(row.kind, row.values, at);
  }
}
