import type { SelectedRow, SelectItems } from './selected-row.ts';
import type { Table } from './table.ts';

/** A table whose rows are grouped: `select` says what is computed of each group. */
export class GroupedTable<T = Record<string, unknown>> {
  readonly #select: (expressions: string) => Table;

  /** Made by `groupBy`. @internal */
  constructor(select: (expressions: string) => Table) {
    this.#select = select;
  }

  /**
   * What is computed of each group: keys and aggregates. Rows of keys, COUNT, SUM, MIN and MAX of columns have the types of these.
   * @throws {TidemarkError} as `env.sqlQuery`
   */
  select<const E extends readonly string[], R = T>(
    ...expressions: SelectItems<NoInfer<R>, E>
  ): Table<SelectedRow<R, E[number]>> {
    return this.#select(expressions.join(', ')) as unknown as Table<SelectedRow<R, E[number]>>;
  }
}

/** What windows add to the columns of a table, as local or UTC times in milliseconds. */
export interface WindowColumns {
  /** When the window begins. */
  readonly window_start: number;
  /** The first moment behind it. */
  readonly window_end: number;
  /** The last moment in it, from which operators may take time. */
  readonly window_time: number;
}

/** A table whose rows are in windows: `groupBy` names the window, and other keys. */
export class WindowedTable<T = Record<string, unknown>> {
  readonly #groupBy: (keys: readonly string[]) => GroupedTable<T & WindowColumns>;

  /** Made by `window`. @internal */
  constructor(groupBy: (keys: readonly string[]) => GroupedTable<T & WindowColumns>) {
    this.#groupBy = groupBy;
  }

  /** The window's name, and columns. */
  groupBy(...keys: readonly string[]): GroupedTable<T & WindowColumns> {
    return this.#groupBy(keys);
  }
}
