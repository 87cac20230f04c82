import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import type { Row, RowKind } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface RankOptions {
  readonly key: RowKey | undefined;
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  /** What of a row is compared. */
  readonly sortValues: (values: readonly unknown[]) => unknown[];
  /** Places from 1. */
  readonly from: number;
  readonly to: number;
  /** True if the place is a column behind the row's values. */
  readonly withRank: boolean;
  readonly updateBefore: boolean;
  readonly timeToLive: number | undefined;
}

export interface RankedRow {
  readonly sort: readonly unknown[];
  readonly values: readonly unknown[];
}

/**
 * What operators of Top-N share: the rows of each partition in their order, and how what changes is sent. Where places are shown or the
 * first are left out, a row that comes or goes updates each place behind its own; else rows are added and deleted.
 */
export abstract class RankedRowsOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  protected readonly options: RankOptions;
  readonly #rows: ValueState<RankedRow[] | undefined>;
  /** In batch mode: partitions to be shown at the end. */
  #partitions = new Set<unknown>();

  constructor(options: RankOptions) {
    super(options.key);
    this.options = options;
    this.#rows = this.valueState('rows', options.timeToLive);
  }

  /** Changes the rows of the partition, and sends what it changes; false if it changes nothing. */
  protected abstract change(rows: RankedRow[], row: Row, timestamp: number | undefined): boolean;

  protected processRow(row: Row, timestamp: number | undefined): void {
    const rows = this.#rows.value() ?? [];
    if (!this.change(rows, row, timestamp)) return;
    this.#rows.update(rows.length === 0 ? undefined : rows);
    if (this.runtime.batch) this.#partitions.add(this.backend.currentKey);
  }

  protected get numbered(): boolean {
    return this.options.withRank || this.options.from > 1;
  }

  protected ranked(values: readonly unknown[]): RankedRow {
    return { sort: this.options.sortValues(values), values };
  }

  /** Behind all rows that are not greater: of equals, the first to come stands first. */
  protected placeOf(rows: readonly RankedRow[], sort: readonly unknown[]): number {
    return this.#bound(rows, sort, true);
  }

  /** Where a row stands; −1 if it is not there. */
  protected find(rows: readonly RankedRow[], { sort, values }: RankedRow): number {
    const end = this.placeOf(rows, sort);
    for (let at = this.#bound(rows, sort, false); at < end; at++)
      if (equalRows(rows[at]!.values, values)) return at;
    return -1;
  }

  #bound(rows: readonly RankedRow[], sort: readonly unknown[], behindEquals: boolean): number {
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

  /** Sends a change of a place, if places from it on are shown. Batch mode says at the end what there is. */
  protected send(kind: RowKind, row: RankedRow, place: number, timestamp: number | undefined): void {
    const { from, to, withRank, updateBefore } = this.options;
    if (this.runtime.batch || place < from || place > to) return;
    if (kind === '-U' && !updateBefore) return;
    this.emit(kind, withRank ? [...row.values, place] : row.values, timestamp);
  }

  /** All from the index on stand one place further down, as the row there has come. */
  protected sendComing(rows: readonly RankedRow[], at: number, timestamp: number | undefined): void {
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
    rows: readonly RankedRow[],
    at: number,
    gone: RankedRow,
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

  protected override onWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) {
      const { from, to, withRank } = this.options;
      for (const key of this.#partitions) {
        this.backend.setCurrentKey(key);
        const shown = (this.#rows.value() ?? []).slice(from - 1, to);
        shown.forEach(({ values }, index) =>
          this.emit('+I', withRank ? [...values, from + index] : values, undefined),
        );
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
