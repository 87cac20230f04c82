import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './harness/lab.ts';
import type { LabPage } from './harness/lab-page.ts';
import { nbconvertHtml } from './harness/nbconvert.ts';
import { notebookJson } from './harness/notebook-file.ts';

const VIEW = 'application/vnd.tidemark.view.v1+json';

/** A stream in event time that goes on: 50 records a second, each 200 ms after the one before; a few come late. */
const STREAM = `
import { generatorSource, SlidingEventTimeWindows, TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark';
const T0 = Date.UTC(2026, 10, 23, 12);
const readings = env.fromSource(
  generatorSource((i) => ({ room: ['attic', 'cellar', 'hall'][i % 3]!, at: T0 + i * 200 - (i % 97 === 96 ? 9000 : 0), n: 1 }), { rate: 50 }),
  WatermarkStrategy.forBoundedOutOfOrderness<{ room: string; at: number; n: number }>('1 s').withTimestampAssigner((r) => r.at),
  'readings',
);`;
const TUMBLING = `
const counts = readings.keyBy('room').window(TumblingEventTimeWindows.of('5 s')).allowedLateness('20 s').sum('n');
counts.show({ title: 'Readings in 5 s' });`;
const CELLS = [
  STREAM,
  TUMBLING,
  'watermarks(counts)',
  "readings.show({ rows: 6, title: 'Readings' })",
  `readings.keyBy('room').window(SlidingEventTimeWindows.of('10 s', '2 s')).sum('n').show({ title: 'Sliding' })`,
];

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({
    files: {
      'moving.ipynb': notebookJson(CELLS),
      'saved.ipynb': notebookJson(CELLS),
      'failing.ipynb': notebookJson([
        STREAM,
        "readings.map((r) => { if (r.n === 1) throw new RangeError('no such room'); return r; }).show()",
      ]),
    },
  });
});
afterAll(() => lab?.stop());

test('charts move without being built again, and are back after a reload that saved nothing', async () => {
  await lab.withPage('moving.ipynb', async (page) => {
    await page.runAll();
    await page.untilViewChanges(1, 3);
    const { changes, view } = await page.viewChangesWithin(1, 4000);
    expect(changes).toBeGreaterThanOrEqual(5);
    expect(view).toMatchObject({ status: 'running', embeds: 1 });
    await page.scrollTo(1);
    await page.screenshot('views-light');
    await page.scrollTo(4);
    await page.screenshot('views-light-below');

    await page.reload();
    await page.scrollTo(1);
    const back = await page.untilViewChanges(1);
    expect(back.viewId).toBe(view.viewId);
    expect((await page.viewChangesWithin(1, 2000)).changes).toBeGreaterThan(1);

    await page.setTheme('dark');
    await page.scrollTo(1);
    await page.screenshot('views-dark');
    await page.scrollTo(4);
    await page.screenshot('views-dark-below');
    await page.setTheme('light');
  });
});
