import type { Fingerprints } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { nodesBehind } from './named-variables.ts';
import { pairNodes, type NodePairs } from './carry-over.ts';

/** What the plan of an edited query keeps of the one before. */
export interface KeptPlan {
  readonly pairs: NodePairs;
  /** Those whose results are made again from their state for what is new behind them. */
  readonly shownAgain: readonly StreamNode[];
}

/** Stateful operators of an edited query that the one before has not. */
export interface ChangedPlan {
  readonly changed: readonly string[];
}

/**
 * Compares the stateful parts of two plans (law 4): what lies between them and the sink keeps nothing, so it may be edited, added
 * and left out freely. `undefined` where a plan has no stateful part: there is nothing to keep.
 * @param missesNothing true if what was shown before must be shown by the new plan as well, as the recording could
 */
export function comparePlans(
  fresh: StreamNode,
  old: StreamNode,
  fingerprints: Fingerprints,
  missesNothing: boolean,
): KeptPlan | ChangedPlan | undefined {
  const { found: mine, logs } = lastStateful(fresh);
  const { found: others } = lastStateful(old);
  if (mine.length === 0 || others.length === 0) return undefined;
  const before = new Map(others.map((node) => [stateOf(node, fingerprints), node]));
  const changed = mine.filter((node) => !before.has(stateOf(node, fingerprints)));
  if (changed.length > 0 || mine.length !== others.length)
    return { changed: changed.map(({ name }) => name) };
  // What one of them shows again would reach another that has it already.
  const isBehindAnother = (node: StreamNode): boolean =>
    mine.some((other) => other !== node && nodesBehind(other).includes(node));
  if (mine.some(isBehindAnother)) return undefined;
  const canShow = ({ state }: StreamNode): boolean => state === 'shown-again' && !logs;
  if (missesNothing && !mine.every(canShow)) return undefined;
  const pairs = new Map<StreamNode, StreamNode>();
  for (const node of mine) {
    const old = before.get(stateOf(node, fingerprints))!;
    for (const [one, other] of pairNodes(node, old) ?? []) pairs.set(one, other);
  }
  return { pairs, shownAgain: mine.filter(canShow) };
}

/** Equal for operators with the same state: whether old rows are let out beside new ones is no part of it. */
function stateOf(node: StreamNode, fingerprints: Fingerprints): string {
  if (node.state !== 'shown-again') return fingerprints.of(node);
  return fingerprints.of({ ...node, parameters: { ...node.parameters, updateBefore: undefined } });
}

/** The stateful operators nearest to a sink; none if some rows come to it through none. */
function lastStateful(sink: StreamNode): { readonly found: readonly StreamNode[]; readonly logs: boolean } {
  const found = new Set<StreamNode>();
  let bare = false;
  let logs = false;
  const visit = (node: StreamNode): void => {
    for (const { from, sideOutput } of node.inputs) {
      if (from.source !== undefined || sideOutput !== undefined) bare = true;
      else if (from.state === 'none' || from.state === 'log') {
        logs ||= from.state === 'log';
        visit(from);
      } else found.add(from);
    }
  };
  visit(sink);
  return { found: bare ? [] : [...found], logs };
}
