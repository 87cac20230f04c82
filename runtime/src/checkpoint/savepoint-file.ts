import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { TidemarkError } from '../errors.ts';
import type { JobState, OpenedSavepoint, SavepointFiles } from '../engine/job-state.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { packEntries, type PackedEntries } from '../state/entry-codec.ts';
import { byPart, settle, type Entries, type TableEntries } from '../state/entries.ts';
import { keyGroupOf } from '../state/key-group.ts';
import { NewestEntries } from '../state/newest-entries.ts';
import { decode, encode, isEncoded } from './codec.ts';
import { writeParts } from './write-parts.ts';
import { noSavepoint, savepointDamaged, savepointNotWritten, savepointTooNew } from './savepoint-errors.ts';

/** 'TMSP', then the version of the layout. */
const MAGIC = 'TMSP';
const VERSION = 2;
/** Of the header, and of the footer: where the index lies, its length, and 'TMSP' again. */
const HEADER = 8;
const FOOTER = 16;
const ENTRIES_AT_ONCE = 4096;

interface Chunk extends PackedEntries {
  readonly node: string;
  readonly table: string;
}

/** What a savepoint says of itself; chunks with their places come from here. */
interface Index {
  /** What is not in tables; files of version 1 have it as it is. */
  readonly beside?: Uint8Array;
  readonly state?: JobState;
  readonly chunks: readonly (readonly [at: number, length: number])[];
}

/**
 * A savepoint: one file that can be moved anywhere. After the header come chunks of keyed state; then the index, which holds all else; then where it lies. Every part has a checksum, and
 * reading executes nothing.
 */
export const savepointFiles: SavepointFiles = {
  resolve,
  open,
  write,
  read,
  pack,
  unpack: (parts) => parse(MEMORY, joined(parts)),
  writeParts: async (path, parts) => {
    const target = resolve(path);
    try {
      return await writeParts(target, parts);
    } catch (error) {
      throw savepointNotWritten(target, error);
    }
  },
};

/** What errors call a savepoint that is no file. */
const MEMORY = 'in memory';

/** Returns the absolute path when the file would outlive a power cut; it is there whole or not at all. */
function write(path: string, state: JobState): string {
  const target = resolve(path);
  const parts = partsOf(state);
  const written = `${target}.writing`;
  try {
    const file = openSync(written, 'w');
    try {
      for (const bytes of parts)
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(written, target);
  } catch (error) {
    throw savepointNotWritten(target, error);
  }
  return target;
}

function partsOf(state: JobState): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const nodes: Record<string, NodeSnapshot> = {};
  const { lane } = state.lane;
  for (const [node, saved] of Object.entries(lane?.nodes ?? {})) {
    const { tables = {}, ...beside } = saved;
    nodes[node] = beside;
    for (const [table, entries] of Object.entries(tables)) {
      for (const part of inKeyGroups(entries, saved.maxParallelism ?? 128)) {
        chunks.push(encode({ node, table, ...packEntries(part) } satisfies Chunk, `${saved.name}.${table}`));
      }
    }
  }
  const beside = { ...state, lane: { ...state.lane, lane: lane && { ...lane, nodes } } };
  return pack(encode(beside, 'the savepoint'), chunks);
}

function pack(beside: Uint8Array, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  let at = HEADER;
  const places = chunks.map(({ length }): readonly [number, number] => {
    at += length;
    return [at - length, length];
  });
  const index = encode({ beside, chunks: places } satisfies Index, 'the savepoint');
  const header = frame((view) => view.setUint32(4, VERSION, true), HEADER);
  const footer = frame((view) => {
    view.setBigUint64(4, BigInt(at), true);
    view.setUint32(12, index.length, true);
  }, FOOTER);
  return [header, ...chunks, index, footer];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function open(path: string): OpenedSavepoint {
  const bytes = bytesOf(path);
  const id = createHash('sha256').update(bytes).digest('hex');
  return { id, path: resolve(path), read: () => parse(path, bytes) };
}

/** @throws {TidemarkError} `no-savepoint`, `savepoint-damaged`, `savepoint-too-new` */
function read(path: string): JobState {
  return parse(path, bytesOf(path));
}

function parse(path: string, bytes: Uint8Array): JobState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMagic = (at: number): boolean => String.fromCharCode(...bytes.subarray(at, at + 4)) === MAGIC;
  if (!isMagic(0) && isEncoded(bytes)) return checkpoint(path, bytes);
  if (bytes.length < HEADER || !isMagic(0)) throw savepointDamaged(path, 'it does not begin as one');
  const version = view.getUint32(4, true);
  if (version > VERSION) throw savepointTooNew(path, version, VERSION);
  const footer = bytes.length - FOOTER;
  if (footer < HEADER || !isMagic(footer)) throw savepointDamaged(path, 'its end is missing');
  try {
    const index = decode(
      slice(bytes, Number(view.getBigUint64(footer + 4, true)), view.getUint32(footer + 12, true)),
    ) as Index;
    const { beside, chunks } = index;
    const state = beside === undefined ? index.state! : (decode(beside) as JobState);
    // From the newest back: one that was put together from snapshots has earlier entries, too.
    const newest: Record<string, Record<string, NewestEntries>> = {};
    for (const [at, length] of chunks.toReversed()) {
      const chunk = decode(slice(bytes, at, length)) as Chunk;
      ((newest[chunk.node] ??= {})[chunk.table] ??= new NewestEntries()).add(chunk);
    }
    const nodes = Object.fromEntries(
      Object.entries(state.lane.lane?.nodes ?? {}).map(([key, saved]) => {
        return [key, newest[key] === undefined ? saved : { ...saved, tables: taken(newest[key]) }];
      }),
    );
    const { lane } = state.lane;
    return { ...state, lane: { ...state.lane, lane: lane && { ...lane, nodes } } };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function taken(tables: Readonly<Record<string, NewestEntries>>): TableEntries {
  return Object.fromEntries(Object.entries(tables).map(([table, entries]) => [table, entries.take()]));
}

/** A checkpoint that was kept in a folder. */
function checkpoint(path: string, bytes: Uint8Array): JobState {
  try {
    return decode(bytes) as JobState;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  // A class that is not registered says so by itself; nothing is wrong with the file.
  if (error instanceof TidemarkError && error.code !== 'bytes-damaged') return error;
  return savepointDamaged(path, error instanceof Error ? error.message : String(error));
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw noSavepoint(path, error);
  }
}

function slice(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (!(at >= HEADER && at + length <= bytes.length)) throw new RangeError('a part lies outside of it');
  return bytes.subarray(at, at + length);
}

/** 'TMSP' and some numbers. */
function frame(fill: (view: DataView) => void, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < MAGIC.length; at++) bytes[at] = MAGIC.charCodeAt(at);
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** Entries in pieces, in the order of their key groups, and within a group in that of their slots, which they keep. */
function* inKeyGroups(entries: readonly Entries[], maxParallelism: number): Generator<Entries> {
  for (const [part, written] of byPart(entries)) {
    const { keys, columns } = settle(written);
    const slots = keys.flatMap((key, slot) => (key === undefined ? [] : [slot]));
    const groups = new Map(slots.map((slot) => [slot, keyGroupOf(keys[slot], maxParallelism)]));
    slots.sort((a, b) => groups.get(a)! - groups.get(b)! || a - b);
    for (let from = 0; from < slots.length; from += ENTRIES_AT_ONCE) {
      const some = slots.slice(from, from + ENTRIES_AT_ONCE);
      yield {
        ...(part === undefined ? {} : { part }),
        slots: some,
        keys: some.map((slot) => keys[slot]),
        columns: Object.fromEntries(
          Object.entries(columns).map(([name, column]) => [name, some.map((slot) => column[slot])]),
        ),
      };
    }
  }
}
