import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainText } from './harness/cell-output.ts';
import { Lab } from './harness/lab.ts';
import type { LabPage } from './harness/lab-page.ts';
import { notebookJson } from './harness/notebook-file.ts';

const STREAM = `
import { generatorSource, TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark';
const readings = env.fromSource(
  generatorSource((n) => ({ n, heat: (n * 7) % 10 }), { rate: 100 }),
  WatermarkStrategy.forMonotonousTimestamps<{ n: number; heat: number }>().withTimestampAssigner((r) => r.n * 1000),
  'readings',
);`;
const FILES = {
  'restarted.ipynb': notebookJson([STREAM, "readings.show({ title: 'Readings' })"]),
  'clock.ipynb': notebookJson([
    STREAM,
    "readings.show({ title: 'Readings' })",
    "const threshold = param('threshold', { min: 0, max: 10, step: 1, value: 4 });",
    "const hot = readings.filter((r) => r.heat >= threshold.value).show({ title: 'Hot' });",
    'await env.whatIf({ threshold: 9 }, hot)',
  ]),
};

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ files: FILES });
});
afterAll(() => lab?.stop());

const clock = (page: LabPage) => page.page.locator('.tm-clock');
const press = (page: LabPage, action: string) =>
  clock(page).locator(`button[data-action="${action}"]`).click();
const untilRecords = (page: LabPage, count: number) =>
  page.page.locator(`.tm-clock[data-records="${count}"]`).waitFor();

test('the clock in the toolbar pauses, steps on and back, rewinds, and sets the pace', async () => {
  await lab.withPage('clock.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    await page.untilViewChanges(1, 2);
    await press(page, 'pause');
    await page.page.locator('.tm-clock[data-clock="paused"]').waitFor();
    await page.untilViewStatus(1, 'paused');
    const view = page.cell(1).locator('.tm-counts');
    // The clock says how far the streams have come a moment after they stand still.
    const shown = /([\d,]+) records/.exec((await view.textContent()) ?? '')?.[1] ?? '';
    const before = Number(shown.replaceAll(',', ''));
    await untilRecords(page, before);
    await press(page, 'step');
    await untilRecords(page, before + 1);
    await press(page, 'watermark');
    await untilRecords(page, before + 2);
    await press(page, 'back');
    await untilRecords(page, before + 1);
    await view.filter({ hasText: `${(before + 1).toLocaleString('en')} records` }).waitFor();
    await page.screenshot('clock-paused-light');
    await page.setTheme('dark');
    await page.screenshot('clock-paused-dark');
    await page.setTheme('light');
    await clock(page).locator('select').nth(0).selectOption('5');
    await press(page, 'resume');
    await page.page.locator('.tm-clock[data-clock="running"]').waitFor();
    await page.untilViewStatus(1, 'running');
    // Far enough on, so that there is time to see that the streams are back.
    const far = before + 1_000;
    await page.page.waitForFunction(
      (reached) => Number(document.querySelector<HTMLElement>('.tm-clock')?.dataset['records']) > reached,
      far,
    );
    await clock(page).locator('select').nth(1).selectOption({ label: 'Before [2]' });
    await page.page.waitForFunction(
      (reached) => Number(document.querySelector<HTMLElement>('.tm-clock')?.dataset['records']) < reached,
      far,
    );
  });
});

test('law 8: after a restart the rows of before stay, and one click goes back to the last snapshot', async () => {
  await lab.withPage('restarted.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    await page.untilViewChanges(1, 3);
    await page.runCell(0);
    await press(page, 'pause');
    await page.restartKernel();
    await page.untilViewStatus(1, 'before-restart');
    const offered = clock(page).locator('option', { hasText: 'before the restart' });
    await offered.waitFor({ state: 'attached' });
    const value = (await offered.getAttribute('value')) ?? '';
    await clock(page).locator('select').nth(1).selectOption(value);
    await page.page.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('.tm-clock')?.dataset['records']) > 0,
    );
    await page.runCell(0);
    await page.runCell(1);
    await page.untilViewStatus(1, 'running');
    expect(plainText(await page.outputs(1))).toContain('goes on from a snapshot');
  });
});

test('a slider moves a param while streams run, and the table says what another value would have changed', async () => {
  await lab.withPage('clock.ipynb', async (page) => {
    await page.restartKernel();
    await page.runAll();
    await page.scrollTo(2);
    const slider = page.cell(2).locator('.tm-param input[type="range"]');
    await slider.waitFor();
    expect(await slider.inputValue()).toBe('4');
    const hot = await page.untilViewChanges(3);
    await slider.focus();
    await page.page.keyboard.press('ArrowRight');
    await page.page.keyboard.press('ArrowRight');
    await page.cell(2).locator('.tm-param[data-param-value="6"]').waitFor();
    expect((await page.untilViewChanges(3, hot.version)).embeds).toBe(hot.embeds);
    await page.insertCell(5, 'threshold.value');
    await page.runCell(5);
    expect(plainText(await page.outputs(5)).trim()).toBe('6');
    await page.runCell(4);
    expect(plainText(await page.outputs(4))).toContain('only before');
    await page.scrollTo(2);
    await page.screenshot('param-light');
    await page.setTheme('dark');
    await page.screenshot('param-dark');
    await page.setTheme('light');
  });
});
