import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TidemarkError } from '../../../runtime/src/errors.ts';
import type { CutToWrite } from '../../../runtime/src/checkpoint/cut-store.ts';
import {
  SqliteCutStore,
  type SqliteCutStoreOptions,
} from '../../../runtime/src/checkpoint/sqlite-cut-store.ts';
import { blocksOf, entriesOf, entry, seqsOf } from './stored-entries.ts';

let folder: string;
let path: string;
let warnings: TidemarkError[];
const open: SqliteCutStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-store-'));
  path = join(folder, '.tidemark', 'notebook.sqlite');
  warnings = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function openStore(options: SqliteCutStoreOptions = {}, at = path): Promise<SqliteCutStore> {
  const store = await SqliteCutStore.open(at, { onWarning: (error) => warnings.push(error), ...options });
  open.push(store);
  return store;
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function cut(id: number, fields: Partial<CutToWrite> = {}): CutToWrite {
  return {
    id,
    seq: id * 10,
    label: `[${id}]`,
    cellId: `cell-${id}`,
    executionCount: id,
    time: 1000.5 + id,
    graph: bytes(id, 1, 2),
    blobs: [
      { key: 'counts', bytes: bytes(id, 7) },
      { key: 'windows', bytes: bytes(9, 9) },
    ],
    ...fields,
  };
}

/** Without fields that are there and undefined. */
function defined<T extends object>(value: T): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

/** Plain arrays in place of Uint8Array or Buffer, and no hashes, so that only contents are compared. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, field: unknown) =>
      name === 'ref' ? undefined : field instanceof Uint8Array ? [...field] : field,
    ),
  );
}

test('a cut comes back as it was written, also in the next session', async () => {
  const first = await openStore();
  await first.writeCut(cut(1));
  await first.writeCut(cut(2, { cellId: undefined, executionCount: undefined, blobs: [] }));
  await first.close();
  const second = await openStore();
  expect(plain(await second.readCut(1))).toEqual(plain(cut(1)));
  expect(plain(await second.readCut(2))).toEqual(
    plain(cut(2, { cellId: undefined, executionCount: undefined, blobs: [] })),
  );
  expect(await second.readCut(3)).toBeUndefined();
  expect(plain(await second.readCuts())).toMatchObject([
    { id: 1, seq: 10, label: '[1]', cellId: 'cell-1', executionCount: 1, time: 1001.5, blobBytes: 4 },
    { id: 2, blobBytes: 0 },
  ]);
  expect(warnings).toEqual([]);
});

test('writing a cut again replaces it', async () => {
  const store = await openStore();
  await store.writeCut(cut(1));
  await store.writeCut(cut(1, { label: 'again', blobs: [{ key: 'other', bytes: bytes(5) }] }));
  expect(await store.readCuts()).toHaveLength(1);
  expect(plain(await store.readCut(1))).toMatchObject({
    label: 'again',
    blobs: [{ key: 'other', bytes: [5] }],
  });
});

test('the timeline comes back in order, in ranges, and is cut off behind an entry', async () => {
  const store = await openStore();
  const entries = [
    entry(1),
    entry(2, { kind: 'idle', count: 0, values: undefined }),
    entry(3, { position: { at: [1, 2, 3] }, values: undefined, source: 'file' }),
    entry(4, { kind: 'end', count: 0, values: [] }),
  ];
  store.appendTimeline(blocksOf(entries.slice(0, 2)));
  store.appendTimeline(blocksOf(entries.slice(2)));
  expect(entriesOf(await store.readTimeline(1))).toEqual(entries.map(defined));
  expect(entriesOf(await store.readTimeline(2, 3), 2, 3)).toEqual(entries.slice(1, 3).map(defined));
  await store.truncateTimeline(2);
  expect(entriesOf(await store.readTimeline(0))).toEqual(entries.slice(0, 2).map(defined));
  // Another history goes on from there.
  const others = [entry(3, { values: ['other'] }), entry(4, { values: ['history'] })];
  store.appendTimeline(blocksOf(others));
  expect(entriesOf(await store.readTimeline(0))).toEqual([...entries.slice(0, 2).map(defined), ...others]);
});

test('what is appended in the place of other entries replaces them and all after them', async () => {
  const store = await openStore();
  store.appendTimeline(blocksOf([1, 2, 3, 4, 5, 6].map((seq) => entry(seq))));
  store.appendTimeline(blocksOf([entry(3, { values: ['again'] })]));
  expect(entriesOf(await store.readTimeline(0))).toEqual([
    entry(1),
    entry(2),
    entry(3, { values: ['again'] }),
  ]);
});

test('however little comes at a time, entries share rows', async () => {
  const store = await openStore();
  const entries = Array.from({ length: 2_000 }, (_, at) => entry(at + 1, { position: at }));
  for (const one of entries) store.appendTimeline(blocksOf([one]));
  expect(entriesOf(await store.readTimeline(0))).toEqual(entries);
  await store.close();
  const database = new DatabaseSync(path);
  const rows = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  expect(rows('timeline')).toBeLessThan(20);
  expect(rows('records')).toBeLessThan(20);
  database.close();
});

test('records and entries go when they are no longer needed, and the file shrinks', async () => {
  const store = await openStore();
  const big = (seq: number) => entry(seq, { values: ['x'.repeat(20_000)] });
  for (let seq = 1; seq <= 400; seq++) store.appendTimeline(blocksOf([big(seq)]));
  const { first, records: sizes } = await store.storedRecording();
  expect(first).toBe(1);
  expect(sizes.reduce((sum, { rows }) => sum + rows, 0)).toBe(400);
  expect(sizes.at(-1)).toMatchObject({ last: 400, stamp: 400.25 });
  store.trimTimeline({ entriesThrough: 100, recordsThrough: 300 });
  const left = entriesOf(await store.readTimeline(0));
  expect(left[0]!.seq).toBeLessThanOrEqual(101);
  expect(left.find(({ values }) => values !== undefined)?.seq).toBe(301);
  expect(left.map(({ seq }) => seq)).toEqual(left.map((_, at) => left[0]!.seq + at));
  store.appendTimeline(blocksOf([big(401)]));
  expect(entriesOf(await store.readTimeline(401), 401)).toEqual([big(401)]);
  await store.close();
  expect(statSync(path).size).toBeLessThan(4_000_000);
});

test('what goes with a cut is what no later one refers to', async () => {
  const store = await openStore();
  const part = (fill: number, size: number) => ({ key: '0', bytes: new Uint8Array(size).fill(fill) });
  await store.writeCut(cut(1, { blobs: [part(1, 1_000), part(2, 200)] }));
  await store.writeCut(cut(2, { blobs: [part(1, 1_000), part(3, 30)] }));
  await store.writeCut(cut(3, { blobs: [part(4, 4), part(3, 30)] }));
  await store.writeCut(cut(4, { blobs: [] }));
  expect(await store.cutBytes()).toEqual([
    { id: 1, bytes: 200 },
    { id: 2, bytes: 1_000 },
    { id: 3, bytes: 34 },
    { id: 4, bytes: 0 },
  ]);
});

test('equal state of several cuts is stored once, and goes with the last cut that has it', async () => {
  const big = new Uint8Array(1_000_000).fill(7);
  const store = await openStore();
  for (let id = 1; id <= 20; id++) await store.writeCut(cut(id, { blobs: [{ key: 'big', bytes: big }] }));
  await store.dropCuts(Array.from({ length: 19 }, (_, i) => i + 1));
  expect((await store.readCut(20))?.blobs[0]?.bytes.length).toBe(1_000_000);
  expect((await store.readCuts()).map(({ id }) => id)).toEqual([20]);
  await store.dropCuts([20]);
  await store.close();
  const database = new DatabaseSync(path);
  expect(database.prepare('SELECT count(*) AS n FROM blob').get()).toEqual({ n: 0 });
  expect(
    database
      .prepare('SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()')
      .get()?.['n'],
  ).toBeLessThan(3_000_000);
  database.close();
});

test('a damaged blob, description or entry is reported and left out; the rest is read', async () => {
  const store = await openStore();
  for (const id of [1, 2, 3]) await store.writeCut(cut(id));
  for (const seq of [1, 2, 3]) store.appendTimeline(blocksOf([entry(seq, { values: ['x'.repeat(40_000)] })]));
  await store.close();
  const database = new DatabaseSync(path);
  const digest = database.prepare("SELECT hash FROM cut_blob WHERE cut = 1 AND key = 'counts'").get()?.[
    'hash'
  ];
  database.prepare('UPDATE blob SET bytes = ? WHERE hash = ?').run(bytes(66), String(digest));
  database.exec("UPDATE cut SET label = 'changed' WHERE id = 2");
  database.exec('UPDATE records SET count = 4 WHERE first = 2');
  database.close();
  const again = await openStore();
  expect(await again.readCut(1)).toBeUndefined();
  expect(await again.readCut(2)).toBeUndefined();
  expect(plain(await again.readCut(3))).toEqual(plain(cut(3)));
  expect((await again.readCuts()).map(({ id }) => id)).toEqual([1, 3]);
  expect(seqsOf(await again.readTimeline(1))).toEqual([1]);
  expect(warnings.map(({ code, details }) => [code, details['id'] ?? details['seq']])).toEqual([
    ['cut-damaged', 1],
    ['cut-damaged', 2],
    ['cut-damaged', 2],
    ['timeline-damaged', 2],
  ]);
});

test('a file that is no database is moved aside with a warning, and the session goes on', async () => {
  await (await openStore()).close();
  writeFileSync(path, 'this is not a database, but long enough to be looked at as one. '.repeat(40));
  const store = await openStore();
  await store.writeCut(cut(1));
  expect(warnings.map(({ code }) => code)).toEqual(['store-damaged']);
  const aside = readdirSync(join(folder, '.tidemark')).filter((name) => name.includes('.damaged-'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(folder, '.tidemark', aside[0] ?? ''), 'utf8')).toContain('not a database');
  await store.close();
  expect(plain(await (await openStore()).readCut(1))).toEqual(plain(cut(1)));
});

test('a file with broken pages gives what can be read and warnings, never an error', async () => {
  const store = await openStore();
  for (let id = 1; id <= 10; id++) {
    store.appendTimeline(blocksOf([entry(id, { values: [new Uint8Array(5000).fill(id)] })]));
    await store.writeCut(cut(id, { blobs: [{ key: 'state', bytes: new Uint8Array(20_000).fill(id) }] }));
  }
  await store.close();
  const contents = readFileSync(path);
  for (let page = 3; page < contents.length / 4096; page += 2)
    contents.fill(0xa5, page * 4096, (page + 1) * 4096);
  writeFileSync(path, contents);
  const again = await openStore();
  const cuts = await again.readCuts();
  for (const { id } of cuts) {
    const read = await again.readCut(id);
    if (read !== undefined) expect(read.blobs[0]?.bytes).toEqual(new Uint8Array(20_000).fill(id));
  }
  await again.readTimeline(1);
  await again.writeCut(cut(11));
  expect(plain(await again.readCut(11))).toEqual(plain(cut(11)));
  expect(warnings.length).toBeGreaterThan(0);
});

test('a second writer is refused with the pid of the first, and gets in when the first has closed', async () => {
  const first = await openStore();
  await expect(SqliteCutStore.open(path)).rejects.toMatchObject({
    code: 'store-locked',
    details: { path, pid: process.pid },
  });
  await first.writeCut(cut(1));
  await first.close();
  expect(existsSync(`${path}.pid`)).toBe(false);
  expect(await (await openStore()).readCut(1)).toBeDefined();
});

test('where nothing can be written, the store warns once and works in memory', async () => {
  writeFileSync(join(folder, 'a-file'), '');
  const store = await openStore({}, join(folder, 'a-file', 'notebook.sqlite'));
  await store.writeCut(cut(1));
  store.appendTimeline(blocksOf([entry(1)]));
  expect(plain(await store.readCut(1))).toEqual(plain(cut(1)));
  expect(seqsOf(await store.readTimeline(1))).toEqual([1]);
  expect(warnings.map(({ code }) => code)).toEqual(['store-unwritable']);
});

test('when the file is full, what it has stays readable and the rest goes to memory', async () => {
  const store = await openStore({ maxBytes: 400_000 });
  for (let id = 1; id <= 20; id++) {
    store.appendTimeline(blocksOf([entry(id)]));
    await store.writeCut(cut(id, { blobs: [{ key: 'state', bytes: new Uint8Array(50_000).fill(id) }] }));
  }
  expect(warnings.map(({ code }) => code)).toEqual(['store-unwritable']);
  expect((await store.readCuts()).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  for (let id = 1; id <= 20; id++) expect((await store.readCut(id))?.blobs[0]?.bytes[0]).toBe(id);
  expect(seqsOf(await store.readTimeline(1))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  await store.dropCuts([1, 20]);
  await store.truncateTimeline(2);
  expect((await store.readCuts()).map(({ id }) => id)).toEqual(Array.from({ length: 18 }, (_, i) => i + 2));
  expect(seqsOf(await store.readTimeline(1))).toEqual([1, 2]);
  await store.close();
  const durable = (await (await openStore()).readCuts()).map(({ id }) => id);
  expect(durable.length).toBeGreaterThan(2);
  expect(durable).toEqual(Array.from({ length: durable.length }, (_, i) => i + 1));
});

test('a file of a later version is left alone and the store works in memory', async () => {
  await (await openStore()).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const store = await openStore();
  await store.writeCut(cut(1));
  expect(warnings.map(({ code }) => code)).toEqual(['store-too-new']);
});

test('a file of an earlier version is moved aside with a warning that says so', async () => {
  await (await openStore()).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 2');
  database.close();
  const store = await openStore();
  await store.writeCut(cut(1));
  expect(warnings.map(({ code }) => code)).toEqual(['store-too-old']);
  expect(warnings[0]!.message).toContain('format 2, this one writes 3');
  expect(existsSync(`${path}.damaged-1`)).toBe(false);
  expect(existsSync(`${path}.format-2`)).toBe(true);
});

test('a closed store refuses calls', async () => {
  const store = await openStore();
  await store.close();
  await expect(store.writeCut(cut(1))).rejects.toMatchObject({ code: 'store-closed' });
});

test('notes come back in the next session, the last of a key, and are no part of any cut or recording', async () => {
  const first = await openStore();
  await first.writeNote('label b', bytes(1));
  await first.writeNote('label a', bytes(2));
  await first.writeNote('label b', bytes(3));
  await first.writeNote('label c', bytes(4));
  await first.writeNote('label c');
  first.appendTimeline(blocksOf([entry(1)]));
  await first.writeCut(cut(1));
  await first.truncateTimeline(0);
  await first.dropCuts([1]);
  await first.close();
  const second = await openStore();
  expect(plain(await second.readNotes())).toEqual([
    { key: 'label a', bytes: [2] },
    { key: 'label b', bytes: [3] },
  ]);
});
