import type { StreamNode } from '../graph/stream-node.ts';
import { branchBehind, sourceNotRestored } from './checkpoint-errors.ts';
import type { SourcePlace } from './engine.ts';
import type { LaneRunner } from './lane-runner.ts';
import { sourcesOf } from './lane-feed.ts';
import type { Timeline } from './timeline.ts';

/** Where a source stood, in a savepoint. */
export interface SavedSource extends SourcePlace {
  /** Of the source, as `'kafka'`; absent of what older versions have written, as are `nodes`. */
  readonly kind?: string;
  /** Keys of the operators that read it: their uids, if they have some. */
  readonly nodes?: readonly string[];
}

/**
 * Where the sources of some lanes stand, which must be the same for all that read one.
 * @param fingerprintOf of what a source node reads
 * @throws {TidemarkError} `branch-behind`
 */
export function savedSources(
  runners: readonly LaneRunner[],
  timeline: Timeline,
  fingerprintOf: (node: StreamNode) => string,
): SavedSource[] {
  const saved = new Map<string, SavedSource & { readonly nodes: string[]; readonly seq: number }>();
  for (const { sources, cursor, lane, sinks } of runners) {
    for (const [key, nodes] of sources) {
      const last = timeline.lastOf(key, cursor);
      const seq = last?.seq ?? 0;
      const keys = nodes.flatMap((node) => lane.keyOf(node) ?? []);
      const known = saved.get(key);
      if (known !== undefined && known.seq !== seq)
        throw branchBehind(sinks.map(({ name }) => name).join(', '));
      if (known !== undefined) known.nodes.push(...keys.filter((one) => !known.nodes.includes(one)));
      else {
        const [node] = nodes;
        const place = { source: fingerprintOf(node!), kind: node!.source!.kind, nodes: keys, seq };
        saved.set(key, { ...place, position: last?.position, ended: last?.kind === 'end' });
      }
    }
  }
  return [...saved.values()].map(({ seq: _, ...place }) => place);
}

/**
 * Where the sources of a job go on that starts from a savepoint: found by the uid of the operator that reads them, as all state
 * is, or else because they read the same.
 * @throws {TidemarkError} `source-not-restored` if the operator with that uid read something of another kind
 */
export function placesOf(
  sinks: readonly StreamNode[],
  saved: readonly SavedSource[],
  keyOf: (node: StreamNode) => string,
  fingerprintOf: (node: StreamNode) => string,
): Map<StreamNode, SavedSource> {
  const places = new Map<StreamNode, SavedSource>();
  for (const node of sourcesOf(sinks)) {
    const key = keyOf(node);
    const place =
      saved.find(({ source, nodes }) => source === key || nodes?.includes(key)) ??
      saved.find(({ source }) => source === fingerprintOf(node));
    if (place === undefined) continue;
    const { kind } = node.source!;
    if ((place.kind ?? kind) !== kind) throw sourceNotRestored(node.name, key, place.kind!, kind);
    places.set(node, place);
  }
  return places;
}
