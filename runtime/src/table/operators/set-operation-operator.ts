import type { ValueState } from '../../state/value-state.ts';
import { isAddition, type Row, type RowKind } from '../changelog-row.ts';
import { rowIdentity } from '../types/value-identity.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface SetOperationOptions {
  readonly operation: 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly timeToLive: number | undefined;
}

/** INTERSECT and EXCEPT: how often a row is in the result follows from how often it is in each input. */
export class SetOperationOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  readonly #options: SetOperationOptions;
  readonly #counts: ValueState<readonly [number, number] | undefined>;

  constructor(options: SetOperationOptions) {
    super(rowIdentity, rowIdentity);
    this.#options = options;
    this.#counts = this.valueState('counts', options.timeToLive);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    this.#change(row, isAddition(row) ? 1 : -1, 0, timestamp);
  }

  protected override processRow2(row: Row, timestamp: number | undefined): void {
    this.#change(row, 0, isAddition(row) ? 1 : -1, timestamp);
  }

  #change({ values }: Row, left: number, right: number, timestamp: number | undefined): void {
    const [wasLeft, wasRight] = this.#counts.value() ?? [0, 0];
    const counts = [Math.max(0, wasLeft + left), Math.max(0, wasRight + right)] as const;
    const isGone = counts[0] === 0 && counts[1] === 0;
    this.#counts.update(isGone ? undefined : counts);
    const before = this.#result(wasLeft, wasRight);
    const now = this.#result(counts[0], counts[1]);
    if (!this.#options.all) {
      if (before !== now) this.emit(now > before ? '+I' : '-D', values, timestamp);
      return;
    }
    // With ALL the copies of a row are made of its counts, which change: all copies go and come with each change of them.
    const isNew = wasLeft === 0 && wasRight === 0;
    this.#copies(isGone ? '-D' : '-U', before, values, timestamp);
    this.#copies(isNew ? '+I' : '+U', now, values, timestamp);
  }

  #copies(kind: RowKind, count: number, values: readonly unknown[], timestamp: number | undefined): void {
    for (let copy = 0; copy < count; copy++) this.emit(kind, values, timestamp);
  }

  #result(left: number, right: number): number {
    const { operation, all } = this.#options;
    if (operation === 'INTERSECT') return all ? Math.min(left, right) : Math.min(left, right, 1);
    return all ? Math.max(0, left - right) : left > 0 && right === 0 ? 1 : 0;
  }
}
