import type { StoredBlock, StoredRecords, StoredTimeline } from '../checkpoint/cut-store.ts';
import { joinChunks, splitChunks } from './chunks.ts';
import { packPosition, unpackPosition } from './split-position.ts';
import type { RecordedBatch, TimelineEntry } from './timeline.ts';

/** The most entries, and bytes of records, that are written as one. */
const MOST_ENTRIES = 4096;
const MOST_BYTES = 256 * 1024;
/** A number before the bytes of a batch: the seq that it is of. */
const SEQ_BYTES = 8;

/** An entry on its way to the store, with its records if its source cannot be read again. */
export interface QueuedEntry extends Omit<TimelineEntry, 'batch' | 'from' | 'bytes'> {
  readonly data?: Uint8Array | undefined;
}

/** Entries that follow each other, column by column: decoding a thousand costs little more than decoding one. */
interface PackedEntries {
  readonly first: number;
  readonly stamps: readonly number[];
  /** Names of sources, and which of them each entry is of. */
  readonly names: readonly string[];
  readonly sources: readonly number[];
  readonly kinds: readonly TimelineEntry['kind'][];
  readonly counts: readonly number[];
  readonly positions: readonly unknown[];
}

type Encode = (value: unknown) => Uint8Array;
type Decode = (bytes: Uint8Array) => unknown;

/** Entries as they lie in the store, in blocks of many. */
export function packEntries(entries: readonly QueuedEntry[], encode: Encode): StoredBlock[] {
  const blocks: StoredBlock[] = [];
  for (let from = 0; from < entries.length;) {
    let to = from;
    for (let bytes = 0; to < entries.length && to - from < MOST_ENTRIES && bytes < MOST_BYTES; to++)
      bytes += entries[to]!.data?.length ?? 0;
    blocks.push(blockOf(entries.slice(from, to), encode));
    from = to;
  }
  return blocks;
}

function blockOf(entries: readonly QueuedEntry[], encode: Encode): StoredBlock {
  const names = [...new Set(entries.map(({ source }) => source))];
  const first = entries[0]!.seq;
  const packed: PackedEntries = {
    first,
    stamps: entries.map(({ stamp }) => stamp),
    names,
    sources: entries.map(({ source }) => names.indexOf(source)),
    kinds: entries.map(({ kind }) => kind),
    counts: entries.map(({ count }) => count),
    positions: entries.map(packPosition),
  };
  const last = entries.at(-1)!.seq;
  const records = recordsOf(entries);
  return { first, last, bytes: joinChunks([encode(packed)]), ...(records && { records }) };
}

function recordsOf(entries: readonly QueuedEntry[]): StoredRecords | undefined {
  const kept = entries.filter(({ data }) => data !== undefined);
  const last = kept.at(-1);
  if (last === undefined) return undefined;
  const chunks = kept.map(({ seq, data }) => {
    const chunk = new Uint8Array(SEQ_BYTES + data!.length);
    new DataView(chunk.buffer).setFloat64(0, seq, true);
    chunk.set(data!, SEQ_BYTES);
    return chunk;
  });
  return {
    first: kept[0]!.seq,
    last: last.seq,
    rows: kept.reduce((sum, { count }) => sum + count, 0),
    stamp: last.stamp,
    bytes: joinChunks(chunks),
  };
}

/**
 * The entries again.
 * @param before where sources stood before the first of them
 */
export function unpackEntries(
  stored: StoredTimeline,
  decode: Decode,
  before: readonly TimelineEntry[] = [],
): TimelineEntry[] {
  const records = dataBySeq(stored);
  const entries: TimelineEntry[] = [];
  const positions = new Map<string, unknown>();
  for (const { source, position, seq } of before)
    if (seq < (stored.blocks[0]?.first ?? 0)) positions.set(source, position);
  for (const { first, last, bytes } of stored.blocks) {
    for (const chunk of splitChunks(bytes)) {
      const packed = decode(chunk) as PackedEntries;
      for (let at = 0; at < packed.stamps.length; at++) {
        const seq = packed.first + at;
        if (seq < first || seq > last) continue;
        const source = packed.names[packed.sources[at]!]!;
        const data = records.get(seq);
        const place = unpackPosition(packed.positions[at]);
        entries.push({
          seq,
          stamp: packed.stamps[at]!,
          source,
          kind: packed.kinds[at]!,
          count: packed.counts[at]!,
          // The same object as the position before, so that a reader that stands there knows it.
          from: positions.get(source),
          ...place,
          ...(data && { batch: new StoredBatch(data, decode), bytes: data.length }),
        });
        positions.set(source, place.position);
      }
    }
  }
  return entries;
}

function dataBySeq({ records }: StoredTimeline): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (const { first, last, bytes } of records) {
    for (const chunk of splitChunks(bytes)) {
      const seq = new DataView(chunk.buffer, chunk.byteOffset).getFloat64(0, true);
      // What lies behind a cut-off is of a history that was forgotten.
      if (seq >= first && seq <= last) found.set(seq, chunk.subarray(SEQ_BYTES));
    }
  }
  return found;
}

/** Records as they lie in the store: most are never looked at again. */
class StoredBatch implements RecordedBatch {
  #bytes: Uint8Array | undefined;
  #batch: RecordedBatch | undefined;
  readonly #decode: Decode;

  constructor(bytes: Uint8Array, decode: Decode) {
    this.#bytes = bytes;
    this.#decode = decode;
  }

  get values(): RecordedBatch['values'] {
    return this.#decoded.values;
  }

  get timestamps(): RecordedBatch['timestamps'] {
    return this.#decoded.timestamps;
  }

  get #decoded(): RecordedBatch {
    if (this.#bytes !== undefined) this.#batch = this.#decode(this.#bytes) as RecordedBatch;
    this.#bytes = undefined;
    return this.#batch!;
  }
}
