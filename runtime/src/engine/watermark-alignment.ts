import type { StreamNode } from '../graph/stream-node.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import type { Lane } from './lane.ts';

/** A running lane and the source nodes it reads, by the key of what they read. */
export interface AlignedReader {
  readonly lane: Lane;
  readonly sources: ReadonlyMap<string, readonly StreamNode[]>;
}

/**
 * True if a source is to wait for others: its watermark is further ahead of the slowest of its alignment group than the group
 * allows. Sources that are idle or have ended hold nobody back.
 * @param readers the lanes that read at the live end
 */
export function isHeldBack(sourceKey: string, readers: readonly AlignedReader[]): boolean {
  for (const { lane, sources } of readers) {
    for (const node of sources.get(sourceKey) ?? []) {
      const alignment = node.watermarkStrategy?.alignment;
      if (alignment === undefined) continue;
      const { watermark } = lane.sourceProgress(node.id);
      if (watermark - slowestOf(alignment.group, readers) > alignment.maxDrift) return true;
    }
  }
  return false;
}

function slowestOf(group: string, readers: readonly AlignedReader[]): number {
  let slowest = MAX_TIMESTAMP;
  for (const { lane, sources } of readers) {
    for (const node of [...sources.values()].flat()) {
      if (node.watermarkStrategy?.alignment?.group !== group) continue;
      const { watermark, holdsBack } = lane.sourceProgress(node.id);
      if (holdsBack && watermark < slowest) slowest = watermark;
    }
  }
  return slowest;
}
