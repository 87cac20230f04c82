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
  const changed = mine.flatMap((node) => {
    const old = before.get(stateOf(node, fingerprints));
    if (old === undefined) return [node.name];
    return holdsEnough(node, old) ? [] : [`${node.name}, ${tooFew(node, old)}`];
  });
  if (changed.length > 0 || mine.length !== others.length) return { changed };
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

/** Equal for operators with the same state, but for how many rows it has at hand. */
function stateOf(node: StreamNode, fingerprints: Fingerprints): string {
  return fingerprints.of(node.holds === undefined ? node : { ...node, parameters: node.holds.parameters });
}

function holdsEnough(node: StreamNode, old: StreamNode): boolean {
  return (node.holds?.rows ?? 0) <= (old.holds?.rows ?? 0);
}

function tooFew(node: StreamNode, old: StreamNode): string {
  return `of which ${old.holds?.rows} rows a partition are in state and ${node.holds?.rows} are asked for`;
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
