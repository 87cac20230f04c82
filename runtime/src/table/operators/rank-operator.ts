import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import { equalRows } from '../types/compare.ts';
import { rowIdentity } from '../types/value-identity.ts';
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
  /** True if rows are taken back, so that those below the last place may rise. */
  readonly retracts: boolean;
  readonly updateBefore: boolean;
  readonly timeToLive: number | undefined;
}

interface RankedRow {
  readonly sort: readonly unknown[];
  readonly values: readonly unknown[];
}

/**
 * The rows from one place to another of each partition. When a row comes or goes, what changes between the two is sent: with places
 * shown, -U and +U for each place that another row has now; without, -D for the row that has left and +I for the one that has come.
 */
export class RankOperator extends KeyedTableOperator {
  readonly #options: RankOptions;
  readonly #rows: ValueState<RankedRow[] | undefined>;
  /** In batch mode: partitions to be shown at the end. */
  #partitions = new Set<unknown>();

  constructor(options: RankOptions) {
    super(options.key);
    this.#options = options;
    this.#rows = this.valueState('rows', options.timeToLive);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { retracts, to } = this.#options;
    const rows = this.#rows.value() ?? [];
    const before = this.#shown(rows);
    if (isAddition(row)) {
      const added = { sort: this.#options.sortValues(row.values), values: row.values };
      const at = this.#placeOf(rows, added.sort);
      if (!retracts && at >= to) return;
      rows.splice(at, 0, added);
      if (!retracts && rows.length > to) rows.length = to;
    } else {
      const identity = rowIdentity(row.values);
      const at = rows.findIndex(({ values }) => rowIdentity(values) === identity);
      if (at < 0) return;
      rows.splice(at, 1);
    }
    this.#rows.update(rows.length === 0 ? undefined : rows);
    if (this.runtime.batch) this.#partitions.add(this.backend.currentKey);
    else this.#emitChange(before, this.#shown(rows), timestamp);
  }

  protected override onWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) {
      for (const key of this.#partitions) {
        this.backend.setCurrentKey(key);
        this.#emitChange([], this.#shown(this.#rows.value() ?? []), undefined);
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

  /** Behind all rows that are not greater: of equals, the first to come stands first. */
  #placeOf(rows: readonly RankedRow[], sort: readonly unknown[]): number {
    const { compare } = this.#options;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(rows[middle]!.sort, sort) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #shown(rows: readonly RankedRow[]): (readonly unknown[])[] {
    const { from, to } = this.#options;
    return rows.slice(from - 1, to).map(({ values }) => values);
  }

  #emitChange(
    before: readonly (readonly unknown[])[],
    after: readonly (readonly unknown[])[],
    timestamp: number | undefined,
  ): void {
    if (this.#options.withRank) this.#emitPlaces(before, after, timestamp);
    else this.#emitRows(before, after, timestamp);
  }

  #emitPlaces(
    before: readonly (readonly unknown[])[],
    after: readonly (readonly unknown[])[],
    timestamp: number | undefined,
  ): void {
    const { from, updateBefore } = this.#options;
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      const old = before[at];
      const now = after[at];
      if (old !== undefined && now !== undefined && (old === now || equalRows(old, now))) continue;
      if (old === undefined) this.emit('+I', [...now!, from + at], timestamp);
      else if (now === undefined) this.emit('-D', [...old, from + at], timestamp);
      else {
        if (updateBefore) this.emit('-U', [...old, from + at], timestamp);
        this.emit('+U', [...now, from + at], timestamp);
      }
    }
  }

  #emitRows(
    before: readonly (readonly unknown[])[],
    after: readonly (readonly unknown[])[],
    timestamp: number | undefined,
  ): void {
    const left = new Map<string, number>();
    for (const values of after) count(left, values, 1);
    const gone = before.filter((values) => count(left, values, -1) < 0);
    for (const values of gone) this.emit('-D', values, timestamp);
    const had = new Map<string, number>();
    for (const values of before) count(had, values, 1);
    for (const values of after) if (count(had, values, -1) < 0) this.emit('+I', values, timestamp);
  }
}

function count(counts: Map<string, number>, values: readonly unknown[], by: number): number {
  const identity = rowIdentity(values);
  const now = (counts.get(identity) ?? 0) + by;
  counts.set(identity, now);
  return now;
}
