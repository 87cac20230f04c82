import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { notebookCopies } from '../notebooks/notebook-server.ts';
import { withLab } from './harness/lab.ts';
import { until } from './harness/until.ts';

// Makes the README's picture anew, after `npm run build`:
//   node_modules/.bin/node tests/browser/readme-picture.ts [file]

const file = resolve(process.argv[2] ?? 'docs/images/first-stream.png');
/** The cell whose chart is shown. */
const CHART = 7;
/** So many results make a chart worth looking at. */
const RESULTS = 90;

await withLab({ copies: notebookCopies }, (lab) =>
  lab.withPage('01-first-stream.ipynb', async (page) => {
    await page.page.setViewportSize({ width: 1280, height: 900 });
    if (await page.page.locator('#jp-left-stack').isVisible())
      await page.command('application:toggle-left-area');
    await page.runAll();
    await page.scrollTo(CHART);
    await page.page.evaluate((at) => {
      const notebook = window.jupyterapp.shell.currentWidget?.content;
      if (notebook !== undefined) notebook.activeCellIndex = at;
    }, CHART);
    // The cell at the top, with its whole chart below it.
    await page.cell(CHART).evaluate((cell) => cell.scrollIntoView({ block: 'start' }));
    const counts = page.cell(CHART).locator('.tm-counts');
    await until(async () => Number.parseInt((await counts.textContent()) ?? '0', 10) >= RESULTS, {
      what: `${RESULTS} results`,
    });
    await page.page.mouse.move(0, 0);
    mkdirSync(dirname(file), { recursive: true });
    await page.page.screenshot({ path: file });
  }),
);
console.log(`${file}: ${Math.round(statSync(file).size / 1000)} kB`);
