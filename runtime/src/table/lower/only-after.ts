import { inputsOf as columnsOf } from '../plan/expression.ts';
import type { AnyJoin, Filter, Relation } from '../plan/relation.ts';
import { upsertKey } from '../plan/upsert-key.ts';
import { changelogMode } from './changelog-mode.ts';

/**
 * Whether a plan's rows are right without the old versions of rows that change, so that none need be made. Where one node needs them,
 * all that stand behind it hand them on.
 */
export function canLeaveOutOld(relation: Relation): boolean {
  if (!changelogMode(relation).has('+U')) return true;
  switch (relation.kind) {
    case 'project':
    case 'expand':
    case 'unnest':
    case 'window-table':
      return canLeaveOutOld(relation.input);
    case 'filter':
      // A new version may be filtered out: then it is the old one that takes the row away, unless the key alone decides.
      return isOnKey(relation) && canLeaveOutOld(relation.input);
    case 'over':
      return false;
    case 'join':
      return (['left', 'right'] as const).every(
        (side) => canLeaveOutOld(relation[side]) && (isStill(relation[side]) || isKeyed(relation, side)),
      );
    case 'temporal-join':
      return canLeaveOutOld(relation.left);
    case 'set':
      return relation.operation === 'UNION' ? relation.inputs.every(canLeaveOutOld) : !relation.all;
    default:
      return true;
  }
}

function isOnKey({ input, condition }: Filter): boolean {
  const key = upsertKey(input);
  return key !== undefined && columnsOf(condition).every((column) => key.includes(column));
}

function isStill(relation: Relation): boolean {
  return !changelogMode(relation).has('+U');
}

/** A new version finds the old one by its key if it comes to the same place, which the columns of the join decide. */
function isKeyed({ equal, ...join }: AnyJoin, side: 'left' | 'right'): boolean {
  const key = upsertKey(join[side]);
  return (
    key !== undefined && equal.every((pair) => pair[side].kind === 'input' && key.includes(pair[side].index))
  );
}
