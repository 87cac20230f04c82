import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface FirstRowsOptions {
  readonly key: RowKey | undefined;
  /** Places from 1. */
  readonly from: number;
  readonly to: number;
  /** True if the place is a column behind the row's values. */
  readonly withRank: boolean;
  readonly timeToLive: number | undefined;
}

/** The rows from one place to another in the order in which they come: none of them changes any more. */
export class FirstRowsOperator extends KeyedTableOperator {
  readonly #options: FirstRowsOptions;
  readonly #count: ValueState<number | undefined>;

  constructor(options: FirstRowsOptions) {
    super(options.key);
    this.#options = options;
    this.#count = this.valueState('count', options.timeToLive);
  }

  protected processRow({ values }: Row, timestamp: number | undefined): void {
    const { from, to, withRank } = this.#options;
    const place = (this.#count.value() ?? 0) + 1;
    if (place > to) return;
    this.#count.update(place);
    if (place >= from) this.emit('+I', withRank ? [...values, place] : values, timestamp);
  }
}
