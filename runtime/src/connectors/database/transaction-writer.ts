import { randomUUID } from 'node:crypto';
import type { PreparedCommit, SinkCommitter, SinkWriter } from '../../operators/sink.ts';
import type { Database, DatabaseConnection, Row, TableChange } from './database.ts';
import type { DatabaseTarget } from './upsert-writer.ts';

/** Hands rows over to the cut; the committer writes them. */
export class TransactionWriter<T extends object> implements SinkWriter<T> {
  readonly #target: DatabaseTarget;
  /** New with each writer: numbers begin anew after a restore, and what is named by them must not be taken for done. */
  readonly #id = randomUUID();
  #number = 0;
  #rows: Row[] = [];

  constructor(target: DatabaseTarget) {
    this.#target = target;
  }

  write(value: T): void {
    this.#rows.push(value as Row);
  }

  prepareCommit(): PreparedCommit | undefined {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return undefined;
    const { table, key, columns = Object.keys(rows[0]!) } = this.#target;
    this.#number += 1;
    const once = { writer: this.#id, number: this.#number };
    const committable: TableChange = { table, key, columns, rows, deleted: [], once };
    return { committable, ready: Promise.resolve() };
  }
}

/** Writes the rows of a cut, once. */
export class DatabaseCommitter implements SinkCommitter {
  readonly #database: Database;
  #connection: Promise<DatabaseConnection> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async commit(committable: unknown): Promise<void> {
    this.#connection ??= this.#database.connect();
    await (await this.#connection).apply(committable as TableChange);
  }

  close(): void {
    this.#connection?.then((connection) => connection.close()).catch(() => undefined);
  }
}
