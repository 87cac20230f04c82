import { element, on } from 'tidemark/testing';
import { runJob } from './changelog-job.ts';

/**
 * What expressions make of one row: as the planner computes them beforehand where all is written out, and by the operator where a
 * column, such as a text `s`, is in them.
 */
export async function evaluate(
  expressions: readonly string[],
  values: Readonly<Record<string, unknown>>,
  schema: string,
): Promise<readonly unknown[]> {
  const query = `SELECT ${expressions.map((expression, at) => `${expression} AS x${at}`).join(', ')} FROM t`;
  const { records } = await runJob({ tables: { t: { schema } }, query }, [on('t', element(values, 0))]);
  return Object.values(records[0]!.value.row);
}
