import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notebookCopies } from '../notebooks/notebook-server.ts';
import { plainText } from './harness/cell-output.ts';
import { Lab } from './harness/lab.ts';
import type { LabPage } from './harness/lab-page.ts';

const NOTEBOOK = '01-first-stream.ipynb';
/** Cells of the notebook that have views, by what they show. Markdown cells count. */
const TABLE = 4;
const TUMBLING = 7;
const WATERMARKS = 9;
const SNAPSHOTS = 16;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ copies: notebookCopies });
});
afterAll(() => lab?.stop());

async function runNotebook(page: LabPage): Promise<void> {
  await page.runAll();
  await page.scrollTo(TUMBLING);
  await page.untilViewChanges(TUMBLING);
}

describe('notebook 01 in JupyterLab', () => {
  test('the chart moves at least five times in ten seconds, built once; edited, it is rebuilt', async () => {
    await lab.withPage(NOTEBOOK, async (page) => {
      await runNotebook(page);
      const { changes, view } = await page.viewChangesWithin(TUMBLING, 10_000);
      expect(changes).toBeGreaterThanOrEqual(5);
      expect(view).toMatchObject({ status: 'running', embeds: 1 });
      await page.screenshot('notebook-01-light');
      await page.setTheme('dark');
      await page.untilViewChanges(TUMBLING, view.version);
      await page.screenshot('notebook-01-dark');
      await page.setTheme('light');
      await page.scrollTo(TABLE);
      await page.screenshot('notebook-01-table');
      await page.scrollTo(WATERMARKS);
      await page.untilViewChanges(WATERMARKS);
      await page.screenshot('notebook-01-watermarks');
      const other = await page.untilViewChanges(WATERMARKS);

      await page.scrollTo(TUMBLING);
      const source = await page.source(TUMBLING);
      await page.editCell(TUMBLING, source.replace("of('6 h')", "of('3 h')"));
      await page.runCell(TUMBLING);
      const rebuilt = await page.untilViewChanges(TUMBLING);
      expect(rebuilt.status).toMatch(/running|catching-up/);
      await page.scrollTo(WATERMARKS);
      expect((await page.untilViewChanges(WATERMARKS, other.version)).embeds).toBe(other.embeds);
      await page.scrollTo(TUMBLING);
      await page.screenshot('notebook-01-edited');
    });
  });

  test('a reload that saved nothing brings the chart back, still moving, also while a cell is busy', async () => {
    await lab.withPage(NOTEBOOK, async (page) => {
      await page.restartKernel();
      await runNotebook(page);
      const before = await page.untilViewChanges(TUMBLING);
      expect(await page.isDirty()).toBe(true);
      await page.reload();
      await page.scrollTo(TUMBLING);
      const back = await page.untilViewChanges(TUMBLING);
      expect(back.viewId).toBe(before.viewId);
      expect((await page.viewChangesWithin(TUMBLING, 4_000)).changes).toBeGreaterThanOrEqual(2);

      await page.insertCell(TUMBLING + 1, 'while (true) {}');
      await page.startCell(TUMBLING + 1);
      await page.reload();
      await page.scrollTo(TUMBLING);
      expect((await page.untilViewChanges(TUMBLING)).viewId).toBe(before.viewId);
      await page.interrupt();
      await page.untilIdle();
    });
  });

  test('kill -9 of the session process is said, and running the cells again goes on', async () => {
    await lab.withPage(NOTEBOOK, async (page) => {
      await page.restartKernel();
      await runNotebook(page);
      const before = await page.untilViewChanges(TUMBLING, 20);
      await page.killSessionProcess();
      await page.untilViewStatus(TUMBLING, 'waiting');
      await page.screenshot('notebook-01-killed');
      expect(['idle', 'busy']).toContain(await page.kernelStatus());
      await page.runAll();
      await page.scrollTo(TUMBLING);
      await page.untilViewStatus(TUMBLING, 'running');
      expect((await page.untilViewChanges(TUMBLING)).viewId).toBe(before.viewId);
      expect(plainText(await page.outputs(SNAPSHOTS))).toMatch(
        /id +after[^]*Strongest earthquake of the last day/,
      );
    });
  });
});
