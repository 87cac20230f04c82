import { NewestEntries } from '../state/newest-entries.ts';
import { splitChunks } from './chunks.ts';
import type { Blob, Chunk } from './cut-writer.ts';
import type { NodeSnapshot } from './lane.ts';
import type { LaneCut } from './lane-runner.ts';

/** Where a lane's part of a cut lies in the store. */
export interface LaneBlobs {
  /** What is not in tables. */
  readonly beside: Blob;
  /** Its tables, oldest first: a whole one, then what has changed from cut to cut. */
  readonly tables: readonly Blob[];
}

/** A lane's part of a cut as it was read from the store. */
export class StoredLaneCut {
  /** The last entry that the lane had processed. */
  readonly cursor: number;
  /** What a later cut that still has it refers to. */
  readonly blobs: LaneBlobs;
  readonly #beside: Uint8Array;
  readonly #tables: readonly Uint8Array[];
  readonly #decode: (bytes: Uint8Array) => unknown;

  constructor(
    cursor: number,
    blobs: LaneBlobs,
    beside: Uint8Array,
    tables: readonly Uint8Array[],
    decode: (bytes: Uint8Array) => unknown,
  ) {
    this.cursor = cursor;
    this.blobs = blobs;
    this.#beside = beside;
    this.#tables = tables;
    this.#decode = decode;
  }

  /** What is not in tables. */
  besideTables(): LaneCut {
    return this.#decode(this.#beside) as LaneCut;
  }

  /** Its tables as they were written, oldest first. */
  *chunks(): Generator<Uint8Array> {
    for (const blob of this.#tables) yield* splitChunks(blob);
  }

  /** Makes the state anew with each call: whoever restores it owns it. */
  load(): LaneCut {
    const cut = this.besideTables();
    if (cut.lane === undefined) return cut;
    const tables = new Map<string, Map<string, NewestEntries>>();
    for (const blob of this.#tables.toReversed()) {
      for (const bytes of [...splitChunks(blob)].reverse()) {
        const chunk = this.#decode(bytes) as Chunk;
        const ofNode = tables.get(chunk.node) ?? new Map<string, NewestEntries>();
        tables.set(chunk.node, ofNode);
        const entries = ofNode.get(chunk.table) ?? new NewestEntries();
        ofNode.set(chunk.table, entries);
        entries.add(chunk);
      }
    }
    const nodes: Record<string, NodeSnapshot> = { ...cut.lane.nodes };
    for (const [node, written] of tables) {
      const saved = nodes[node];
      if (saved === undefined) continue;
      const taken = Array.from(written, ([table, entries]) => [table, entries.take()] as const);
      nodes[node] = { ...saved, tables: Object.fromEntries(taken) };
    }
    return { ...cut, lane: { ...cut.lane, nodes } };
  }
}
