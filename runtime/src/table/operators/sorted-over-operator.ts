import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface SortedOverOptions {
  readonly key: RowKey | undefined;
  readonly handler: AggregateHandler;
  /** What of a row is compared. */
  readonly sortValues: (values: readonly unknown[]) => unknown[];
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  /** True if rows of equal order share their results. */
  readonly peers: boolean;
  readonly timeToLive: number | undefined;
}

interface SortedRow {
  readonly sort: readonly unknown[];
  readonly values: readonly unknown[];
  results: readonly unknown[];
}

/**
 * Each row with the aggregates of all rows up to it, in an order that is not that of time: a row that comes or goes anywhere changes the
 * results of all behind it, which are updated where they differ.
 */
export class SortedOverOperator extends KeyedTableOperator {
  readonly #options: SortedOverOptions;
  readonly #rows: ValueState<SortedRow[] | undefined>;
  /** In batch mode: partitions to be shown at the end. */
  #partitions = new Set<unknown>();

  constructor(options: SortedOverOptions) {
    super(options.key);
    this.#options = options;
    this.#rows = this.valueState('rows', options.timeToLive);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const rows = this.#rows.value() ?? [];
    const sort = this.#options.sortValues(row.values);
    const end = this.#bound(rows, sort, true);
    const adds = isAddition(row);
    let at = end;
    if (adds) rows.splice(at, 0, { sort, values: row.values, results: [] });
    else {
      at = this.#bound(rows, sort, false);
      while (at < end && !equalRows(rows[at]!.values, row.values)) at++;
      if (at === end) return;
    }
    const changed = rows[at]!;
    if (!adds) rows.splice(at, 1);
    if (this.runtime.batch) this.#partitions.add(this.backend.currentKey);
    else this.#update(rows, at, changed, row, timestamp);
    this.#rows.update(rows.length === 0 ? undefined : rows);
  }

  /** Sends what the changed row, which stands or stood at the index, makes different. */
  #update(
    rows: SortedRow[],
    at: number,
    changed: SortedRow,
    { kind }: Row,
    timestamp: number | undefined,
  ): void {
    const adds = rows[at] === changed;
    const sendChanged = () => {
      if (adds) this.emit(kind, [...changed.values, ...changed.results], timestamp);
      else this.emit('-D', [...changed.values, ...changed.results], timestamp);
    };
    const first = this.#options.peers ? this.#bound(rows, changed.sort, false) : at;
    let pending = true;
    for (const [index, row, results] of this.#results(rows, first)) {
      if (pending && index >= at && !adds) {
        sendChanged();
        pending = false;
      }
      const before = row.results;
      row.results = results;
      if (row === changed) sendChanged();
      else if (!equalRows(before, results)) {
        this.emit('-U', [...row.values, ...before], timestamp);
        this.emit('+U', [...row.values, ...results], timestamp);
      }
    }
    if (pending && !adds) sendChanged();
  }

  /** The results of the rows from an index on, which begins a group of peers. */
  *#results(
    rows: readonly SortedRow[],
    first: number,
  ): Generator<readonly [index: number, row: SortedRow, results: readonly unknown[]]> {
    const { handler, peers, compare } = this.#options;
    const accumulators = handler.create();
    for (let index = 0; index < first; index++) handler.add(accumulators, rows[index]!.values);
    for (let from = first; from < rows.length;) {
      let to = from + 1;
      while (peers && to < rows.length && compare(rows[from]!.sort, rows[to]!.sort) === 0) to++;
      for (let index = from; index < to; index++) handler.add(accumulators, rows[index]!.values);
      const results = handler.results(accumulators);
      for (let index = from; index < to; index++) yield [index, rows[index]!, results];
      from = to;
    }
  }

  #bound(rows: readonly SortedRow[], sort: readonly unknown[], behindEquals: boolean): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.#options.compare(rows[middle]!.sort, sort);
      if (order < 0 || (behindEquals && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  protected override onWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) {
      for (const key of this.#partitions) {
        this.backend.setCurrentKey(key);
        for (const [, { values }, results] of this.#results(this.#rows.value() ?? [], 0))
          this.emit('+I', [...values, ...results], undefined);
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
