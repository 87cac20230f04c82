import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './harness/lab.ts';
import type { LabPage } from './harness/lab-page.ts';
import { notebookJson } from './harness/notebook-file.ts';

const CELLS = [
  `import { generatorSource } from 'tidemark';
const orders = env.fromSource(generatorSource(
  (i) => ({ name: ['ann', 'bob', null][i % 3], cents: String((i % 500) / 100), ts: Date.UTC(2026, 10, 23, 12) + i * 200 }), { rate: 50 }));
env.createTemporaryView('orders', orders, 'name STRING, cents DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts');`,
  '%%sql\nSELECT * FROM orders',
  '%%sql\nSELECT name, SUM(cents) AS total FROM orders GROUP BY name',
  '%%sql\nSELECT name,\n  cnts\nFROM orders',
  `%%sql\nCREATE TABLE out (name STRING) WITH ('connector' = 'blackhole');\nINSERT INTO out SELECT name FROM orders`,
  '%%sql\nEXPLAIN SELECT name, SUM(cents) AS total FROM orders GROUP BY name HAVING SUM(cents) > 3',
];

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ files: { 'sql.ipynb': notebookJson(CELLS) } });
});
afterAll(() => lab?.stop());

/** The text of each cell of the view's rows, under its column. */
const rowsUnder = (page: LabPage, cell: number) =>
  page
    .cell(cell)
    .locator('.tm-table tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((one) => one.textContent)));

test('cells of SQL are coloured, answered in columns of their types, and corrected at the place', async () => {
  await lab.withPage('sql.ipynb', async (page) => {
    await page.runCell(0);
    await page.cell(1).locator('.cm-line span', { hasText: 'SELECT' }).waitFor();

    await page.runCell(1);
    await page.untilViewChanges(1, 3);
    const [row] = await rowsUnder(page, 1);
    expect(row?.[0]).toMatch(/^(ann|bob|NULL)$/);
    expect(row?.[2]).toMatch(/^2026-11-23 12:\d\d:\d\d(\.\d00)?$/);
    expect(await page.cell(1).locator('th').allTextContents()).toEqual(['name', 'cents', 'ts']);
    expect(await page.cell(1).locator('th').first().getAttribute('title')).toBe('STRING');

    await page.runCell(2);
    await page.cell(2).locator('.tm-counts', { hasText: '3 rows · ' }).waitFor();
    await page
      .cell(2)
      .locator('.tm-warning', { hasText: 'one entry a group, for ever: 3 entries by now' })
      .waitFor();
    // A row that changes stays the row that it is: nothing that is pointed at flickers.
    const first = await page.cell(2).locator('tbody tr').first().elementHandle();
    await page.untilViewChanges(2, (await page.untilViewChanges(2)).version + 2);
    expect(await first?.evaluate((node) => node.isConnected)).toBe(true);

    await page.command('notebook:deselect-all');
    await page.runCell(3);
    const error = page.cell(3).locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]');
    expect(await error.textContent()).toContain(
      "Perhaps 'cents' is meant. (line 3, column 3)\n\n3   cnts\n    ~~~~",
    );
    expect(await error.textContent()).not.toContain('at <anonymous>');

    await page.runCell(4);
    await page.cell(4).locator('.tm-job-running .tm-counts', { hasText: 'written' }).waitFor();
    await page.screenshot('sql');

    await page.editCell(3, '%%sql\nSELECT cents FROM ord');
    await page.page.keyboard.press('Tab');
    await page.page.locator('.jp-Completer-item', { hasText: 'orders' }).waitFor();
    await page.page.keyboard.press('Enter');
    await untilSource(page, 3, '%%sql\nSELECT cents FROM orders');
    await page.page.keyboard.press('Shift+Tab');
    await page.page.locator('.jp-Tooltip', { hasText: 'DECIMAL(10, 2)' }).waitFor();
    await page.page.keyboard.press('Escape');

    await page.runCell(5);
    const aggregate = page.cell(5).locator('.tm-stateful', { hasText: 'GroupAggregate' });
    expect(await aggregate.locator('.tm-mode').allTextContents()).toEqual(['+I', '−U', '+U']);
    expect(await aggregate.locator('.tm-state').textContent()).toBe('keeps one entry a group, for ever');
    await page.screenshot('sql-plan');

    // The line of a job is written by the cell that ran: a page that opens the file hears nothing of it.
    await page.save();
    await page.reload();
    await page
      .cell(4)
      .locator('.tm-job-left .tm-status', { hasText: 'was running when saved; %jobs says how it stands' })
      .waitFor();
    expect(await page.isDirty()).toBe(false);
    await page.runCell(4);
    await page.cell(4).locator('.tm-job-running').waitFor();
    await page.restartKernel();
    await page.cell(4).locator('.tm-job-left .tm-status', { hasText: 'stopped with its kernel' }).waitFor();
  });
});

async function untilSource(page: LabPage, cell: number, source: string): Promise<void> {
  await page.page.waitForFunction(
    ([at, text]) =>
      window.jupyterapp.shell.currentWidget?.content.widgets[at]?.model.sharedModel.getSource() === text,
    [cell, source] as const,
  );
}
