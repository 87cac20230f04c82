import type { StreamNode } from '../../graph/stream-node.ts';
import type { SchemaNode } from '../../table/parse/ast.ts';
import { deriveSchema, recordsOf } from './derive-schema.ts';
import { schemaNode } from './schema.ts';

/** The column of a record's timestamp, by which windows of SQL go. */
const ROWTIME = {
  columns: { rowtime: { type: 'TIMESTAMP_LTZ(3)', metadata: 'rowtime' } },
  watermark: { rowtime: 'SOURCE_WATERMARK()' },
};

/**
 * The columns of a stream's records: by their values where these are known, else by their type.
 * @param columns SQL types by the fields of the record's type, where somebody knows it
 * @throws {TidemarkError} `schema-needed` if nobody knows its records
 */
export function recordSchema(
  method: string,
  node: StreamNode,
  columns: Readonly<Record<string, string>> | undefined,
): SchemaNode {
  const byType = recordsOf(node) === undefined && columns !== undefined;
  return byType ? schemaNode({ columns }) : deriveSchema(method, node);
}

/**
 * The schema of a stream that a query names as it is: the columns of its records, and `rowtime` behind them if it has event time
 * and no field of that name.
 * @throws {TidemarkError} as `recordSchema`
 */
export function heldSchema(...of: Parameters<typeof recordSchema>): SchemaNode {
  const [, node] = of;
  const schema = recordSchema(...of);
  const isTaken = schema.columns.some(({ name }) => name.name === 'rowtime');
  if (isTaken || !hasEventTime(node)) return schema;
  const { columns: more, watermark } = schemaNode(ROWTIME);
  return { ...schema, columns: [...schema.columns, ...more], watermark };
}

function hasEventTime({ kind, watermarkStrategy, inputs }: StreamNode): boolean {
  if (kind === 'timestamps' || (watermarkStrategy && watermarkStrategy.kind !== 'none')) return true;
  return inputs.some(({ from }) => hasEventTime(from));
}
