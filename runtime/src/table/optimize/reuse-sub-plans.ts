import type { Call } from '../plan/expression.ts';
import { inputsOf, withInputs, type Relation } from '../plan/relation.ts';
import { digest } from '../plan/show-relation.ts';
import { isStable } from './merge-projects.ts';

/** Where a node's inputs stand. */
const INPUTS = new Set(['input', 'inputs', 'left', 'right']);

/**
 * The plan with equal sub-plans as one object, so that whoever lowers it can make one operator of them (Flink's
 * `table.optimizer.reuse-sub-plan-enabled`). What asks the clock, or gives something else each time, stays apart.
 */
export function reuseSubPlans(relation: Relation): Relation {
  const known = new Map<string, Relation>();
  const numbers = new Map<unknown, number>();
  const numberOf = (object: unknown): number => {
    if (!numbers.has(object)) numbers.set(object, numbers.size);
    return numbers.get(object)!;
  };
  const reuse = (node: Relation): Relation => {
    const inside = withInputs(node, inputsOf(node).map(reuse));
    const { stable, given } = ownParts(inside);
    // A view that is named twice may be one object.
    if (!stable) return { ...inside };
    // A line names tables and functions, but one name may have stood for two of them.
    const key = JSON.stringify([digest(inside), [...inputsOf(inside), ...given].map(numberOf)]);
    const same = known.get(key);
    if (same === undefined) known.set(key, inside);
    return same ?? inside;
  };
  return reuse(relation);
}

/** What of a node its line does not say: the table and the user functions that it was given, and whether it always gives the same. */
function ownParts(relation: Relation): { readonly stable: boolean; readonly given: readonly unknown[] } {
  if (relation.kind === 'scan') return { stable: true, given: [relation.table] };
  // Conditions of a pattern may look at anything; few queries match the same twice.
  if (relation.kind === 'match') return { stable: false, given: [] };
  let stable = true;
  const given: unknown[] = [];
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ((part as Partial<Call>).kind === 'call' && !isStable(part as Call)) stable = false;
    for (const [name, value] of Object.entries(part)) {
      if (name === 'userFunction' && value !== undefined) given.push(value);
      // A table function's definition is one object, whoever calls it.
      else if (name === 'call' && typeof value === 'object') given.push(value);
      else look(value);
    }
  };
  for (const [name, value] of Object.entries(relation)) if (!INPUTS.has(name)) look(value);
  return { stable, given };
}
