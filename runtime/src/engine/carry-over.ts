import type { Fingerprints } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Branch } from './branch.ts';

/** Nodes of an edited branch, each with the one in whose place it stands. */
export type NodePairs = ReadonlyMap<StreamNode, StreamNode>;

/** Pairs the nodes of two branches of one shape; `undefined` if they differ in more than what their nodes do. */
export function pairNodes(fresh: StreamNode, old: StreamNode): NodePairs | undefined {
  const pairs = new Map<StreamNode, StreamNode>();
  const pair = (a: StreamNode, b: StreamNode): boolean => {
    const known = pairs.get(a);
    if (known !== undefined) return known === b;
    // One that has got its uid since is the same all the same.
    if (a.uid !== undefined && b.uid !== undefined && a.uid !== b.uid) return false;
    if (a.kind !== b.kind || a.parallelism !== b.parallelism) return false;
    if (a.inputs.length !== b.inputs.length) return false;
    pairs.set(a, b);
    return a.inputs.every(({ from, sideOutput }, at) => {
      const other = b.inputs[at]!;
      return sideOutput === other.sideOutput && pair(from, other.from);
    });
  };
  return pair(fresh, old) ? pairs : undefined;
}

/** Nodes that are not what the one in their place was, whatever they read. */
export function editedNodes(
  pairs: NodePairs,
  ownOfOld: (node: StreamNode) => string,
  fingerprints: Fingerprints,
): StreamNode[] {
  return [...pairs].filter(([node, old]) => fingerprints.own(node) !== ownOfOld(old)).map(([node]) => node);
}

/**
 * Whether an edited branch keeps its state (law 4): each node that was edited says so by `onEdit`. If it does not say, one
 * with a `uid` keeps it when the recording no longer reaches back, and every node after a failure (law 9).
 */
export function keepsState(
  edited: readonly StreamNode[],
  past: { failed: boolean; reachesBack: boolean },
): boolean {
  // Another source has other records at the same places.
  if (edited.some(({ source }) => source !== undefined)) return false;
  return edited.every(({ uid, onEdit }) => {
    if (onEdit !== undefined) return onEdit === 'keep';
    return past.failed || (uid !== undefined && !past.reachesBack);
  });
}

/** Where the state of each node lies in a cut of the branch before. What a sink had taken is committed with that one. */
export function carriedKeys(pairs: NodePairs, old: Branch): ReadonlyMap<StreamNode, string> {
  const keys = new Map<StreamNode, string>();
  for (const [node, before] of pairs) {
    const key = old.runner?.lane.keyOf(before);
    if (key !== undefined && !(node.isSink && !node.view)) keys.set(node, key);
  }
  return keys;
}
