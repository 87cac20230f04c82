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

const FILES = {
  'moving.ipynb': notebookJson(CELLS),
  'saved.ipynb': notebookJson(CELLS),
  'edited.ipynb': notebookJson([...CELLS.slice(0, 2), 'let turns = 0; while (true) turns += 1;']),
  'paused.ipynb': notebookJson([
    ...CELLS.slice(0, 2),
    'watermarks(counts)',
    "readings.show({ rows: 6, title: 'Readings' })",
  ]),
  'killed.ipynb': notebookJson([
    'const everyMs = 200;',
    STREAM.replace('i * 200', 'i * everyMs'),
    TUMBLING,
    "const aside = 'nobody asks for it';",
    "readings.show({ rows: 6, title: 'Readings' })",
  ]),
  'failing.ipynb': notebookJson([
    STREAM,
    "readings.map((r) => { if (r.n === 1) throw new RangeError('no such room'); return r; }).show()",
  ]),
};

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ files: FILES });
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

    await page.setTheme('dark');
    await page.untilViewChanges(1, view.version);
    await page.screenshot('views-dark');
    expect((await page.untilViewChanges(1)).embeds).toBe(1);
    await page.setTheme('light');

    await page.reload();
    await page.scrollTo(1);
    const back = await page.untilViewChanges(1);
    expect(back).toMatchObject({ viewId: view.viewId, status: 'running' });
    expect((await page.viewChangesWithin(1, 2000)).changes).toBeGreaterThan(1);
    await page.scrollTo(4);
    await page.untilViewChanges(4);
    await page.screenshot('views-below');
    for (const cell of [1, 2, 3, 4]) expect(await viewsUnder(page, cell)).toBe(1);
  });
});

test('the button above a chart pauses the streams and lets them run on', async () => {
  await lab.withPage('moving.ipynb', async (page) => {
    await page.runAll();
    await page.scrollTo(1);
    await page.untilViewChanges(1, 3);
    const button = page.cell(1).locator('.tm-header .tm-button');
    await button.click();
    await untilStatus(page, 1, 'paused');
    expect((await page.viewChangesWithin(1, 1000)).changes).toBe(0);
    await button.click();
    await untilStatus(page, 1, 'running');
    expect((await page.viewChangesWithin(1, 2000)).changes).toBeGreaterThan(1);
  });
});

test('while the streams are paused every view says so, a new one too, and one button lets all run on', async () => {
  await lab.withPage('paused.ipynb', async (page) => {
    for (const cell of [0, 1, 2]) await page.runCell(cell);
    await page.untilViewChanges(1, 3);
    await page.untilIdle();
    await page.interrupt();
    for (const cell of [1, 2]) await untilStatus(page, cell, 'paused');
    await page.runCell(3);
    await untilStatus(page, 3, 'paused');
    await page.screenshot('views-paused');
    await page.cell(3).getByRole('button', { name: 'Resume' }).click();
    for (const cell of [1, 2, 3]) await untilStatus(page, cell, 'running');
    await page.untilViewChanges(3, 1);
  });
});

test('after kill -9 one button runs the cells of all views again, and those that they need', async () => {
  await lab.withPage('killed.ipynb', async (page) => {
    await page.runAll();
    await page.untilViewChanges(2, 3);
    const before = [await page.untilViewChanges(2), await page.untilViewChanges(4)];
    const aside = await page.executionCount(3);
    await page.killSessionProcess();
    for (const cell of [2, 4]) await untilStatus(page, cell, 'waiting');
    await page.save();
    // The first page that comes back is told, too.
    await page.reload();
    await page.scrollTo(2);
    await untilStatus(page, 2, 'waiting');
    await page.screenshot('views-waiting');
    await page.cell(2).getByRole('button', { name: 'Run again' }).click();
    for (const cell of [2, 4]) await untilStatus(page, cell, 'running');
    const after = [await page.untilViewChanges(2, 3), await page.untilViewChanges(4, 3)];
    expect(after.map(({ viewId }) => viewId)).toEqual(before.map(({ viewId }) => viewId));
    for (const cell of [2, 4]) {
      expect(await viewsUnder(page, cell)).toBe(1);
      expect(await page.cell(cell).locator('.tm-notice').isVisible()).toBe(false);
    }
    expect(await page.executionCount(0)).toBeGreaterThan(5);
    // Nothing waits for this cell, and nobody uses a name of it.
    expect(await page.executionCount(3)).toBe(aside);
  });
});

test('a cell that is edited and run again shows one chart, of the new window', async () => {
  await lab.withPage('edited.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    await page.untilViewChanges(1, 3);
    await page.editCell(1, TUMBLING.trim().replace("'5 s'", "'10 s'"));
    await page.runCell(1);
    await page.cell(1).getByText('10 s windows').waitFor();
    expect(await viewsUnder(page, 1)).toBe(1);
    expect((await page.untilViewChanges(1, 3)).status).toBe('running');
  });
});

test('views answer a reload while a cell is busy for ever', async () => {
  await lab.withPage('edited.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    const before = await page.untilViewChanges(1, 3);
    await page.startCell(2);
    await page.page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').waitFor();
    await page.reload();
    await page.scrollTo(1);
    const after = await page.untilViewChanges(1);
    expect(after.viewId).toBe(before.viewId);
    await page.interrupt();
    await page.untilIdle();
    await page.untilViewChanges(1, after.version);
  });
});

test('a saved notebook holds pictures that every viewer shows', async () => {
  await lab.withPage('saved.ipynb', async (page) => {
    await page.runAll();
    await page.scrollTo(1);
    await page.cell(1).locator('svg.marks').waitFor();
    await page.save();
    const [output] = await page.outputs(1);
    expect(Object.keys(output?.data ?? {}).sort()).toEqual([
      VIEW,
      'application/vnd.vegalite.v5+json',
      'image/svg+xml',
      'text/plain',
    ]);
    const saved = readFileSync(join(lab.server.folder, 'saved.ipynb'), 'utf8');
    expect(saved).toContain('image/svg+xml');
    const html = await nbconvertHtml(lab.server, 'saved.ipynb');
    const picture = /<img[^>]*src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html)?.[1] ?? '';
    // Compared in short: the whole page would be the message of a failure.
    const svg = Buffer.from(picture, 'base64').toString();
    expect(svg.slice(0, 4)).toBe('<svg');
    expect(svg.includes('window start (event time, UTC) · 5 s windows')).toBe(true);
    expect(await page.isDirty()).toBe(false);
  });
});

test('after a restart of the kernel a chart shows what it last had, and runs again with its cell', async () => {
  await lab.withPage('edited.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    await page.scrollTo(1);
    await page.untilViewChanges(1, 3);
    await page.restartKernel();
    await untilStatus(page, 1, 'before-restart');
    await page.cell(1).locator('svg.marks').waitFor();
    await page.runCell(0);
    await page.runCell(1);
    await untilStatus(page, 1, 'running');
    expect(await viewsUnder(page, 1)).toBe(1);
  });
});

test('a function that throws stops its view, which says why', async () => {
  await lab.withPage('failing.ipynb', async (page) => {
    await page.runAll();
    await untilStatus(page, 1, 'failed');
    const failure = page.cell(1).locator('.tm-failure');
    expect(await failure.textContent()).toContain('RangeError: no such room');
    await page.screenshot('views-failed');
  });
});

function viewsUnder(page: LabPage, cell: number): Promise<number> {
  return page.cell(cell).locator('[data-view-id]').count();
}

function untilStatus(page: LabPage, cell: number, status: string): Promise<void> {
  return page.cell(cell).locator(`[data-view-status="${status}"]`).waitFor();
}
