import { isAddition, type Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import { equalRows } from '../types/compare.ts';
import {
  SortedPartitionsOperator,
  type SortedPartitionsOptions,
  type SortedRow,
} from './sorted-partitions-operator.ts';

export interface SortedOverOptions extends SortedPartitionsOptions {
  readonly handler: AggregateHandler;
  /** True if rows of equal order share their results. */
  readonly peers: boolean;
}

interface RowWithResults extends SortedRow {
  results: readonly unknown[];
}

/**
 * Each row with the aggregates of all rows up to it, in an order that is not that of time: a row that comes or goes anywhere changes the
 * results of all behind it, which are updated where they differ.
 */
export class SortedOverOperator extends SortedPartitionsOperator<RowWithResults, SortedOverOptions> {
  protected change(rows: RowWithResults[], row: Row, timestamp: number | undefined): boolean {
    const sorted = { sort: this.options.sortValues(row.values), values: row.values };
    const adds = isAddition(row);
    const at = adds ? this.placeOf(rows, sorted.sort) : this.find(rows, sorted);
    if (at < 0) return false;
    const changed = adds ? { ...sorted, results: [] } : rows[at]!;
    if (adds) rows.splice(at, 0, changed);
    else rows.splice(at, 1);
    if (!this.runtime.batch) this.#update(rows, at, changed, row, timestamp);
    return true;
  }

  protected show(rows: readonly RowWithResults[]): void {
    for (const [, { values }, results] of this.#results(rows, 0))
      this.emit('+I', [...values, ...results], undefined);
  }

  /** Sends what the changed row, which stands or stood at the index, makes different. */
  #update(
    rows: RowWithResults[],
    at: number,
    changed: RowWithResults,
    { kind }: Row,
    timestamp: number | undefined,
  ): void {
    const adds = rows[at] === changed;
    const sendChanged = () => {
      if (adds) this.emit(kind, [...changed.values, ...changed.results], timestamp);
      else this.emit('-D', [...changed.values, ...changed.results], timestamp);
    };
    const first = this.options.peers ? this.beginOf(rows, changed.sort) : at;
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
    rows: readonly RowWithResults[],
    first: number,
  ): Generator<readonly [index: number, row: RowWithResults, results: readonly unknown[]]> {
    const { handler, peers, compare } = this.options;
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
}
