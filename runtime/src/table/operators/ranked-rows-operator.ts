import type { RowKind } from '../changelog-row.ts';
import {
  SortedPartitionsOperator,
  type SortedPartitionsOptions,
  type SortedRow,
} from './sorted-partitions-operator.ts';

export interface RankOptions extends SortedPartitionsOptions {
  /** Places from 1. */
  readonly from: number;
  readonly to: number;
  /** True if the place is a column behind the row's values. */
  readonly withRank: boolean;
  readonly updateBefore: boolean;
}

/**
 * What operators of Top-N share: how what changes is sent. Where places are shown or the
 * first are left out, a row that comes or goes updates each place behind its own; else rows are added and deleted.
 */
export abstract class RankedRowsOperator extends SortedPartitionsOperator<SortedRow, RankOptions> {
  override readonly judgesTime = false;

  protected get numbered(): boolean {
    return this.options.withRank || this.options.from > 1;
  }

  protected ranked(values: readonly unknown[]): SortedRow {
    return { sort: this.options.sortValues(values), values };
  }

  /** Sends a change of a place, if places from it on are shown. Batch mode says at the end what there is. */
  protected send(kind: RowKind, row: SortedRow, place: number, timestamp: number | undefined): void {
    const { from, to, withRank, updateBefore } = this.options;
    if (this.runtime.batch || place < from || place > to) return;
    if (kind === '-U' && !updateBefore) return;
    this.emit(kind, withRank ? [...row.values, place] : row.values, timestamp);
  }

  /** All from the index on stand one place further down, as the row there has come. */
  protected sendComing(rows: readonly SortedRow[], at: number, timestamp: number | undefined): void {
    const { to } = this.options;
    if (!this.numbered) {
      if (at >= to) return;
      if (rows.length > to) this.send('-D', rows[to]!, to, timestamp);
      this.send('+I', rows[at]!, at + 1, timestamp);
      return;
    }
    for (let place = at + 1; place <= to; place++) {
      const row = rows[place - 1]!;
      const before = rows[place];
      if (before === undefined) return this.send('+I', row, place, timestamp);
      this.send('-U', before, place, timestamp);
      this.send('+U', row, place, timestamp);
    }
  }

  /** All behind the index stand one place further up, as the row that was there has gone. */
  protected sendGoing(
    rows: readonly SortedRow[],
    at: number,
    gone: SortedRow,
    timestamp: number | undefined,
  ): void {
    const { to } = this.options;
    if (!this.numbered) {
      if (at >= to) return;
      this.send('-D', gone, at + 1, timestamp);
      if (rows.length >= to) this.send('+I', rows[to - 1]!, to, timestamp);
      return;
    }
    let before = gone;
    for (let place = at + 1; place <= to; place++) {
      const now = rows[place - 1];
      if (now === undefined) return this.send('-D', before, place, timestamp);
      this.send('-U', before, place, timestamp);
      this.send('+U', now, place, timestamp);
      before = now;
    }
  }

  /** Places that an edit has taken away may still be in state; what is behind them is not kept up to date. */
  protected forgetBehind(rows: SortedRow[]): void {
    if (rows.length > this.options.to) rows.length = this.options.to;
  }

  protected show(rows: readonly SortedRow[]): void {
    const { from, to, withRank } = this.options;
    rows.slice(from - 1, to).forEach(({ values }, index) => {
      this.emit('+I', withRank ? [...values, from + index] : values, undefined);
    });
  }
}
