import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSink, fileSource, jsonLines, StreamExecutionEnvironment } from '../../../runtime/src/index.ts';
import { checkSource } from '../../../runtime/src/testing/index.ts';
import { temporaryFolder } from '../engine/notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let watched: string;
let env: StreamExecutionEnvironment;

beforeEach(() => {
  folder = temporaryFolder();
  watched = folder.path('in');
  mkdirSync(watched);
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => folder.remove());

/** Moves a file into the folder, as old as it says. */
function arrive(name: string, values: readonly number[], age = 0): void {
  writeFileSync(folder.path('new'), values.map((value) => `${value}\n`).join(''));
  utimesSync(folder.path('new'), 1_000 + age, 1_000 + age);
  renameSync(folder.path('new'), `${watched}/${name}`);
}

const source = () => fileSource<number>(watched, { watch: true, format: jsonLines() });

test('every file is read once, whatever its name, as it comes', async () => {
  arrive('b.jsonl', [1, 2], 1);
  arrive('c.jsonl', [3], 2);
  arrive('.hidden.jsonl', [100]);
  const numbers = env.fromSource(source());
  const view = numbers.show();
  const taken = view.take(3);
  const rest = view.take(5);
  const job = env.execute();
  expect(await taken).toEqual([1, 2, 3]);
  arrive('a.jsonl', [4, 5]);
  expect(await rest).toEqual([1, 2, 3, 4, 5]);
  await (await job).cancel();
});

test('it conforms: it goes on from any position', async () => {
  arrive('b.jsonl', [1, 2, 3], 1);
  arrive('a.jsonl', [4, 5, 6, 7], 2);
  const records = [1, 2, 3, 4, 5, 6, 7];
  expect(await checkSource(source, { records, resumes: true })).toContain('goes on from any position');
});

test('files that a sink writes come in when they are finished', async () => {
  env.fromSequence(1, 100).sinkTo(fileSink(watched, { rolling: { size: 50 } }));
  await (await env.execute()).finished();
  const read = await env.fromSource(source()).executeAndCollect({ limit: 100 });
  expect(read.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
});
