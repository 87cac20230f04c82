import type { Database, DatabaseConnection, Row } from './database.ts';

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

/** Ms of quiet after which a connection is closed. */
const QUIET = 5_000;

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
    const row = await reader.find({ parameters, table, key, columns }, of(record));
    // A pair in a list of results: a pair alone would be taken for two of them.
    return [[record, row as R | undefined]];
  };
}

interface Asked {
  readonly value: string | number | bigint;
  readonly answer: (row: Row | undefined) => void;
  readonly fail: (error: unknown) => void;
}

interface Place extends Omit<DatabaseLookupOptions<never>, 'of'> {
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Reads rows by a connection that is opened when it is needed. */
class DatabaseReader {
  readonly #database: Database;
  #connection: Promise<DatabaseConnection> | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #asked: Asked[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  find(place: Place, value: string | number | bigint): Promise<Row | undefined> {
    return new Promise((answer, fail) => {
      if (this.#asked.length === 0) queueMicrotask(() => void this.#ask(place));
      this.#asked.push({ value, answer, fail });
    });
  }

  async #ask({ table, columns, key }: Place): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    clearTimeout(this.#quiet);
    try {
      const values = [...new Set(asked.map(({ value }) => value))];
      const connection = (this.#connection ??= this.#database.connect());
      const rows = await (await connection).find(table, columns, key, values);
      const byKey = new Map(rows.map((row) => [String(row[key]), row]));
      for (const { value, answer } of asked) answer(byKey.get(String(value)));
    } catch (error) {
      this.#close();
      for (const { fail } of asked) fail(error);
    }
    this.#quiet = setTimeout(() => this.#close(), QUIET);
  }

  #close(): void {
    clearTimeout(this.#quiet);
    this.#connection?.then((connection) => connection.close()).catch(() => undefined);
    this.#connection = undefined;
  }
}
