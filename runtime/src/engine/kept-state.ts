import type { Fingerprints } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Branch } from './branch.ts';
import { carriedKeys, keepsState, type NodePairs } from './carry-over.ts';
import { comparePlans } from './kept-plan.ts';

/** What an edited branch goes on with of the one in whose place it comes; `keys` say where that state lies in a cut. */
export type KeptState =
  /** All its operators are there again, edited or not, and its view shows what it showed. */
  | { readonly of: 'operators'; readonly keys: ReadonlyMap<StreamNode, string> }
  /** The stateful part of its query; the view shows again what those operators make of their state. */
  | {
      readonly of: 'plan';
      readonly keys: ReadonlyMap<StreamNode, string>;
      readonly shownAgain: readonly StreamNode[];
    }
  /** `changed`: the stateful operators of a query that the one before has not. */
  | { readonly of: 'nothing'; readonly changed?: readonly string[] };

/** How a branch came to be edited. */
export interface BranchEdit {
  /** Its nodes and those before; `undefined` if the two differ in more than what their nodes do. */
  readonly pairs: NodePairs | undefined;
  readonly edited: readonly StreamNode[];
  readonly failed: boolean;
  /** Whether the recording has all that the branch before has read. */
  readonly reachesBack: boolean;
}

/**
 * What of its state an edited branch keeps (law 4). A query whose stateful parts are the same keeps theirs. Its view is to show all
 * that it would have, had it run from the start: if the state cannot make that again the recording does, as far as it reaches back.
 */
export function keptState(
  fresh: Branch,
  old: Branch,
  { pairs, edited, failed, reachesBack }: BranchEdit,
  fingerprints: Fingerprints,
): KeptState {
  const { runner } = old;
  if (runner === undefined) return { of: 'nothing' };
  if (pairs !== undefined && keepsState(edited, { failed, reachesBack }))
    return { of: 'operators', keys: carriedKeys(pairs, old) };
  if (failed || !runner.goesOn) return { of: 'nothing' };
  const shows = fresh.sink.view !== undefined;
  const plan = comparePlans(fresh.sink, old.sink, fingerprints, shows && reachesBack);
  if (plan === undefined) return { of: 'nothing' };
  if ('changed' in plan) return { of: 'nothing', changed: plan.changed };
  return { of: 'plan', keys: carriedKeys(plan.pairs, old), shownAgain: shows ? plan.shownAgain : [] };
}
