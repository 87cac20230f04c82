import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { killSessionProcess } from '../browser/harness/kernel-processes.ts';
import { FollowedViews } from './followed-views.ts';
import { startNotebookServer } from './notebook-server.ts';

interface Reading {
  readonly sensor: string;
  readonly temperature: number;
}

const READINGS = 2_000;

let server: JupyterServer;
let notebook: HeadlessNotebook;
let views: FollowedViews;

beforeAll(async () => {
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '04-anomalies-kafka.ipynb');
  views = await FollowedViews.of(notebook.kernel);
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

/** All that a topic holds: read by a cell, handed over in a file. */
async function recordsOf<T>(topic: string): Promise<T[]> {
  const { status } = await notebook.execute(
    `(await import('node:fs')).writeFileSync('${topic}.json', JSON.stringify((await ${topic}.records()).map(({ value }) => value)))`,
    'records',
  );
  expect(status).toBe('ok');
  return JSON.parse(readFileSync(join(server.folder, `${topic}.json`), 'utf8')) as T[];
}

/** What the notebook's detection finds, as its text says it. */
function model(readings: readonly Reading[], threshold: number) {
  const levels = new Map<string, { readings: number; mean: number; deviation: number }>();
  return readings.flatMap(({ sensor, temperature }) => {
    const { readings, mean, deviation } = levels.get(sensor) ?? {
      readings: 0,
      mean: temperature,
      deviation: 1,
    };
    const away = Math.abs(temperature - mean);
    if (readings > 10 && away > threshold * deviation) return [{ sensor, temperature, expected: mean }];
    levels.set(sensor, {
      readings: readings + 1,
      mean: mean + 0.1 * (temperature - mean),
      deviation: deviation + 0.05 * (away - deviation),
    });
    return [];
  });
}

const bySensor = (all: readonly { sensor: string }[]) =>
  Object.fromEntries(Map.groupBy(all, ({ sensor }) => sensor));

async function runAll(): Promise<void> {
  for (const cell of await notebook.runAll())
    expect(cell.status, `${cell.id}: ${JSON.stringify(cell.reply)}`).toBe('ok');
}

describe('notebook 04', () => {
  test('shows readings and anomalies while they come, and its process may die meanwhile', async () => {
    await runAll();
    await views.until(() => (views.titled('Committed')?.rows.length ?? 0) >= 2);
    expect(views.titled('Mean temperature in half a second')?.rows.length).toBeGreaterThan(0);
    killSessionProcess(notebook.kernel.id);
    await views.until(() => views.titled('Committed')?.status === 'waiting');
    await runAll();
  });

  test('every anomaly is in the topic once, per sensor in order', async () => {
    // Each look is a cell of the notebook.
    const status = "env.jobs().find(({ name }) => name === 'sensors')?.status";
    for (let ended = false; !ended;) {
      const { outputs } = await notebook.execute(status, 'status');
      ended = JSON.stringify(outputs).includes('finished');
    }
    const readings = await recordsOf<Reading>('sensorData');
    const expected = model(readings, 5);
    let found: { sensor: string }[] = [];
    while (found.length < expected.length) found = await recordsOf('anomalies');
    // Those of the process that died, and all of its successor's.
    expect(readings.length).toBeGreaterThan(READINGS);
    expect(expected.length).toBeGreaterThan(10);
    expect(bySensor(found)).toEqual(bySensor(expected));
  });
});
