import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface DeduplicateOptions {
  readonly key: RowKey | undefined;
  readonly keep: 'first' | 'last';
  readonly domain: 'rowtime' | 'proctime';
  readonly timeColumn: number;
  readonly updateBefore: boolean;
  readonly timeToLive: number | undefined;
}

interface Kept {
  readonly values: readonly unknown[];
  /** True once it is certain, and out. */
  readonly out: boolean;
}

/**
 * One row of each key: the first or the last by its time. By the clock, rows come in order. In event time the first is certain, and
 * goes out, when the watermark has passed it; the last goes out as it comes, and changes when a later one comes.
 */
export class DeduplicateOperator extends KeyedTableOperator {
  readonly #options: DeduplicateOptions;
  readonly #kept: ValueState<Kept | undefined>;

  constructor(options: DeduplicateOptions) {
    super(options.key);
    this.#options = options;
    this.#kept = this.valueState('kept', options.timeToLive);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const kept = this.#kept.value();
    if (this.#options.keep === 'last') this.#keepLast(kept, row, timestamp);
    else this.#keepFirst(kept, row, timestamp);
  }

  #keepFirst(kept: Kept | undefined, row: Row, timestamp: number | undefined): void {
    const { domain, timeColumn } = this.#options;
    const { values } = row;
    if (domain === 'proctime') {
      if (kept !== undefined) return;
      this.#kept.update({ values, out: true });
      this.emit('+I', values, timestamp);
      return;
    }
    const time = values[timeColumn] as number;
    if (time === null || time < this.currentWatermark) return this.tooLate(row, timestamp, undefined);
    if (kept?.out === true || (kept !== undefined && (kept.values[timeColumn] as number) <= time)) return;
    if (kept !== undefined) this.deleteTimer(kept.values[timeColumn] as number);
    this.#kept.update({ values, out: false });
    this.registerTimer(time);
  }

  protected override onTimer(time: number): void {
    const kept = this.#kept.value();
    if (kept === undefined || kept.out) return;
    this.#kept.update({ values: kept.values, out: true });
    this.emit('+I', kept.values, time);
  }

  #keepLast(kept: Kept | undefined, { values }: Row, timestamp: number | undefined): void {
    const { domain, timeColumn, updateBefore, timeToLive } = this.#options;
    if (kept === undefined) {
      this.#kept.update({ values, out: true });
      this.emit('+I', values, timestamp);
      return;
    }
    if (domain === 'rowtime' && (values[timeColumn] as number) < (kept.values[timeColumn] as number)) return;
    if (timeToLive === undefined && equalRows(kept.values, values)) return;
    this.#kept.update({ values, out: true });
    if (updateBefore) this.emit('-U', kept.values, timestamp);
    this.emit('+U', values, timestamp);
  }
}
