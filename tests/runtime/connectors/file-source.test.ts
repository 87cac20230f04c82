import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileSource } from '../../../runtime/src/connectors/file-source.ts';
import { csv } from '../../../runtime/src/formats/csv-format.ts';
import { json } from '../../../runtime/src/formats/json-format.ts';
import { jsonLines } from '../../../runtime/src/formats/json-lines-format.ts';
import { holds } from '../property.ts';
import { readBatches, readValues, stored } from './read-source.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-files-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a file is read by its extension, its path from the working directory', async () => {
  const path = write('trips.csv', 'id,zone\n1,A\n2,B\n');
  expect(await readValues(fileSource(relative(process.cwd(), path)))).toEqual([
    { id: 1, zone: 'A' },
    { id: 2, zone: 'B' },
  ]);
  expect(await readValues(fileSource(write('server.txt', 'INFO a\nWARN b')))).toEqual(['INFO a', 'WARN b']);
  expect(await readValues(fileSource(write('empty.jsonl', '')))).toEqual([]);
});

test('real input: the earthquakes of a week', async () => {
  const source = fileSource<{ properties: { mag: number } }>(
    'node_modules/vega-datasets/data/earthquakes.json',
    {
      format: json({ at: 'features' }),
    },
  );
  source.validate?.();
  const quakes = await readValues(source);
  expect(quakes).toHaveLength(1707);
  expect(quakes[0]?.properties.mag).toBe(2);
});

test('a file larger than many pieces is read in pieces', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => ({ i, text: 'x'.repeat(i % 50) }));
  const path = write('big.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const batches = await readBatches(fileSource(path), { max: 1000 });
  expect(batches.every(({ values }) => values.length <= 1000)).toBe(true);
  expect(batches.flatMap(({ values }) => values)).toEqual(rows);
});

test('a pattern reads its files in the order of their names, each with its own header', async () => {
  write('b.csv', 'y,x\n4,3\n');
  write('a.csv', 'x,y\n1,2');
  write('c.csv', '');
  write('other.txt', 'no');
  const source = fileSource(join(folder, '*.csv'));
  expect(await readValues(source)).toEqual([
    { x: 1, y: 2 },
    { y: 4, x: 3 },
  ]);
  const [first] = await readBatches(source);
  expect(await readValues(source, { position: stored(first?.position) })).toEqual([{ y: 4, x: 3 }]);
});

test('a file whose name looks like a pattern is that file', async () => {
  expect(await readValues(fileSource(write('data[1].txt', 'a\n')))).toEqual(['a']);
});

describe('a file that is not there', () => {
  test('fails when the cell runs, with the path looked at and files of similar names', () => {
    write('earthquakes.json', '[]');
    write('zzz.bin', '');
    const path = join(folder, 'earthquake.json');
    expect(() => fileSource(path).validate?.()).toThrow(
      expect.objectContaining({
        code: 'file-not-found',
        details: expect.objectContaining({ path, near: ['earthquakes.json'] }),
        message: expect.stringContaining(path),
      }),
    );
  });

  test('in a folder that is not there, or matching a pattern, says so', () => {
    expect(() => fileSource('nowhere/at/all.csv').validate?.()).toThrow(/folder of this one does not exist/);
    expect(() => fileSource(join(folder, '*.csv')).validate?.()).toThrow(/There is no file/);
    mkdirSync(join(folder, 'sub'));
    expect(() => fileSource(join(folder, 'sub')).validate?.()).toThrow(/it is a folder/);
    expect(() => fileSource('')).toThrow(/name of a file/);
  });
});

test('a row that does not parse fails after the records before it, and again when asked again', () => {
  const path = write('trips.csv', 'id,zone\n1,A\n2\n3,C\n');
  const reader = fileSource(path, { format: csv() }).createReader({
    paced: true,
    now: 0,
    onReady: () => undefined,
  });
  expect(reader.poll(10, 0)).toMatchObject({ values: [{ id: 1, zone: 'A' }] });
  for (let i = 0; i < 2; i++) {
    expect(() => reader.poll(10, 0)).toThrow(
      expect.objectContaining({
        code: 'row-not-parsed',
        details: expect.objectContaining({ input: path, line: 3, text: '2' }),
      }),
    );
  }
  reader.close();
});

test('rows that are skipped are counted by the reader', () => {
  const path = write('orders.jsonl', '1\n{\n2\n}\n');
  const reader = fileSource(path, { format: jsonLines({ onError: 'skip' }) }).createReader({
    paced: true,
    now: 0,
    onReady: () => undefined,
  });
  expect(reader.poll(10, 0)).toMatchObject({ values: [1, 2] });
  expect(reader.poll(10, 0)).toBe('end');
  expect(reader.skippedRecords?.()).toBe(2);
});

test('a file cut short behind the position is an error, not other records', async () => {
  const path = write('a.txt', 'one\ntwo\nthree\n');
  const [batch] = await readBatches(fileSource(path), { max: 2 });
  truncateSync(path, 4);
  await expect(readValues(fileSource(path), { position: batch?.position })).rejects.toMatchObject({
    code: 'file-changed',
  });
  rmSync(path);
  await expect(readValues(fileSource(path), { position: batch?.position })).rejects.toMatchObject({
    code: 'file-not-found',
  });
});

test('a watched file goes on with what is appended, a line at a time', async () => {
  const path = write('live.log', 'a\nhal');
  const reading = readValues(fileSource(path, { watch: true }), { limit: 4 });
  const first = readValues(fileSource(path, { watch: true }), { limit: 1 });
  expect(await first).toEqual(['a']);
  appendFileSync(path, 'f\nb\n');
  appendFileSync(path, 'c\n');
  expect(await reading).toEqual(['a', 'half', 'b', 'c']);
});

test('a watched pattern waits for files, and goes on with the next by name', async () => {
  const source = fileSource(join(folder, 'log-*.txt'), { watch: true });
  source.validate?.();
  const reading = readValues(source, { limit: 3 });
  write('log-1.txt', 'a\nlast of 1');
  write('log-2.txt', 'b\n');
  expect(await reading).toEqual(['a', 'last of 1', 'b']);
});

test('read again from any position, however it is cut, files give the same records', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ i, text: i % 7 === 0 ? `line\n"${i}", é` : `t${i}` }));
  const quoted = rows.map(({ i, text }) => `${i},"${text.replaceAll('"', '""')}"\n`);
  write('a.csv', `i,text\n${quoted.slice(0, 25).join('')}`);
  write('b.csv', `i,text\n${quoted.slice(25).join('')}`);
  const sources = [
    fileSource(join(folder, '*.csv')),
    fileSource(write('r.json', JSON.stringify({ rows }, null, 1)), { format: json({ at: 'rows' }) }),
    fileSource(write('r.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))),
  ];
  const sizes = fc.integer({ min: 1, max: 70 });
  await holds(
    fc.tuple(sizes, sizes),
    async ([max, again]) => {
      for (const source of sources) {
        const batches = await readBatches(source, { max });
        expect(batches.flatMap(({ values }) => values)).toEqual(rows);
        let seen = 0;
        for (const { values, position } of batches) {
          seen += values.length;
          expect(await readValues(source, { max: again, position: stored(position) })).toEqual(
            rows.slice(seen),
          );
        }
      }
    },
    30,
  );
});
