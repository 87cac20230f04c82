import { decode, encode } from '../../../runtime/src/checkpoint/codec.ts';
import type { StoredBlock, StoredTimeline } from '../../../runtime/src/checkpoint/cut-store.ts';
import type { TimelineEntry } from '../../../runtime/src/engine/timeline.ts';
import { packEntries, unpackEntries } from '../../../runtime/src/engine/timeline-blocks.ts';

/** An entry of the timeline as a test writes it; with `values`, of a source that cannot be read again. */
export interface Entry extends Pick<TimelineEntry, 'seq' | 'stamp' | 'source' | 'kind' | 'count'> {
  readonly position?: unknown;
  readonly values?: readonly unknown[];
}

export function entry(seq: number, fields: Partial<Entry> = {}): Entry {
  return { seq, stamp: seq + 0.25, source: 'socket', kind: 'batch', count: 1, values: [seq], ...fields };
}

/** Entries as a session hands them to its store. */
export function blocksOf(entries: readonly Entry[]): StoredBlock[] {
  const queued = entries.map(({ values, ...rest }) => ({ ...rest, data: values && encode({ values }) }));
  return packEntries(queued, encode);
}

/** The entries of a range, as a session reads them. */
export function entriesOf(stored: StoredTimeline, fromSeq = 0, toSeq = Infinity): Entry[] {
  return unpackEntries(stored, decode)
    .filter(({ seq }) => seq >= fromSeq && seq <= toSeq)
    .map(({ seq, stamp, source, kind, count, position, batch }) => ({
      ...{ seq, stamp, source, kind, count },
      ...(position === undefined ? {} : { position }),
      ...(batch === undefined ? {} : { values: batch.values }),
    }));
}

export function seqsOf(stored: StoredTimeline, fromSeq?: number, toSeq?: number): number[] {
  return entriesOf(stored, fromSeq, toSeq).map(({ seq }) => seq);
}
