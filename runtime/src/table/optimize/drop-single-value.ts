import { project } from '../plan/build-relations.ts';
import type { Relation } from '../plan/relation.ts';

/** A sub-query that sums up all rows stands for one value by itself: nothing has to check that it has one row. */
export function dropSingleValue(relation: Relation): Relation | undefined {
  if (relation.kind !== 'aggregate' || relation.keys.length > 0) return undefined;
  const [call, ...more] = relation.calls;
  if (call === undefined || more.length > 0 || call.name !== 'SINGLE_VALUE' || call.filter !== undefined)
    return undefined;
  if (!hasOneRow(relation.input)) return undefined;
  const [column] = relation.columns;
  return project(relation.input, call.args, [column!.name], relation.at);
}

function hasOneRow(relation: Relation): boolean {
  if (relation.kind === 'project') return hasOneRow(relation.input);
  return relation.kind === 'aggregate' && relation.keys.length === 0;
}
