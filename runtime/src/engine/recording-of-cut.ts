import type { SessionCut, SessionStore } from './session-store.ts';
import type { TimelineEntry } from './timeline.ts';

/**
 * What is left of the recording that a cut belongs to, without gaps: what leads up to it, if that can be read, and what
 * came after it. A cut needs none of it but what its slowest lane has still to read.
 * @param through the last entry wanted; all by default
 */
export async function recordingOf(
  store: SessionStore,
  { startSeq, seq, places }: SessionCut,
  through?: number,
): Promise<TimelineEntry[]> {
  const entries = await store.timeline(startSeq, through, places);
  const [first, last] = [entries[0]?.seq ?? Infinity, entries.at(-1)?.seq ?? -Infinity];
  if (first <= seq + 1 && last >= seq) return entries;
  // Damaged before the cut: it goes on from itself.
  const after = await store.timeline(seq + 1, through, places);
  return after[0]?.seq === seq + 1 ? after : [];
}

/** True if the lanes of a cut find what they have still to read. */
export function canGoOn({ neededAfter, seq }: SessionCut, entries: readonly TimelineEntry[]): boolean {
  return neededAfter >= (entries[0]?.seq ?? seq + 1) - 1;
}
