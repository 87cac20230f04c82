import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { notebookCopies } from '../notebooks/notebook-server.ts';
import { Lab } from './harness/lab.ts';
import type { LabPage } from './harness/lab-page.ts';
import { notebookJson } from './harness/notebook-file.ts';

const NOTEBOOK = '05-tune-a-detector.ipynb';
/** Cells of the notebook, Markdown cells counted. */
const CODE = [2, 4, 5];
const VIEWS = 5;

const SINKS = [
  `import { generatorSource, json, kafkaSink, kafkaSource, kafkaTopic } from 'tidemark';
const out = kafkaTopic<number>({ brokers: 'embedded', topic: 'out', format: json() });
await out.create();`,
  `env.fromSource(generatorSource((n) => n, { rate: 100 }))
  .sinkTo(kafkaSink<number>({ brokers: 'embedded', topic: 'out', format: json() })).name('numbers');`,
  `env.fromData('x'.repeat(100))
  .sinkTo(kafkaSink<string>({ brokers: 'embedded', topic: 'out', format: json(), maxRequestSize: 10 })).name('letters');`,
];

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ copies: notebookCopies, files: { 'sinks.ipynb': notebookJson(SINKS) } });
});
afterAll(() => lab?.stop());

const view = (page: LabPage, title: string): Locator =>
  page.cell(VIEWS).locator('.tm-view', { has: page.page.locator(`.tm-title:text-is("${title}")`) });

test('a click on a mark and on a row says what they are, and a killed process forgets none of it', async () => {
  await lab.withPage(NOTEBOOK, async (page) => {
    for (const cell of CODE) await page.runCell(cell);
    await page.scrollTo(VIEWS);
    const chart = view(page, 'The fleet');
    const table = view(page, 'Anomalies');
    await chart.and(page.page.locator('[data-view-status="finished"]')).waitFor();

    const mark = (said: string) =>
      chart.locator(`path[aria-roledescription="point"][aria-label*="label: ${said}"]`);
    await mark('not labelled').first().click();
    const menu = page.page.getByRole('menu', { name: 'What is this row?' });
    await page.screenshot('labels-menu');
    await menu.getByRole('menuitemradio', { name: 'Anomaly' }).click();
    await mark('anomaly').first().waitFor();

    // The table shows the same record, and takes the next.
    await table.locator('.tm-label[data-label="anomaly"]').waitFor();
    await table.locator('.tm-label:not([data-label])').first().click();
    // A key goes to what has the focus, which is the menu's once it is there.
    await menu.locator(':focus', { hasText: 'Anomaly' }).waitFor();
    await page.page.keyboard.press('ArrowDown');
    await menu.locator(':focus', { hasText: 'False alarm' }).waitFor();
    await page.page.keyboard.press('Enter');
    await table.locator('.tm-label[data-label="false alarm"]').waitFor();
    await mark('false alarm').first().waitFor();
    // Said by mistake, and taken back.
    await table.locator('.tm-label:not([data-label])').first().click();
    await menu.getByRole('menuitemradio', { name: 'Anomaly' }).click();
    await expect.poll(() => table.locator('.tm-label[data-label="anomaly"]').count()).toBe(2);
    await table.locator('.tm-label[data-label="anomaly"]').nth(1).click();
    await menu.getByRole('menuitemradio', { name: 'Clear' }).click();
    await expect.poll(() => table.locator('.tm-label[data-label="anomaly"]').count()).toBe(1);
    // Left alone by Escape.
    await table.locator('.tm-label:not([data-label])').first().click();
    await menu.locator(':focus').waitFor();
    await page.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await page.screenshot('labels-light');

    await page.killSessionProcess();
    await page.scrollTo(VIEWS);
    await page.untilViewStatus(VIEWS, 'waiting');
    for (const cell of CODE) await page.runCell(cell);
    await page.setTheme('dark');
    await page.scrollTo(VIEWS);
    await table.locator('.tm-label[data-label="anomaly"]').waitFor();
    await mark('false alarm').first().waitFor();
    expect(await mark('anomaly').count()).toBe(1);
    await page.screenshot('labels-dark');
  });
});

test('what a sink waits for appears under its cell and goes; what it has failed with stays', async () => {
  await lab.withPage('sinks.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    const log = new DatabaseSync(join(lab.server.folder, '.tidemark', 'sinks.kafka.sqlite'), {
      timeout: 10_000,
    });
    log.exec('BEGIN IMMEDIATE');
    const waits = page.cell(1).locator('.tm-trouble');
    await waits.waitFor();
    expect(await waits.textContent()).toContain('numbers waits');
    await page.runCell(2);
    const failed = page.cell(2).locator('.tm-failure');
    await failed.waitFor();
    await page.screenshot('sink-notices');
    log.exec('COMMIT');
    log.close();
    await waits.waitFor({ state: 'detached' });
    expect(await failed.textContent()).toContain('at most 10 are taken');
    await page.screenshot('sink-notices-gone');
  });
});
