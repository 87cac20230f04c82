import type { SelectedRow, SelectItems } from './selected-row.ts';
import type { Table } from './table.ts';

/** A table whose rows are grouped: `select` says what is computed of each group. */
export class GroupedTable<T = Record<string, unknown>> {
  readonly #select: (expressions: readonly string[]) => Table;

  /** Made by `groupBy`. @internal */
  constructor(select: (expressions: readonly string[]) => Table) {
    this.#select = select;
  }

  /**
   * What is computed of each group: keys and aggregates. In windows `w.start` and `w.end` are columns too.
   * @throws {TidemarkError} as `env.sqlQuery`
   */
  select<const E extends readonly string[], R = T>(
    ...expressions: SelectItems<NoInfer<R>, E>
  ): Table<SelectedRow<NoInfer<R>, E>> {
    return this.#select(expressions as readonly string[]) as unknown as Table<SelectedRow<NoInfer<R>, E>>;
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

/** What a window called `Name` adds to the names that expressions know. */
export type WindowNames<Name extends string> = string extends Name
  ? unknown
  : Readonly<Record<`${Name}.start` | `${Name}.end` | `${Name}.rowtime`, number>>;

/** What can be grouped by of a table in windows: the window's name, and columns. */
export type WindowKeys<T, Name extends string> = string extends Name ? T : T & Readonly<Record<Name, number>>;

/** A table whose rows are in windows: `groupBy` names the window, and other keys. */
export class WindowedTable<T = Record<string, unknown>, Name extends string = string> {
  readonly #groupBy: (keys: readonly string[]) => GroupedTable;

  /** Made by `window`. @internal */
  constructor(groupBy: (keys: readonly string[]) => GroupedTable) {
    this.#groupBy = groupBy;
  }

  /** The window's name, and columns. */
  groupBy<const E extends readonly string[], R = T>(
    ...keys: SelectItems<WindowKeys<NoInfer<R>, Name>, E>
  ): GroupedTable<NoInfer<R> & WindowColumns & WindowNames<Name>> {
    return this.#groupBy(keys as readonly string[]) as unknown as GroupedTable<
      NoInfer<R> & WindowColumns & WindowNames<Name>
    >;
  }
}
