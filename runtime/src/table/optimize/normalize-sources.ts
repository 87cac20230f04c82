import type { TableSettings } from '../lower/lowering.ts';
import { inputsOf, withInputs, type Relation, type Scan } from '../plan/relation.ts';
import { missingPrimaryKey } from '../sql-errors.ts';

/**
 * Puts a normalization by key behind sources whose changelog is not whole: those that leave old versions out, and, if
 * `table.exec.source.cdc-events-duplicate` is set, those whose changes may come twice.
 * @throws {TidemarkError} `missing-primary-key` for such a source without a key
 */
export function normalizeSources(
  relation: Relation,
  settings: Pick<TableSettings, 'sourceDuplicates'>,
): Relation {
  if (relation.kind === 'scan') return normalized(relation, settings.sourceDuplicates);
  if (relation.kind === 'temporal-join') {
    const left = normalizeSources(relation.left, settings);
    const right = normalizeSources(relation.right, settings);
    return { ...relation, left, right: isVersions(relation.right) ? relation.right : right };
  }
  return withInputs(
    relation,
    inputsOf(relation).map((input) => normalizeSources(input, settings)),
  );
}

function normalized(scan: Scan, duplicates: boolean): Relation {
  const { kinds, primaryKey, name } = scan.table;
  const leavesOutOld = kinds.has('+U') && !kinds.has('-U');
  const isChangelog = kinds.size > 1 || !kinds.has('+I');
  if (!leavesOutOld && !(isChangelog && duplicates)) return scan;
  if (primaryKey.length === 0) throw missingPrimaryKey(name, leavesOutOld ? 'upsert' : 'duplicates', scan.at);
  const key = primaryKey.map((column) => scan.read.indexOf(column));
  return { kind: 'normalize', input: scan, key, columns: scan.columns, at: scan.at };
}

/** A table whose rows are versions as they come: a temporal join wants no old ones, and of a deletion the time that it says itself. */
function isVersions(relation: Relation): boolean {
  return relation.kind === 'scan' || (relation.kind === 'project' && isVersions(relation.input));
}
