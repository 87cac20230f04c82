// Tables of files: what Flink's formats read, from a file or a folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatChange, StreamExecutionEnvironment } from 'tidemark';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-tables-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function read(path: string, format: string, columns = 'id INT, name STRING, twice AS id * 2') {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.executeSql(
    `CREATE TABLE t (${columns}) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = '${format}')`,
  );
  const changes = await env.toChangelogStream(env.sqlQuery('SELECT * FROM t')).executeAndCollect();
  return changes.map((change) => formatChange(change));
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const ROWS = ['+I[1, a, 2]', '+I[2, 07, 4]'];

test('JSON is a value a line, or a document that is an array', async () => {
  const lines = file('t.json', '{"id":1,"name":"a"}\n{"id":2,"name":"07"}\n');
  expect(await read(lines, 'json')).toEqual(ROWS);
  const document = file('d.json', '[\n  {"id":1,"name":"a"},\n  {"id":2,"name":"07"}\n]\n');
  expect(await read(document, 'json')).toEqual(ROWS);
});

test('CSV is in the order of the columns, or says the order in its first row', async () => {
  expect(await read(file('t.csv', '1,a\n2,07\n'), 'csv')).toEqual(ROWS);
  expect(await read(file('h.csv', 'name,id\na,1\n07,2\n'), 'csv')).toEqual(ROWS);
});

test('of a folder all files are read that are not hidden, in the order of their names', async () => {
  mkdirSync(join(folder, 'part'));
  file('part/b', '{"id":2,"name":"07"}\n');
  file('part/a', '{"id":1,"name":"a"}\n');
  file('part/.c', '{"id":3,"name":"b"}\n');
  file('part/_d', '{"id":4,"name":"c"}\n');
  expect(await read(join(folder, 'part'), 'json')).toEqual(ROWS);
  expect(await read(`file://${join(folder, 'part')}`, 'json')).toEqual(ROWS);
});
