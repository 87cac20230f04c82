import { isAddition, type Row } from '../changelog-row.ts';
import { RankedRowsOperator, type RankOptions } from './ranked-rows-operator.ts';
import type { SortedRow } from './sorted-partitions-operator.ts';

/**
 * The rows from one place to another of each partition. Of a table that only grows the best rows are kept; of one that takes rows back
 * all are, as those below the last place may rise.
 */
export class RankOperator extends RankedRowsOperator {
  readonly #retracts: boolean;

  constructor(options: RankOptions, retracts: boolean) {
    super(options);
    this.#retracts = retracts;
  }

  protected change(rows: SortedRow[], row: Row, timestamp: number | undefined): boolean {
    const ranked = this.ranked(row.values);
    if (!isAddition(row)) {
      const at = this.find(rows, ranked);
      if (at < 0) return false;
      const [gone] = rows.splice(at, 1);
      this.sendGoing(rows, at, gone!, timestamp);
      return true;
    }
    if (!this.#retracts) this.forgetBehind(rows);
    const { to } = this.options;
    const at = this.placeOf(rows, ranked.sort);
    if (!this.#retracts && at >= to) return false;
    rows.splice(at, 0, ranked);
    this.sendComing(rows, at, timestamp);
    if (!this.#retracts) this.forgetBehind(rows);
    return true;
  }
}
