import type { StreamNode } from '../graph/stream-node.ts';
import type { SessionHost } from './session-host.ts';

/** A node and all that it hangs on, each once. */
export function nodesBehind(sink: StreamNode): StreamNode[] {
  const found = new Set<StreamNode>();
  const visit = (node: StreamNode): void => {
    if (found.has(node)) return;
    found.add(node);
    for (const { from } of node.inputs) visit(from);
  };
  visit(sink);
  return [...found];
}

function functionsOf({ functions, source }: StreamNode): readonly unknown[] {
  return [...functions, ...(source?.functions ?? [])];
}

/** Variables of the notebook that the functions of a branch name, with what they held when it was described (law 3). */
export function variablesOf(sink: StreamNode, host: SessionHost): ReadonlyMap<string, string> {
  const named = nodesBehind(sink)
    .flatMap(functionsOf)
    .map((fn) => host.variablesOf?.(fn) ?? []);
  return new Map(named.flatMap((variables) => [...variables]));
}

/** Nodes of a branch that are no longer what they were, as variables that their functions name have changed (law 4). */
export function changedNodes(
  sink: StreamNode,
  variables: ReadonlyMap<string, string>,
  touched: ReadonlySet<string>,
  host: SessionHost,
): ReadonlySet<StreamNode> {
  const changed = new Set<string>();
  for (const name of touched) {
    const before = variables.get(name);
    if (before !== undefined && host.variable?.(name) !== before) changed.add(name);
  }
  if (changed.size === 0) return new Set();
  const names = (fn: unknown): boolean =>
    [...(host.variablesOf?.(fn)?.keys() ?? [])].some((name) => changed.has(name));
  return new Set(nodesBehind(sink).filter((node) => functionsOf(node).some(names)));
}
