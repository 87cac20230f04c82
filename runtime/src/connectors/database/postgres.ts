import type { ConnectionOptions } from 'node:tls';
import type { Client, CustomTypesConfig } from 'pg';
import { reveal, type Credential } from '../net/secret.ts';
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

/** How a PostgreSQL server is reached. */
export interface PostgresOptions {
  /** Name or address of its machine, `'localhost'` when left out. */
  readonly host?: string;
  /** 5432 when left out. */
  readonly port?: number;
  /** Name of the database. */
  readonly database: string;
  /** Who connects: `secret('PG_USER')`. */
  readonly user?: Credential;
  /** `secret('PG_PASSWORD')`. */
  readonly password?: Credential;
  /**
   * True to encrypt the connection and check the server's certificate; or these options of Node's `tls.connect`: `{ ca }` for a
   * certificate signed by one's own authority, `{ cert, key }` to show one's own. In no fingerprint, snapshot or error.
   */
  readonly ssl?: boolean | ConnectionOptions;
}

/** A statement has at most 65,535 parameters. */
const PARAMETERS = 30_000;

/**
 * A PostgreSQL database. Its tables must be there.
 * @example
 * const shop = postgres({ database: 'shop', user: secret('PG_USER'), password: secret('PG_PASSWORD') });
 * shop.parameters; // → { database: 'postgres', server: 'localhost:5432/shop' }
 */
export function postgres(options: PostgresOptions): Database {
  return postgresDatabase(options, 'as values');
}

/**
 * The same, with a choice.
 * @param times without a zone: as the client's values, which are of the zone of this machine, or as the texts that the database has
 */
export function postgresDatabase(options: PostgresOptions, times: 'as values' | 'as texts'): Database {
  const { host = 'localhost', port = 5432, database, ssl = false, user, password } = options;
  const server = `${host}:${port}/${database}`;
  return {
    kind: 'postgres',
    parameters: { database: 'postgres', server },
    connect: async () => {
      // Only who uses it waits for it to be loaded.
      const { default: pg } = await import('pg');
      const client = new pg.Client({
        host,
        port,
        database,
        ssl,
        user: user && (await reveal(user)),
        password: password && (await reveal(password)),
        ...(times === 'as texts' ? { types: timesAsTexts(pg.types) } : {}),
      });
      // The next statement says so too; without a listener the process would end.
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch (error) {
        throw databaseFailed(server, 'connect', error);
      }
      return new PostgresConnection(server, client);
    },
  };
}

/** `date`, `time` and `timestamp`, by the numbers that PostgreSQL's types have. */
const TIMES_WITHOUT_ZONE: ReadonlySet<number> = new Set([1082, 1083, 1114]);

function timesAsTexts({ getTypeParser }: CustomTypesConfig): CustomTypesConfig {
  return {
    getTypeParser: ((id: number, format?: 'text') =>
      TIMES_WITHOUT_ZONE.has(id) ? String : (getTypeParser(id, format) as unknown)) as typeof getTypeParser,
  };
}

class PostgresConnection implements DatabaseConnection {
  readonly #server: string;
  readonly #client: Client;
  /** Names of the columns of a table that take JSON. */
  readonly #jsonColumns = new Map<string, ReadonlySet<string>>();

  constructor(server: string, client: Client) {
    this.#server = server;
    this.#client = client;
  }

  apply(change: TableChange): Promise<void> {
    return this.#guarded(`write to ${change.table}`, async () => {
      await this.#client.query('BEGIN');
      try {
        if (await this.#isNew(change)) await this.#change(change);
        await this.#client.query('COMMIT');
      } catch (error) {
        await this.#client.query('ROLLBACK').catch(() => undefined);
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
    const among = values.map((_, at) => `$${at + 1}`).join(', ');
    const text = `SELECT ${selected} FROM ${quotedTable(table)} WHERE ${quoted(key)} IN (${among})`;
    return this.#guarded(`read ${table}`, async () => {
      const { rows } = await this.#client.query<Row>(text, [...values]);
      return rows;
    });
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  async #change(change: TableChange): Promise<void> {
    const { columns, rows, deleted, key } = change;
    const json = await this.#jsonColumnsOf(change.table);
    const atOnce = Math.max(1, Math.floor(PARAMETERS / columns.length));
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const values = some.map(
        (_, row) => `(${columns.map((_column, at) => `$${row * columns.length + at + 1}`).join(', ')})`,
      );
      const parameters = some.flatMap((row) =>
        columns.map((column) => {
          const value = row[column] ?? null;
          // Left to itself, the client makes an array of PostgreSQL's out of an array.
          return value !== null && json.has(column) ? JSON.stringify(value) : value;
        }),
      );
      await this.#client.query(insertText(change, values.join(', ')), parameters);
    }
    for (const row of deleted) {
      await this.#client.query(
        deleteText(change, (n) => `$${n}`),
        key.map((column) => row[column]),
      );
    }
  }

  async #jsonColumnsOf(table: string): Promise<ReadonlySet<string>> {
    let columns = this.#jsonColumns.get(table);
    if (columns === undefined) {
      const { rows } = await this.#client.query<{ name: string }>(
        'SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) ' +
          "AND atttypid IN ('json'::regtype, 'jsonb'::regtype)",
        [quotedTable(table)],
      );
      this.#jsonColumns.set(table, (columns = new Set(rows.map(({ name }) => name))));
    }
    return columns;
  }

  async #isNew({ once }: TableChange): Promise<boolean> {
    if (once === undefined) return true;
    await this.#client.query(
      `CREATE TABLE IF NOT EXISTS ${ONCE_TABLE} (writer TEXT PRIMARY KEY, number BIGINT NOT NULL)`,
    );
    const { rowCount } = await this.#client.query(
      `INSERT INTO ${ONCE_TABLE} AS known (writer, number) VALUES ($1, $2) ` +
        'ON CONFLICT (writer) DO UPDATE SET number = excluded.number WHERE excluded.number > known.number',
      [once.writer, once.number],
    );
    return (rowCount ?? 0) > 0;
  }

  async #guarded<R>(what: string, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw databaseFailed(this.#server, what, error);
    }
  }
}
