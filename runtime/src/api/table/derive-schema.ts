import { TidemarkError } from '../../errors.ts';
import type { StreamNode } from '../../graph/stream-node.ts';
import type { SchemaNode } from '../../table/parse/ast.ts';
import { NOWHERE } from '../../table/parse/position.ts';
import {
  BIGINT, BOOLEAN, DOUBLE, sameType, showType, STRING, TIMESTAMP_LTZ, type LogicalType, type TypedField,
} from '../../table/types/logical-type.ts'; // prettier-ignore

/** Nodes that hand records on as they came. */
const KEEPS_RECORDS: ReadonlySet<string> = new Set(['filter', 'timestamps']);

/** `undefined` while only NULL was seen, which is of any type. */
type Seen = LogicalType | undefined;

/**
 * The schema of a stream whose records are known before it runs, being those of a collection: a column for each field, of a type that fits
 * all its values.
 * @param rowOf where in a record the row is
 * @throws {TidemarkError} `schema-needed` if records are not known, or a field's values have no type in common
 */
export function deriveSchema(
  method: string,
  node: StreamNode,
  rowOf: (record: unknown) => unknown = (record) => record,
): SchemaNode {
  const records = recordsOf(node);
  if (records === undefined)
    throw schemaNeeded(method, `what records '${node.name}' has is known only when it runs.`);
  const columns = new Map<string, Seen>();
  try {
    for (const record of records) {
      for (const [name, value] of fieldsOf(rowOf(record)))
        columns.set(name, common(columns.get(name), typeOf(value, name), name));
    }
    if (columns.size === 0) throw new NoType(`'${node.name}' has no record with fields.`);
    return {
      columns: [...columns].map(([name, type]) => {
        if (type === undefined) throw new NoType(`'${name}' is NULL wherever it is.`);
        return { name: { name, at: NOWHERE }, type, expression: undefined, metadata: undefined, notNull: false, at: NOWHERE }; // prettier-ignore
      }),
      watermark: undefined,
      primaryKey: [],
    };
  } catch (error) {
    throw error instanceof NoType ? schemaNeeded(method, error.message) : error;
  }
}

/** Why a type cannot be told. */
class NoType extends Error {}

function schemaNeeded(method: string, why: string): TidemarkError {
  return new TidemarkError(
    'schema-needed',
    `${method} has no schema, and the columns cannot be told from the stream: ${why} Say them behind the stream, as in ` +
      "'user STRING, amount INT', or { columns: { user: 'STRING', amount: 'INT' } }.",
    { details: { method, why } },
  );
}

/** The records of a stream that are known before it runs; `undefined` if they are not. */
export function recordsOf(node: StreamNode): readonly unknown[] | undefined {
  if (node.source?.kind === 'collection') return node.source.parameters['values'] as readonly unknown[];
  const [edge] = node.inputs;
  const passes = KEEPS_RECORDS.has(node.kind) && edge !== undefined && edge.sideOutput === undefined;
  return passes ? recordsOf(edge.from) : undefined;
}

/** Names as Flink gives them: the places of a tuple are `f0`, `f1`, …, a plain value is `f0`. */
function fieldsOf(row: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(row)) return row.map((value, at) => [`f${at}`, value] as const);
  return isRow(row) ? Object.entries(row) : [['f0', row]];
}

function isRow(value: unknown): value is object {
  const isOther = value instanceof Date || value instanceof Map || value instanceof Set;
  return typeof value === 'object' && value !== null && !isOther && !ArrayBuffer.isView(value);
}

function typeOf(value: unknown, name: string): Seen {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
      return STRING;
    case 'boolean':
      return BOOLEAN;
    case 'bigint':
      return BIGINT;
    case 'number':
      return Number.isSafeInteger(value) ? BIGINT : DOUBLE;
  }
  if (value === null) return undefined;
  if (value instanceof Date) return TIMESTAMP_LTZ;
  if (value instanceof Uint8Array) return { name: 'BYTES' };
  if (Array.isArray(value)) {
    const element = value.reduce<Seen>((seen, item) => common(seen, typeOf(item, name), name), undefined);
    return element && { name: 'ARRAY', element };
  }
  if (!isRow(value)) throw new NoType(`'${name}' holds what no column holds by itself.`);
  const fields = Object.entries(value).map(([field, of]) => ({
    name: field,
    type: typeOf(of, `${name}.${field}`),
  }));
  // A ROW with a field of no known type is of none itself.
  return fields.every((field): field is TypedField => field.type !== undefined)
    ? { name: 'ROW', fields }
    : undefined;
}

/** A type for values of both. */
function common(a: Seen, b: Seen, name: string): Seen {
  if (a === undefined || b === undefined || sameType(a, b)) return a ?? b;
  const names = new Set([a.name, b.name]);
  if (names.has('DOUBLE') && names.has('BIGINT')) return DOUBLE;
  if (a.name === 'ARRAY' && b.name === 'ARRAY')
    return { name: 'ARRAY', element: common(a.element, b.element, name)! };
  if (a.name === 'ROW' && b.name === 'ROW') {
    const types = new Map<string, LogicalType>(a.fields.map((field) => [field.name, field.type]));
    for (const field of b.fields)
      types.set(field.name, common(types.get(field.name), field.type, `${name}.${field.name}`)!);
    return { name: 'ROW', fields: [...types].map(([field, type]) => ({ name: field, type })) };
  }
  throw new NoType(`'${name}' is ${showType(a)} in one record and ${showType(b)} in another.`);
}
