import { resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  deleteText,
  insertText,
  ONCE_TABLE,
  quoted,
  quotedTable,
  type Database,
  type DatabaseConnection,
  type Row,
  type TableChange,
} from './database.ts';
import { databaseFailed } from './database-errors.ts';

/** How long another process may hold the database, in ms. */
const PATIENCE = 5_000;

/**
 * A SQLite database in a file. Its tables must be there. `true` and `false` are stored as 1 and 0, dates as ISO 8601, objects as
 * JSON. A relative path starts from the working directory, in a notebook its folder.
 * @example
 * const shop = sqlite('shop.sqlite');
 * shop.kind; // → 'sqlite'
 */
export function sqlite(path: string): Database {
  const absolute = path === ':memory:' ? path : resolve(path);
  return {
    kind: 'sqlite',
    parameters: { database: 'sqlite', path: absolute },
    connect: () => {
      try {
        return Promise.resolve(new SqliteConnection(absolute));
      } catch (error) {
        return Promise.reject(databaseFailed(absolute, 'open it', error));
      }
    },
  };
}

/** Every call is over when it returns: transactions of several connections never wait for each other. */
class SqliteConnection implements DatabaseConnection {
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { timeout: PATIENCE });
  }

  apply(change: TableChange): Promise<void> {
    return this.#guarded(`write to ${change.table}`, () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        if (this.#isNew(change)) this.#change(change);
        this.#database.exec('COMMIT');
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  find(
    table: string,
    columns: readonly string[] | undefined,
    key: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    const selected = columns === undefined ? '*' : [key, ...columns].map(quoted).join(', ');
    const among = values.map(() => '?').join(', ');
    const text = `SELECT ${selected} FROM ${quotedTable(table)} WHERE ${quoted(key)} IN (${among})`;
    return this.#guarded(`read ${table}`, () => {
      const statement = this.#database.prepare(text);
      // Else it throws at whole numbers beyond 2^53.
      statement.setReadBigInts(true);
      return statement.all(...values.map(stored)).map(plainRow);
    });
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #change(change: TableChange): void {
    const { columns, rows, deleted, key } = change;
    if (rows.length > 0) {
      const insert = this.#database.prepare(insertText(change, `(${columns.map(() => '?').join(', ')})`));
      for (const row of rows) insert.run(...columns.map((column) => stored(row[column])));
    }
    if (deleted.length === 0) return;
    const remove = this.#database.prepare(deleteText(change, () => '?'));
    for (const row of deleted) remove.run(...key.map((column) => stored(row[column])));
  }

  /** Takes down that the change is made; false if it was before. */
  #isNew({ once }: TableChange): boolean {
    if (once === undefined) return true;
    this.#database.exec(
      `CREATE TABLE IF NOT EXISTS ${ONCE_TABLE} (writer TEXT PRIMARY KEY, number INTEGER NOT NULL)`,
    );
    const { changes } = this.#database
      .prepare(
        `INSERT INTO ${ONCE_TABLE} (writer, number) VALUES (?, ?) ` +
          'ON CONFLICT (writer) DO UPDATE SET number = excluded.number WHERE excluded.number > number',
      )
      .run(once.writer, once.number);
    return Number(changes) > 0;
  }

  #guarded<R>(what: string, work: () => R): Promise<R> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(databaseFailed(this.#path, what, error));
    }
  }
}

/** Rows come without a prototype, and all whole numbers as bigints. */
function plainRow(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value,
    ]),
  );
}

function stored(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object') {
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Uint8Array) return value;
    return JSON.stringify(value);
  }
  return value as SQLInputValue;
}
