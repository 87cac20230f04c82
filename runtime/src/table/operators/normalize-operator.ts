import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface NormalizeOptions {
  readonly key: RowKey | undefined;
  readonly updateBefore: boolean;
  /** What a version has to meet to be there. */
  readonly condition: (values: readonly unknown[]) => boolean;
  readonly timeToLive: number | undefined;
}

/** Makes a whole changelog of one by key: with the old versions that it lacks, and without what came twice. */
export class NormalizeOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  readonly #options: NormalizeOptions;
  readonly #last: ValueState<readonly unknown[] | undefined>;

  constructor(options: NormalizeOptions) {
    super(options.key);
    this.#options = options;
    this.#last = this.valueState('last', options.timeToLive);
  }

  protected processRow({ kind, values }: Row, timestamp: number | undefined): void {
    const { updateBefore, timeToLive, condition } = this.#options;
    const last = this.#last.value();
    // The new version brings the old one with it.
    if (kind === '-U') return;
    if (kind === '-D' || !condition(values)) {
      if (last === undefined) return;
      this.#last.clear();
      this.emit('-D', last, timestamp);
      return;
    }
    if (last !== undefined && timeToLive === undefined && equalRows(last, values)) return;
    this.#last.update(values);
    if (last === undefined) return this.emit('+I', values, timestamp);
    if (updateBefore) this.emit('-U', last, timestamp);
    this.emit('+U', values, timestamp);
  }
}
