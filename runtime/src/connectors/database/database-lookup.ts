import type { Database, Row } from './database.ts';
import { DatabaseReader } from './database-reader.ts';

/** What is looked up. */
export interface DatabaseLookupOptions<T> {
  /** The table's name. */
  readonly table: string;
  /** The column that is looked in; with an index on it. */
  readonly key: string;
  /** The value that a record's row has in that column. */
  readonly of: (record: T) => string | number | bigint;
  /** The columns of the row beside the key; all when left out. */
  readonly columns?: readonly string[];
}

/**
 * Looks up the row that belongs to a record, for `AsyncDataStream`: gives pairs of the record and its row, `undefined` if there
 * is none. What is asked for at the same time is asked in one query.
 * @throws {TidemarkError} `database-failed`, while running
 * @example
 * const cities = databaseLookup<{ user: string; amount: number }, { city: string }>(sqlite('shop.sqlite'), {
 *   table: 'users',
 *   key: 'user',
 *   of: ({ user }) => user,
 * });
 * const placed = AsyncDataStream.orderedWait(orders, cities, { capacity: 100 });
 * await placed.map(([{ amount }, row]) => [row?.city, amount]).executeAndCollect({ limit: 2 }); // → [['Oslo', 3], ['Rome', 5]]
 */
export function databaseLookup<T, R extends object = Row>(
  database: Database,
  options: DatabaseLookupOptions<T>,
): (record: T) => Promise<readonly (readonly [T, R | undefined])[]> {
  const { table, key, of, columns } = options;
  const { parameters } = database;
  const reader = new DatabaseReader(database);
  return async (record) => {
    // Named here, so that a change of any of them is an edit (law 3).
    const rows = await reader.find({ parameters, table, key, columns }, of(record));
    // A pair in a list of results: a pair alone would be taken for two of them.
    return [[record, rows.at(-1) as R | undefined]];
  };
}
