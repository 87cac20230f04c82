import type { Database, DatabaseConnection, Row } from './database.ts';

/** Where rows are looked up. */
export interface LookupPlace {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly table: string;
  /** The column that is looked in. */
  readonly key: string;
  /** The columns of a row beside the key; all when left out. */
  readonly columns?: readonly string[] | undefined;
}

interface Asked {
  readonly value: unknown;
  readonly answer: (rows: readonly Row[]) => void;
  readonly fail: (error: unknown) => void;
}

/** Ms of quiet after which a connection is closed. */
const QUIET = 5_000;

/** Reads rows by a connection that is opened when it is needed. What is asked for at the same time is asked in one query. */
export class DatabaseReader {
  readonly #database: Database;
  #connection: Promise<DatabaseConnection> | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #asked: Asked[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rows that have the value in the column. @param place the same in every call */
  find(place: LookupPlace, value: unknown): Promise<readonly Row[]> {
    return new Promise((answer, fail) => {
      if (this.#asked.length === 0) queueMicrotask(() => void this.#ask(place));
      this.#asked.push({ value, answer, fail });
    });
  }

  async #ask({ table, columns, key }: LookupPlace): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    clearTimeout(this.#quiet);
    try {
      const values = [...new Set(asked.map(({ value }) => value))];
      const connection = (this.#connection ??= this.#database.connect());
      const rows = await (await connection).find(table, columns, key, values);
      const byKey = Map.groupBy(rows, (row) => String(row[key]));
      for (const { value, answer } of asked) answer(byKey.get(String(value)) ?? []);
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
