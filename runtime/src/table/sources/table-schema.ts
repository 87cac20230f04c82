import { badSql, missingWatermark, unknownColumn } from '../sql-errors.ts';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { SchemaNode } from '../parse/ast.ts';
import { ExpressionBinder } from '../plan/expression-binder.ts';
import type { Expression } from '../plan/expression.ts';
import type { Column } from '../plan/relation.ts';
import { Scope } from '../plan/scope.ts';
import { isTimestamp, showType } from '../types/logical-type.ts';

/** Where a column of a table comes from. */
export type ColumnOrigin =
  | { readonly kind: 'field'; readonly field: string }
  /** The record's timestamp. */
  | { readonly kind: 'timestamp' }
  /** Other metadata of a connector, which it hands over beside the record. */
  | { readonly kind: 'metadata'; readonly key: string }
  | { readonly kind: 'computed'; readonly expression: Expression };

export interface ResolvedSchema {
  readonly columns: readonly Column[];
  readonly origins: readonly ColumnOrigin[];
  readonly primaryKey: readonly number[];
  /** `source` hands on the watermarks that the stream has. */
  readonly watermark: { readonly column: number; readonly expression: Expression | 'source' } | undefined;
}

/** Looks up and checks what a schema says. */
export function resolveSchema(schema: SchemaNode, functions: FunctionCatalog): ResolvedSchema {
  const plain = schema.columns.filter(({ expression }) => expression === undefined);
  const scopeColumns = plain.map(({ name, type }): Column => ({ name: name.name, type: type! }));
  const scope = new Scope(
    scopeColumns.map((column) => ({
      qualifier: undefined,
      column,
      index: schema.columns.findIndex(({ name }) => name.name === column.name),
    })),
  );
  const binder = new ExpressionBinder(functions, scope);
  const names = schema.columns.map(({ name }) => name.name);
  schema.columns.forEach(({ name }, at) => {
    if (names.indexOf(name.name) !== at)
      throw badSql(
        'duplicate-column',
        `The column '${name.name}' is declared twice.`,
        'Rename one.',
        name.at,
      );
  });
  const origins = schema.columns.map(({ name, expression, metadata }): ColumnOrigin => {
    if (expression !== undefined) return { kind: 'computed', expression: binder.bind(expression) };
    if (metadata === undefined) return { kind: 'field', field: name.name };
    return metadata.key === 'timestamp' || metadata.key === 'rowtime'
      ? { kind: 'timestamp' }
      : { kind: 'metadata', key: metadata.key };
  });
  const columns = schema.columns.map(({ name, type }, at): Column => {
    const origin = origins[at]!;
    if (origin.kind !== 'computed') return { name: name.name, type: type! };
    const { expression } = origin;
    const isProctime = expression.kind === 'call' && expression.name === 'PROCTIME';
    return { name: name.name, type: expression.type, ...(isProctime ? { time: 'proctime' as const } : {}) };
  });
  const place = ({
    name,
    at,
  }: {
    readonly name: string;
    readonly at: SchemaNode['columns'][number]['at'];
  }) => {
    const found = names.indexOf(name);
    if (found < 0) throw unknownColumn(name, names, at);
    return found;
  };
  const primaryKey = schema.primaryKey.map(place);
  if (schema.watermark === undefined) return { columns, origins, primaryKey, watermark: undefined };
  const { column, expression, at } = schema.watermark;
  const index = place(column);
  if (!isTimestamp(columns[index]!.type)) {
    throw badSql(
      'type-mismatch',
      `A watermark is on a TIMESTAMP(3) or TIMESTAMP_LTZ(3), and '${column.name}' is ${showType(columns[index]!.type)}.`,
      'Give it such a type.',
      column.at,
    );
  }
  const isSource = expression.kind === 'call' && expression.name.toUpperCase() === 'SOURCE_WATERMARK';
  const timed = columns.map((item, each): Column => (each === index ? { ...item, time: 'rowtime' } : item));
  const all = new ExpressionBinder(functions, Scope.of(columns, undefined));
  const bound = isSource ? ('source' as const) : all.bind(expression);
  if (bound !== 'source' && !isTimestamp(bound.type))
    throw missingWatermark('WATERMARK FOR', column.name, at);
  return { columns: timed, origins, primaryKey, watermark: { column: index, expression: bound } };
}
