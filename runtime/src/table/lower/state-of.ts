import type { KeptUntil, Relation } from '../plan/relation.ts';
import { showRelation } from '../plan/show-relation.ts';
import { timeToLiveOf, type TableSettings } from './lowering.ts';

/** What a node keeps, in words; `undefined` if nothing. */
export function stateOf(relation: Relation, settings: TableSettings): string | undefined {
  const forever = (what: string, timeToLive: number | undefined) =>
    `${what}, ${timeToLive === undefined ? 'for ever' : `${timeToLive} ms after it was last changed`}`;
  const ttl = timeToLiveOf('timeToLive' in relation ? relation.timeToLive : undefined, settings);
  switch (relation.kind) {
    case 'aggregate':
      return forever(relation.keys.length === 0 ? 'one group' : 'one entry a group', ttl);
    case 'window-aggregate':
      return 'one entry a group and open window';
    case 'window-table':
      return relation.window.kind === 'SESSION' ? 'rows of open sessions' : undefined;
    case 'window-rank':
      return `${relation.to} rows a partition and open window`;
    case 'window-join':
      return 'rows of open windows';
    case 'over':
      return relation.frame.from.kind === 'unbounded'
        ? forever('one entry a partition', settings.stateTtl)
        : 'rows of the frame';
    case 'rank':
      return forever('rows of each partition', ttl);
    case 'deduplicate':
      return forever('one row a key', ttl);
    case 'join': {
      const left = timeToLiveOf(relation.leftTimeToLive, settings);
      const right = timeToLiveOf(relation.rightTimeToLive, settings);
      const { leftKept, rightKept } = relation;
      if (left === undefined && right === undefined && (leftKept ?? rightKept) !== undefined)
        return `rows of the left ${keptFor(leftKept)}; of the right ${keptFor(rightKept)}`;
      if (left === right) return forever('rows of both sides', left);
      return `${forever('rows of the left', left)}; ${forever('of the right', right)}`;
    }
    case 'interval-join':
      return `rows of ${relation.upper - relation.lower} ms`;
    case 'temporal-join':
      return 'versions, and rows that wait for their time';
    case 'set':
      return relation.operation === 'UNION' ? undefined : forever('one entry a row', settings.stateTtl);
    case 'sort':
      return relation.limit === undefined
        ? 'rows that wait for their time'
        : forever('rows in order', settings.stateTtl);
    case 'normalize':
      return forever('one row a key', settings.stateTtl);
    default:
      return undefined;
  }
}

function keptFor(kept: KeptUntil | undefined): string {
  return kept === undefined ? 'for ever' : `for ${kept.reach + 1} ms`;
}

/**
 * What a node keeps whose state grows with all that ever comes: without a time to live it needs ever more memory. `undefined` of
 * any other.
 */
export function keptForEver(relation: Relation, settings: TableSettings): string | undefined {
  if (relation.kind === 'aggregate' && relation.keys.length === 0) return undefined;
  const state = stateOf(relation, settings);
  if (state?.includes('for ever') !== true) return undefined;
  return `${showRelation(relation).replace(/\(.*/s, '')} keeps ${state}`;
}

/** True if one operator does for all that have this same sub-plan. What keeps nothing is rather written into the function of each. */
export function isReused(relation: Relation, settings: TableSettings): boolean {
  return settings.reuseSubPlans && stateOf(relation, settings) !== undefined;
}
