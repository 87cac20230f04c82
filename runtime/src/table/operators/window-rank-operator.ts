import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface WindowRankOptions {
  readonly key: RowKey | undefined;
  readonly compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  readonly sortValues: (values: readonly unknown[]) => unknown[];
  readonly startColumn: number;
  readonly endColumn: number;
  readonly domain: 'rowtime' | 'proctime';
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
  readonly from: number;
  readonly to: number;
  readonly withRank: boolean;
}

interface RankedWindow {
  readonly start: number;
  readonly end: number;
  readonly rows: { readonly sort: readonly unknown[]; readonly values: readonly unknown[] }[];
}

/** The rows from one place to another of each partition and window, when the window has passed. */
export class WindowRankOperator extends KeyedTableOperator {
  override readonly agesRecords = false;
  readonly #options: WindowRankOptions;
  readonly #windows: ValueState<RankedWindow[] | undefined>;

  constructor(options: WindowRankOptions) {
    super(options.key);
    this.#options = options;
    this.#windows = this.valueState('windows');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { startColumn, endColumn, domain, to, compare, sortValues } = this.#options;
    const start = row.values[startColumn] as number;
    const end = row.values[endColumn] as number;
    if (this.#options.lastOf(end) <= this.timeOf(domain)) return this.tooLate(row, timestamp, undefined);
    const windows = this.#windows.value() ?? [];
    let window = windows.find((other) => other.start === start && other.end === end);
    if (window === undefined) {
      windows.push((window = { start, end, rows: [] }));
      this.registerTimer(this.#options.lastOf(end), domain);
    }
    const sort = sortValues(row.values);
    let at = window.rows.length;
    while (at > 0 && compare(window.rows[at - 1]!.sort, sort) > 0) at--;
    if (at < to) window.rows.splice(at, 0, { sort, values: row.values });
    if (window.rows.length > to) window.rows.length = to;
    this.#windows.update(windows);
  }

  protected override onTimer(time: number): void {
    const { from, withRank } = this.#options;
    const windows = this.#windows.value() ?? [];
    const left = windows.filter(({ end }) => this.#options.lastOf(end) > time);
    this.#windows.update(left.length === 0 ? undefined : left);
    for (const { end, rows } of windows) {
      if (this.#options.lastOf(end) > time) continue;
      rows.slice(from - 1).forEach(({ values }, at) => {
        this.emit('+I', withRank ? [...values, from + at] : values, this.#options.lastOf(end));
      });
    }
  }
}
