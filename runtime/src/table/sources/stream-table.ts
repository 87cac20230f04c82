import type { StreamGraph } from '../../graph/stream-graph.ts';
import type { StreamNode } from '../../graph/stream-node.ts';
import type { RowKind } from '../changelog-row.ts';
import { compileExpression, compileProjection } from '../lower/compile-expression.ts';
import { addNode, type Lowering } from '../lower/lowering.ts';
import { showExpression } from '../plan/expression.ts';
import type { TableSource } from '../plan/relation.ts';
import { NOWHERE } from '../parse/position.ts';
import { unknownRowKind } from '../sql-errors.ts';
import { showType } from '../types/logical-type.ts';
import { fromRecord } from './from-record.ts';
import { TableScanOperator } from './table-scan-operator.ts';
import type { ResolvedSchema } from './table-schema.ts';

/** How the records of a stream are rows: plain ones are all added; those of a changelog say what they do. */
export type StreamMode = 'append' | 'changelog';

export interface StreamTableOptions {
  readonly name: string;
  readonly schema: ResolvedSchema;
  readonly mode: StreamMode;
  readonly kinds: ReadonlySet<RowKind>;
  /** The stream that is read; asked for when the table is. */
  readonly stream: () => StreamNode;
}

/** A table of the records of a stream. */
export function streamTable(
  lowering: Pick<Lowering, 'settings'> & { readonly graph: StreamGraph },
  options: StreamTableOptions,
): TableSource {
  const { name, schema, mode, kinds } = options;
  return {
    name,
    columns: schema.columns,
    primaryKey: schema.primaryKey,
    kinds,
    read: (columns) =>
      addNode(lowering, {
        kind: 'table-scan',
        name: `TableScan(table=[${name}], fields=[${columns.map((at) => schema.columns[at]!.name).join(', ')}])`,
        inputs: [options.stream()],
        parameters: { schema: describe(schema), mode, columns },
        expressions: schema.origins.flatMap((origin) =>
          origin.kind === 'computed' ? [origin.expression] : [],
        ),
        createOperator: () => scanOperator(options, columns),
      }),
  };
}

function describe({ columns, origins, watermark }: ResolvedSchema): unknown {
  return {
    columns: columns.map(({ name, type, time }, at) => {
      const origin = origins[at]!;
      return [
        name,
        showType(type),
        time,
        origin.kind === 'computed' ? showExpression(origin.expression) : origin,
      ];
    }),
    watermark: watermark && [
      watermark.column,
      watermark.expression === 'source' ? 'source' : showExpression(watermark.expression),
    ],
  };
}

function scanOperator(
  { name, schema, mode, kinds }: StreamTableOptions,
  read: readonly number[],
): TableScanOperator {
  const { watermark } = schema;
  const clock = { now: () => 0 };
  const expression = watermark?.expression;
  return new TableScanOperator({
    schema,
    kindOf: mode === 'changelog' ? kindReader(name, kinds) : undefined,
    valuesOf: rowReader(schema, clock),
    objectOf: objectReader(schema),
    read,
    watermarkOf:
      expression === undefined || expression === 'source' ? undefined : compileExpression(expression),
    timeColumn: watermark?.column,
    clock,
  });
}

/** @throws {TidemarkError} when it is called: `bad-value` for a kind that the table has not */
function kindReader(name: string, kinds: ReadonlySet<RowKind>): (record: unknown) => RowKind {
  return (record) => {
    const kind = (record as { readonly kind?: RowKind } | null | undefined)?.kind;
    if (kind !== undefined && kinds.has(kind)) return kind;
    throw unknownRowKind(name, kind, kinds, NOWHERE);
  };
}

/** A record that is no object of named fields as one: a plain value is the first column, a tuple has its columns in order. */
function objectReader({ origins }: ResolvedSchema): (record: unknown) => object {
  const fields = origins.flatMap((origin, at) =>
    origin.kind === 'field' ? [{ at, name: origin.field }] : [],
  );
  return (record) =>
    Object.fromEntries(
      fields.map(({ at, name }) => [
        name,
        Array.isArray(record) ? (record as unknown[])[at] : at === 0 ? record : null,
      ]),
    );
}

/** The values of a record in the order of the columns. */
function rowReader(
  { columns, origins }: ResolvedSchema,
  clock: { now: () => number },
): (record: unknown, timestamp: number | undefined) => readonly unknown[] {
  const fields = origins.map((origin, at) => {
    const convert = fromRecord(columns[at]!.type, columns[at]!.name);
    switch (origin.kind) {
      case 'field': {
        const { field } = origin;
        // A stream of plain values is a table of one column; a tuple has its columns in order.
        return (record: unknown) => {
          if (typeof record !== 'object' || record === null) return at === 0 ? convert(record) : null;
          return convert(Array.isArray(record) ? record[at] : (record as Record<string, unknown>)[field]);
        };
      }
      case 'timestamp':
        return (_record: unknown, timestamp: number | undefined) => timestamp ?? null;
      default:
        return () => null;
    }
  });
  const computed = origins.flatMap((origin, at) =>
    origin.kind === 'computed' ? [{ at, expression: origin.expression }] : [],
  );
  if (computed.length === 0) return (record, timestamp) => fields.map((field) => field(record, timestamp));
  const compute = compileProjection(
    computed.map(({ expression }) => expression),
    clock,
  );
  return (record, timestamp) => {
    const values = fields.map((field) => field(record, timestamp));
    compute(values).forEach((value, at) => (values[computed[at]!.at] = value));
    return values;
  };
}
