import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainText } from './harness/cell-output.ts';
import { Lab } from './harness/lab.ts';
import { notebookJson } from './harness/notebook-file.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({
    files: { 'cells.ipynb': notebookJson(['1+1', 'const answer: number = 6 * 7', 'answer']) },
  });
});
afterAll(() => lab?.stop());

test("a cell's value appears under it, and later cells see its names", async () => {
  await lab.withPage('cells.ipynb', async (page) => {
    await page.runAll();
    expect(plainText(await page.outputs(0))).toBe('2\n');
    expect(await page.outputs(1)).toEqual([]);
    expect(plainText(await page.outputs(2))).toBe('42\n');
  });
});

test('a cell is edited and run again', async () => {
  await lab.withPage('cells.ipynb', async (page) => {
    await page.editCell(0, "['a', 'b'].map((letter) => letter.toUpperCase())");
    await page.runCell(0);
    expect(plainText(await page.outputs(0))).toBe("[ 'A', 'B' ]\n");
  });
});
