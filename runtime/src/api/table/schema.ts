import { badArgument } from '../../errors.ts';
import type { SchemaNode } from '../../table/parse/ast.ts';
import { parseSchema } from '../../table/parse/parse-sql.ts';
import type { RowOfText } from './row-of-text.ts';

/** A column: its SQL type, or what it is computed from, or metadata such as the record's timestamp. */
export type SchemaColumn =
  string | { readonly as: string } | { readonly type: string; readonly metadata: string };

/**
 * What columns the records of a stream have.
 * @example
 * const trips = env.fromData({ name: 'ann', price: 3 });
 * const table = env.fromDataStream(trips, { columns: { name: 'STRING', price: 'INT', double: { as: 'price * 2' } } });
 * await env.toDataStream(table).executeAndCollect(); // → [{ name: 'ann', price: 3, double: 6 }]
 */
export interface SchemaOptions {
  /** SQL types by names: `'INT'`, `'DECIMAL(10, 2)'`, `'TIMESTAMP(3)'`, `'ROW<a INT, b STRING>'`. */
  readonly columns: Readonly<Record<string, SchemaColumn>>;
  /** The column of the event time, and its watermark: `{ ts: "ts - INTERVAL '5' SECOND" }`, or `'SOURCE_WATERMARK()'` for the stream's own. */
  readonly watermark?: Readonly<Record<string, string>>;
  /** Columns that tell rows apart. */
  readonly primaryKey?: readonly string[];
}

/** A schema: options, or what stands in CREATE TABLE between the parentheses. */
export type Schema = SchemaOptions | string;

/** The values of a SQL type as TypeScript has them. */
export type ValueOf<Type extends string> = Type extends `${infer Plain} NOT NULL`
  ? NonNullable<ValueOf<Plain>>
  : Type extends 'BOOLEAN'
    ? boolean | null
    : Type extends 'STRING' | `VARCHAR${string}` | `CHAR${string}` | `DECIMAL${string}`
      ? string | null
      : Type extends
            'INT' | 'INTEGER' | 'TINYINT' | 'SMALLINT' | 'FLOAT' | 'DOUBLE' | 'DATE' | `TIME${string}`
        ? number | null
        : Type extends 'BIGINT'
          ? number | bigint | null
          : unknown;

/** The rows of a table with that schema; of a text every column may be NULL. */
export type RowOf<S> = S extends string
  ? RowOfText<S>
  : S extends { readonly columns: infer C }
    ? {
        -readonly [K in keyof C]: C[K] extends string
          ? ValueOf<C[K]>
          : C[K] extends { readonly type: infer T extends string }
            ? ValueOf<T>
            : unknown;
      }
    : Record<string, unknown>;

/** The schema as CREATE TABLE has it, parsed. */
export function schemaNode(schema: Schema): SchemaNode {
  if (typeof schema === 'string') return parseSchema(schema);
  const { columns, watermark = {}, primaryKey = [] } = schema;
  const parts = Object.entries(columns).map(([name, column]) => {
    if (typeof column === 'string') return `${quoted(name)} ${column}`;
    if ('as' in column) return `${quoted(name)} AS ${column.as}`;
    return `${quoted(name)} ${column.type} METADATA FROM '${column.metadata}'`;
  });
  const [time, more] = Object.entries(watermark);
  if (more !== undefined) {
    throw badArgument(
      'watermark',
      watermark,
      'There is one event time.',
      'Give one column: { ts: "ts - INTERVAL \'5\' SECOND" }.',
    );
  }
  if (time !== undefined) parts.push(`WATERMARK FOR ${quoted(time[0])} AS ${time[1]}`);
  if (primaryKey.length > 0) parts.push(`PRIMARY KEY (${primaryKey.map(quoted).join(', ')}) NOT ENFORCED`);
  return parseSchema(parts.join(', '));
}

/** A name as SQL has it, whatever is in it. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
