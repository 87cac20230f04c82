import type { Expression } from '../plan/expression.ts';
import { monotonicityOf } from '../plan/monotonicity.ts';
import type { Relation, SortSpecification } from '../plan/relation.ts';
import { upsertKey } from '../plan/upsert-key.ts';
import { changelogMode, isAppendOnly } from './changelog-mode.ts';
import { canLeaveOutOld } from './only-after.ts';

/**
 * How a Top-N follows its input: one that only grows; one whose rows have a key and only rise in the order, of which new versions are
 * enough; or any other, whose rows are taken back one by one.
 */
export type RankStrategy =
  | { readonly kind: 'append' }
  | { readonly kind: 'update'; readonly key: readonly number[] }
  | { readonly kind: 'retract' };

export function rankStrategy(
  input: Relation,
  partition: readonly Expression[],
  order: readonly SortSpecification[],
): RankStrategy {
  if (isAppendOnly(changelogMode(input))) return { kind: 'append' };
  const key = upsertKey(input);
  const movesOf = monotonicityOf(input);
  const isWithinKey = partition.every((part) => part.kind === 'input' && key?.includes(part.index) === true);
  if (key === undefined || movesOf === undefined || order.length === 0 || !isWithinKey)
    return { kind: 'retract' };
  const onlyRises = order.every(({ expression, descending }) => {
    const moves = expression.kind === 'input' ? movesOf[expression.index] : 'none';
    return moves === 'constant' || moves === (descending ? 'increasing' : 'decreasing');
  });
  return onlyRises && canLeaveOutOld(input) ? { kind: 'update', key } : { kind: 'retract' };
}
