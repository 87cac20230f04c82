import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { TidemarkError } from '../errors.ts';
import type { JobState, SavepointFiles } from '../engine/job-state.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { packEntries, unpackEntries, type PackedEntries } from '../state/entry-codec.ts';
import { byPart, settle, type Entries } from '../state/entries.ts';
import { keyGroupOf } from '../state/key-group.ts';
import { decode, encode, isEncoded } from './codec.ts';
import { noSavepoint, savepointDamaged, savepointTooNew } from './savepoint-errors.ts';

/** 'TMSP', then the version of the layout. */
const MAGIC = 'TMSP';
const VERSION = 1;
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
  readonly state: JobState;
  readonly chunks: readonly (readonly [at: number, length: number])[];
}

/**
 * A savepoint: one file that can be moved anywhere. After the header come chunks of keyed state, the entries of each table in
 * the order of their key groups; then the index, which holds all else; then where it lies. Every part has a checksum, and
 * reading executes nothing.
 */
export const savepointFiles: SavepointFiles = { write, read };

/** Resolves with the absolute path when the file would outlive a power cut; it is there whole or not at all. */
function write(path: string, state: JobState): string {
  const target = resolve(path);
  const written = `${target}.writing`;
  const file = openSync(written, 'w');
  try {
    let at = 0;
    const put = (bytes: Uint8Array): readonly [number, number] => {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      const place = [at, bytes.length] as const;
      at += bytes.length;
      return place;
    };
    put(frame((view) => view.setUint32(4, VERSION, true), HEADER));
    const chunks: (readonly [number, number])[] = [];
    const nodes: Record<string, NodeSnapshot> = {};
    for (const [node, saved] of Object.entries(state.lane.lane?.nodes ?? {})) {
      const { tables = {}, ...beside } = saved;
      nodes[node] = beside;
      for (const [table, entries] of Object.entries(tables)) {
        for (const part of inKeyGroups(entries, saved.maxParallelism ?? 128)) {
          chunks.push(
            put(encode({ node, table, ...packEntries(part) } satisfies Chunk, `${saved.name}.${table}`)),
          );
        }
      }
    }
    const { lane } = state.lane;
    const index: Index = {
      state: { ...state, lane: { ...state.lane, lane: lane && { ...lane, nodes } } },
      chunks,
    };
    const [from, length] = put(encode(index, 'the savepoint'));
    put(
      frame((view) => {
        view.setBigUint64(4, BigInt(from), true);
        view.setUint32(12, length, true);
      }, FOOTER),
    );
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(written, target);
  return target;
}

/** @throws {TidemarkError} `no-savepoint`, `savepoint-damaged`, `savepoint-too-new` */
function read(path: string): JobState {
  const bytes = bytesOf(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMagic = (at: number): boolean => String.fromCharCode(...bytes.subarray(at, at + 4)) === MAGIC;
  if (!isMagic(0) && isEncoded(bytes)) return checkpoint(path, bytes);
  if (bytes.length < HEADER || !isMagic(0)) throw savepointDamaged(path, 'it does not begin as one');
  const version = view.getUint32(4, true);
  if (version > VERSION) throw savepointTooNew(path, version, VERSION);
  const footer = bytes.length - FOOTER;
  if (footer < HEADER || !isMagic(footer)) throw savepointDamaged(path, 'its end is missing');
  try {
    const { state, chunks } = decode(
      slice(bytes, Number(view.getBigUint64(footer + 4, true)), view.getUint32(footer + 12, true)),
    ) as Index;
    const tables: Record<string, Record<string, Entries[]>> = {};
    for (const [at, length] of chunks) {
      const chunk = decode(slice(bytes, at, length)) as Chunk;
      ((tables[chunk.node] ??= {})[chunk.table] ??= []).push(unpackEntries(chunk));
    }
    const nodes = Object.fromEntries(
      Object.entries(state.lane.lane?.nodes ?? {}).map(([key, saved]) => {
        return [key, tables[key] === undefined ? saved : { ...saved, tables: tables[key] }];
      }),
    );
    const { lane } = state.lane;
    return { ...state, lane: { ...state.lane, lane: lane && { ...lane, nodes } } };
  } catch (error) {
    throw unreadable(path, error);
  }
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
