import type { Row } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { rowIdentity } from '../types/value-identity.ts';
import { RankedRowsOperator, type RankOptions } from './ranked-rows-operator.ts';
import type { SortedRow } from './sorted-partitions-operator.ts';

/** The first place alone: a better row updates it. For tables that only grow, and those whose rows only become better. */
export class FirstPlaceOperator extends RankedRowsOperator {
  readonly #rowKey: readonly number[] | undefined;

  /** @param rowKey the columns that tell the input's rows apart, where they change */
  constructor(options: RankOptions, rowKey: readonly number[] | undefined) {
    super(options);
    this.#rowKey = rowKey;
  }

  protected change(rows: SortedRow[], row: Row, timestamp: number | undefined): boolean {
    const ranked = this.ranked(row.values);
    this.forgetBehind(rows);
    const [best] = rows;
    if (best === undefined) {
      rows.push(ranked);
      this.send('+I', ranked, 1, timestamp);
      return true;
    }
    const isBetter = this.options.compare(ranked.sort, best.sort) < 0;
    if (!isBetter && !this.#isNewVersion(ranked, best)) return false;
    rows[0] = ranked;
    this.send('-U', best, 1, timestamp);
    this.send('+U', ranked, 1, timestamp);
    return true;
  }

  /** The same row with other values, in the same order. */
  #isNewVersion(row: SortedRow, best: SortedRow): boolean {
    if (this.#rowKey === undefined || equalRows(row.values, best.values)) return false;
    const keyOf = ({ values }: SortedRow) => rowIdentity(this.#rowKey!.map((column) => values[column]));
    return this.options.compare(row.sort, best.sort) === 0 && keyOf(row) === keyOf(best);
  }
}
