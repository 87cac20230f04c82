/** Values of a row by names of columns. */
export type Row = Readonly<Record<string, unknown>>;

/** What is done to a table in one transaction. */
export interface TableChange {
  readonly table: string;
  /** Columns that tell rows apart; none if rows are only added. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Rows to be there afterwards, no two of one key. */
  readonly rows: readonly Row[];
  /** Rows of whose key none is to be there afterwards. */
  readonly deleted: readonly Row[];
  /** Names the change, so that it is made once however often it is asked for. */
  readonly once?: { readonly writer: string; readonly number: number };
}

/** A connection to a database. */
export interface DatabaseConnection {
  /** Makes a change, all of it or nothing. */
  apply(change: TableChange): Promise<void>;
  /** Rows of a table whose column has one of these values. */
  find(
    table: string,
    columns: readonly string[] | undefined,
    key: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A relational database: `sqlite(path)` or `postgres(options)`. */
export interface Database {
  /** `'sqlite'` or `'postgres'`. */
  readonly kind: string;
  /** What tells it from others, without credentials. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Opens a connection. @internal */
  readonly connect: () => Promise<DatabaseConnection>;
}

/** Remembers what was done once. */
export const ONCE_TABLE = 'tidemark_commits';

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table by its name, which may begin with that of its schema: `sales.users`. */
export function quotedTable(name: string): string {
  return name.split('.').map(quoted).join('.');
}

/** `INSERT` of rows, by key in the place of those that are there. @param values `(?, ?), (?, ?)` */
export function insertText({ table, key, columns }: TableChange, values: string): string {
  const into = `INSERT INTO ${quotedTable(table)} (${columns.map(quoted).join(', ')}) VALUES ${values}`;
  if (key.length === 0) return into;
  const others = columns.filter((column) => !key.includes(column));
  const set = others.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ');
  return `${into} ON CONFLICT (${key.map(quoted).join(', ')}) DO ${others.length === 0 ? 'NOTHING' : `UPDATE SET ${set}`}`;
}

/** @param placeholder of the parameter of that number, from 1 */
export function deleteText({ table, key }: TableChange, placeholder: (n: number) => string): string {
  const where = key.map((column, at) => `${quoted(column)} = ${placeholder(at + 1)}`).join(' AND ');
  return `DELETE FROM ${quotedTable(table)} WHERE ${where}`;
}
