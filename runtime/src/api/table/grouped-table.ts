import type { Table } from './table.ts';

/** A table whose rows are grouped: `select` says what is computed of each group. */
export class GroupedTable {
  readonly #select: (expressions: string) => Table;

  /** Made by `groupBy`. @internal */
  constructor(select: (expressions: string) => Table) {
    this.#select = select;
  }

  /**
   * What is computed of each group: keys and aggregates.
   * @throws {TidemarkError} as `env.sqlQuery`
   */
  select<R = Record<string, unknown>>(...expressions: readonly string[]): Table<R> {
    return this.#select(expressions.join(', ')) as Table<R>;
  }
}

/** A table whose rows are in windows: `groupBy` names the window, and other keys. */
export class WindowedTable {
  readonly #groupBy: (keys: readonly string[]) => GroupedTable;

  /** Made by `window`. @internal */
  constructor(groupBy: (keys: readonly string[]) => GroupedTable) {
    this.#groupBy = groupBy;
  }

  /** The window's name, and columns. */
  groupBy(...keys: readonly string[]): GroupedTable {
    return this.#groupBy(keys);
  }
}
