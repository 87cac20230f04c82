import type { Row } from '../changelog-row.ts';
import { rowIdentity } from '../types/value-identity.ts';
import { RankedRowsOperator, type RankOptions } from './ranked-rows-operator.ts';
import type { SortedRow } from './sorted-partitions-operator.ts';

/**
 * The best rows of each partition of a table whose rows have a key and only become better: new versions alone are enough, and a row
 * that is not among the best needs not be kept.
 */
export class UpdateRankOperator extends RankedRowsOperator {
  readonly #rowKey: readonly number[];

  /** @param rowKey the columns that tell the input's rows apart */
  constructor(options: RankOptions, rowKey: readonly number[]) {
    super(options);
    this.#rowKey = rowKey;
  }

  protected change(rows: SortedRow[], row: Row, timestamp: number | undefined): boolean {
    const ranked = this.ranked(row.values);
    this.forgetBehind(rows);
    const key = this.#keyOf(ranked);
    const at = rows.findIndex((known) => this.#keyOf(known) === key);
    if (at >= 0) {
      this.#update(rows, at, ranked, timestamp);
      return true;
    }
    const { to } = this.options;
    const place = this.placeOf(rows, ranked.sort);
    if (place >= to) return false;
    rows.splice(place, 0, ranked);
    this.sendComing(rows, place, timestamp);
    this.forgetBehind(rows);
    return true;
  }

  #keyOf({ values }: SortedRow): string {
    return rowIdentity(this.#rowKey.map((column) => values[column]));
  }

  #update(rows: SortedRow[], at: number, ranked: SortedRow, timestamp: number | undefined): void {
    const old = rows[at]!;
    rows.splice(at, 1);
    const isSame = this.options.compare(old.sort, ranked.sort) === 0;
    const to = isSame ? at : this.placeOf(rows, ranked.sort);
    rows.splice(to, 0, ranked);
    if (!this.numbered) {
      this.send('-U', old, at + 1, timestamp);
      this.send('+U', ranked, to + 1, timestamp);
      return;
    }
    this.#sendMove(rows, old, at, to, timestamp);
  }

  /** The row that had index `from` has `to` now. Its old version goes before the new one comes. */
  #sendMove(
    rows: readonly SortedRow[],
    old: SortedRow,
    from: number,
    to: number,
    timestamp: number | undefined,
  ): void {
    const step = to <= from ? 1 : -1;
    if (to === from || step < 0) this.send('-U', old, from + 1, timestamp);
    if (step < 0) {
      // Its order has fallen, which can be where state before it was forgotten sooner: all in between rise.
      for (let at = from; at < to; at++) {
        this.send('-U', rows[at]!, at + 2, timestamp);
        this.send('+U', rows[at]!, at + 1, timestamp);
      }
      this.send('+U', rows[to]!, to + 1, timestamp);
      return;
    }
    for (let at = to; at < from; at++) {
      this.send('-U', rows[at + 1]!, at + 1, timestamp);
      if (at === to) this.send('-U', old, from + 1, timestamp);
      this.send('+U', rows[at]!, at + 1, timestamp);
    }
    this.send('+U', rows[from]!, from + 1, timestamp);
  }
}
