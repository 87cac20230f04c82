import type { Sink } from '../../operators/sink.ts';
import { sinkOptionInvalid } from '../connector-errors.ts';
import type { Database } from './database.ts';
import { DatabaseCommitter, TransactionWriter } from './transaction-writer.ts';
import { UpsertWriter } from './upsert-writer.ts';

/** Which rows are written. */
export interface DatabaseSinkOptions<T> {
  /** The table's name, `'users'` or with its schema `'sales.users'`; it must be there. */
  readonly table: string;
  /**
   * The columns that tell rows apart, with a primary key or a unique index on them. A record takes the place of the row of
   * its key. Without a key every record is a row of its own.
   */
  readonly key?: (keyof T & string) | readonly (keyof T & string)[];
  /** The columns written; the fields of the first record when left out. */
  readonly columns?: readonly (keyof T & string)[];
  /** True for a record whose row is to be deleted. Needs a key. */
  readonly deleted?: (record: T) => boolean;
}

/**
 * Writes records to a table of a relational database, each once. By key, rows are written soon, and written again after a
 * failure, which changes nothing. Without a key, rows are part of the snapshots and are written, in a transaction each, when
 * a snapshot is on disk; what was written is taken down in the table `tidemark_commits`.
 * @throws {TidemarkError} `sink-option-invalid`; while running, `database-failed`
 * @example
 * const totals = orders.keyBy('user').sum('amount');
 * totals.sinkTo(databaseSink(sqlite('shop.sqlite'), { table: 'totals', key: 'user', columns: ['user', 'amount'] }));
 * await (await env.execute()).finished();
 */
export function databaseSink<T extends object>(database: Database, options: DatabaseSinkOptions<T>): Sink<T> {
  const { table, columns, deleted } = options;
  const key =
    options.key === undefined ? [] : typeof options.key === 'string' ? [options.key] : [...options.key];
  if (typeof table !== 'string' || table === '')
    throw sinkOptionInvalid('databaseSink', 'table', table, 'is the name of a table');
  if (deleted !== undefined && key.length === 0)
    throw sinkOptionInvalid('databaseSink', 'deleted', deleted, 'needs a key, to know which row is meant');
  const missing = key.find((column) => columns !== undefined && !columns.includes(column));
  if (missing !== undefined)
    throw sinkOptionInvalid('databaseSink', 'columns', columns, `has the column ${missing} of the key`);
  const target = {
    database,
    table,
    key,
    columns,
    deleted: deleted as ((row: object) => boolean) | undefined,
  };
  return {
    kind: 'database',
    parameters: { ...database.parameters, table, key, columns },
    functions: deleted === undefined ? [] : [deleted],
    createWriter: (context) =>
      key.length > 0 ? new UpsertWriter<T>(target, context) : new TransactionWriter<T>(target),
    ...(key.length > 0 ? {} : { createCommitter: () => new DatabaseCommitter(database) }),
  };
}
