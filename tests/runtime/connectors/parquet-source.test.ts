import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileSource } from '../../../runtime/src/connectors/file-source.ts';
import { replay } from '../../../runtime/src/connectors/replay-source.ts';
import { parquet } from '../../../runtime/src/formats/parquet-format.ts';
import { readBatches, readValues, stored } from './read-source.ts';

const FLIGHTS = 'node_modules/vega-datasets/data/flights-3m.parquet';

interface Flight {
  date: number;
  delay: number;
  distance: number;
  origin: string;
  destination: string;
}

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-parquet-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, columnData: Columns, options: { rowGroupSize?: number } = {}): string {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, ...options })));
  return path;
}

const numbered = (name: string, from: number, to: number, rowGroupSize = 100): string =>
  write(name, [{ name: 'n', data: Array.from({ length: to - from }, (_, i) => from + i), type: 'INT32' }], {
    rowGroupSize,
  });

test('real input: three million flights, in order, by the extension of the file', async () => {
  const source = fileSource<Flight>(FLIGHTS);
  source.validate?.();
  const batches = await readBatches(source, { max: 10_000 });
  let count = 0;
  let delay = 0;
  let last = -Infinity;
  for (const { values } of batches) {
    for (const flight of values) {
      if (flight.date < last) throw new Error(`${flight.date} comes after ${last}`);
      last = flight.date;
      delay += flight.delay;
      count += 1;
    }
  }
  expect(count).toBe(3_000_000);
  expect(Number.isSafeInteger(delay)).toBe(true);
  expect(batches[0]?.values[0]).toEqual({
    date: Date.UTC(2001, 0, 1, 0, 1),
    delay: 33,
    distance: 2176,
    origin: 'LAS',
    destination: 'PHL',
  });
  expect(new Date(last).toISOString()).toBe('2001-07-01T00:00:00.000Z');
});

test('columns that are not asked for are left out', async () => {
  const source = fileSource<Flight>(FLIGHTS, { format: parquet({ columns: ['origin', 'delay'] }) });
  const [batch] = await readBatches(source, { limit: 1 });
  expect(Object.keys(batch?.values[0] ?? {})).toEqual(['origin', 'delay']);
});

test('every kind of column: text, numbers, 64-bit integers, times, truth, and what is missing', async () => {
  const path = write('all.parquet', [
    { name: 'text', data: ['a', null, 'a'] },
    { name: 'real', data: [1.5, null, -0.25], type: 'DOUBLE' },
    { name: 'long', data: [1n, null, -9007199254740991n], type: 'INT64' },
    { name: 'at', data: [new Date(-1), null, new Date(1e12)], type: 'TIMESTAMP' },
    { name: 'flag', data: [true, null, false] },
    { name: '__proto__', data: [1, 2, 3], type: 'INT32' },
  ] as Columns);
  const rows = await readValues(fileSource<Record<string, unknown>>(path));
  expect(rows.map((row) => Object.entries(row))).toEqual([
    [
      ['text', 'a'],
      ['real', 1.5],
      ['long', 1],
      ['at', -1],
      ['flag', true],
      ['__proto__', 1],
    ],
    [
      ['text', null],
      ['real', null],
      ['long', null],
      ['at', null],
      ['flag', null],
      ['__proto__', 2],
    ],
    [
      ['text', 'a'],
      ['real', -0.25],
      ['long', -9007199254740991],
      ['at', 1e12],
      ['flag', false],
      ['__proto__', 3],
    ],
  ]);
});

test('text without repetition is read as it is', async () => {
  const data = Array.from({ length: 70_000 }, (_, i) => `row ${i}`);
  const path = write('distinct.parquet', [{ name: 'id', data, type: 'STRING' }]);
  const rows = await readValues(fileSource<{ id: string }>(path));
  expect(rows.map(({ id }) => id)).toEqual(data);
});

describe('64-bit integers', () => {
  const big = [{ name: 'id', data: [9007199254740993n], type: 'INT64' }] as Columns;

  test('that would lose digits fail the stream with the way out', async () => {
    const source = fileSource<{ id: number }>(write('big.parquet', big));
    await expect(readValues(source)).rejects.toMatchObject({ code: 'parquet-integer-too-large' });
  });

  test('stay what they are where that is asked for', async () => {
    const format = parquet<{ id: bigint }>({ bigints: ['id'] });
    expect(await readValues(fileSource(write('big.parquet', big), { format }))).toEqual([
      { id: 9007199254740993n },
    ]);
  });
});

describe('reading again', () => {
  test('goes on from any position, over row groups and files, however it is cut', async () => {
    numbered('a.parquet', 0, 250);
    numbered('b.parquet', 250, 251);
    numbered('c.parquet', 251, 400, 40);
    const source = fileSource<{ n: number }>(join(folder, '*.parquet'));
    const batches = await readBatches(source, { max: 37 });
    expect(batches.flatMap(({ values }) => values.map(({ n }) => n))).toEqual(
      Array.from({ length: 400 }, (_, n) => n),
    );
    let read = 0;
    for (const { values, position } of batches) {
      read += values.length;
      const rest = await readValues(source, { position: stored(position), max: 1000 });
      expect(rest.map(({ n }) => n)).toEqual(Array.from({ length: 400 - read }, (_, n) => read + n));
    }
  });

  test('finds out when the file has been replaced by a shorter one', async () => {
    const path = numbered('a.parquet', 0, 250);
    const source = fileSource<{ n: number }>(path);
    const position = (await readBatches(source)).at(-1)?.position;
    numbered('a.parquet', 0, 20);
    await expect(readValues(source, { position })).rejects.toMatchObject({ code: 'file-changed' });
  });
});

test('a Parquet file can be replayed', async () => {
  const path = numbered('a.parquet', 0, 250);
  const source = replay(fileSource<{ n: number }>(path), { speed: 'max', timestamp: 'n' });
  expect(await readValues(source)).toHaveLength(250);
});

describe('errors', () => {
  test('a file that is no Parquet', async () => {
    const path = join(folder, 'text.parquet');
    writeFileSync(path, 'a,b\n1,2\n');
    await expect(readValues(fileSource(path))).rejects.toMatchObject({
      code: 'parquet-not-readable',
      details: { path },
    });
  });

  test('a column that is not there names those that are', async () => {
    const source = fileSource(FLIGHTS, { format: parquet<{ dely: number }>({ columns: ['dely'] }) });
    await expect(readValues(source)).rejects.toMatchObject({
      code: 'parquet-column-unknown',
      details: { column: 'dely', columns: ['date', 'delay', 'distance', 'origin', 'destination'] },
    });
  });

  test('a file that is not there fails when the stream is made', () => {
    expect(() => fileSource(join(folder, 'none.parquet')).validate?.()).toThrow(
      expect.objectContaining({ code: 'file-not-found' }),
    );
  });

  test('a file after a readable one fails after its records', async () => {
    numbered('a.parquet', 0, 10);
    writeFileSync(join(folder, 'b.parquet'), 'nothing');
    const reader = fileSource<{ n: number }>(join(folder, '*.parquet'));
    const seen: number[] = [];
    await expect(
      (async () => {
        for (const { values } of await readBatches(reader, { limit: 10 }))
          seen.push(...values.map(({ n }) => n));
        await readBatches(reader);
      })(),
    ).rejects.toMatchObject({ code: 'parquet-not-readable' });
    expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => n));
  });

  test('watching is refused, and so are columns named twice', () => {
    expect(() => fileSource(FLIGHTS, { watch: true })).toThrow(
      expect.objectContaining({ code: 'source-option-invalid' }),
    );
    expect(() => parquet({ columns: ['a', 'a'] as never[] })).toThrow(
      expect.objectContaining({ code: 'format-option-invalid' }),
    );
  });
});
