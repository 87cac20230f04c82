import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { START_MS, STEP_MS, madeSeries } from '../runtime/anomaly/made-series.ts';
import { readCorpus } from './corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-nab-'));
const values = madeSeries(31, [{ kind: 'spike', first: 900, last: 905 }], 1200);
const timeOf = (i: number) => new Date(START_MS + i * STEP_MS).toISOString().slice(0, 19).replace('T', ' ');

beforeAll(() => {
  mkdirSync(join(folder, 'data', 'made'), { recursive: true });
  mkdirSync(join(folder, 'labels'));
  const rows = values.map((value, i) => `${timeOf(i)},${value}`);
  writeFileSync(join(folder, 'data', 'made', 'sensor.csv'), `timestamp,value\n${rows.join('\n')}\n`);
  const windows = { 'made/sensor.csv': [[`${timeOf(880)}.000000`, `${timeOf(920)}.000000`]] };
  writeFileSync(join(folder, 'labels', 'combined_windows.json'), JSON.stringify(windows));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('reads files, times and windows as the benchmark lays them out', async () => {
  const [series, ...others] = await readCorpus(folder);
  expect(others).toEqual([]);
  expect(series).toMatchObject({ name: 'made/sensor.csv', values, windows: [[880, 920]] });
  expect(series!.times[1]).toBe(START_MS + STEP_MS);
});

test('prints a table of detectors and profiles; the one that says nothing has 0', () => {
  const run = spawnSync(
    process.execPath,
    ['--conditions=tidemark-source', join(import.meta.dirname, 'run.ts'), '--data', folder],
    { encoding: 'utf8' },
  );
  expect(run.stderr).toBe('');
  expect(run.stdout).toMatch(/^1 files, 1 windows/);
  expect(run.stdout).toMatch(/^null +0\.0 +0\.0 +0\.0/m);
  const [, standard] = /^multi-scale combination +(\S+)/m.exec(run.stdout)!;
  expect(Number(standard)).toBeGreaterThan(80);
});
