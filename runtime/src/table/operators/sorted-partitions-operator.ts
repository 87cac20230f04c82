import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import type { Row } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface SortedPartitionsOptions {
  readonly key: RowKey | undefined;
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  /** What of a row is compared. */
  readonly sortValues: (values: readonly unknown[]) => unknown[];
  readonly timeToLive: number | undefined;
}

/** A row with what of it is compared. */
export interface SortedRow {
  readonly sort: readonly unknown[];
  readonly values: readonly unknown[];
}

/** Keeps the rows of each partition in their order. In batch mode each partition is shown once, at the end of the input. */
export abstract class SortedPartitionsOperator<
  R extends SortedRow,
  O extends SortedPartitionsOptions,
> extends KeyedTableOperator {
  protected readonly options: O;
  readonly #rows: ValueState<R[] | undefined>;
  /** In batch mode: partitions to be shown at the end. */
  #partitions = new Set<unknown>();

  constructor(options: O) {
    super(options.key);
    this.options = options;
    this.#rows = this.valueState('rows', options.timeToLive);
  }

  /** Changes the rows of the partition, and sends what it changes unless it is batch mode; false if it changes nothing. */
  protected abstract change(rows: R[], row: Row, timestamp: number | undefined): boolean;

  /** In batch mode: sends what a partition has come to. */
  protected abstract show(rows: readonly R[]): void;

  protected processRow(row: Row, timestamp: number | undefined): void {
    const rows = this.#rows.value() ?? [];
    if (!this.change(rows, row, timestamp)) return;
    this.#rows.update(rows.length === 0 ? undefined : rows);
    if (this.runtime.batch) this.#partitions.add(this.backend.currentKey);
  }

  override showAgain(): void {
    // In batch mode it is shown at the end, as it would have been.
    if (this.runtime.batch) return;
    for (const key of this.backend.keysWith('rows')) {
      this.backend.setCurrentKey(key);
      this.show(this.#rows.value() ?? []);
    }
  }

  /** Where rows of that order begin. */
  protected beginOf(rows: readonly R[], sort: readonly unknown[]): number {
    return this.#bound(rows, sort, false);
  }

  /** Behind all rows that are not greater: of equals, the first to come stands first. */
  protected placeOf(rows: readonly R[], sort: readonly unknown[]): number {
    return this.#bound(rows, sort, true);
  }

  /** Where a row stands; −1 if it is not there. */
  protected find(rows: readonly R[], { sort, values }: SortedRow): number {
    const end = this.placeOf(rows, sort);
    for (let at = this.beginOf(rows, sort); at < end; at++)
      if (equalRows(rows[at]!.values, values)) return at;
    return -1;
  }

  #bound(rows: readonly R[], sort: readonly unknown[], behindEquals: boolean): number {
    const { compare } = this.options;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(rows[middle]!.sort, sort);
      if (order < 0 || (behindEquals && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  protected override onWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) {
      for (const key of this.#partitions) {
        this.backend.setCurrentKey(key);
        this.show(this.#rows.value() ?? []);
      }
      this.#partitions.clear();
    }
    super.onWatermark(timestamp);
  }

  override snapshot(): unknown {
    return { keyed: super.snapshot(), partitions: this.#partitions };
  }

  override restore(saved: unknown): void {
    const { keyed, partitions } = saved as { keyed: unknown; partitions: Set<unknown> };
    super.restore(keyed);
    this.#partitions = partitions;
  }
}
