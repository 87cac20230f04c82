import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainText } from '../browser/harness/cell-output.ts';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { startNotebookServer } from './notebook-server.ts';

let server: JupyterServer;
let notebook: HeadlessNotebook;

beforeAll(async () => {
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '02-the-flink-chapter.ipynb');
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

const text = (cellId: string) => plainText(notebook.outputsOf(cellId));

describe('notebook 02', () => {
  test('runs from top to bottom without an error', async () => {
    const executed = await notebook.runAll();
    expect(executed.map(({ id, status }) => `${id} ${status}`)).toEqual(
      notebook.cells.map(({ id }) => `${id} ok`),
    );
  });

  test('prints the lines that start with INFO under the cell that filters them', async () => {
    const lines = [
      'INFO service started',
      'INFO user ada signed in',
      'INFO user grace signed in',
      'INFO user ada signed out',
    ];
    const all = Array.from({ length: 5 }, () => lines).flat();
    await notebook.untilOutputs(
      () =>
        text('filter')
          .split('\n')
          .filter((line) => line.startsWith('INFO')).length === all.length,
    );
    expect(
      text('filter')
        .split('\n')
        .filter((line) => line.startsWith('INFO')),
    ).toEqual(all);
    expect(text('close')).toContain("'finished'");
  });

  test('counts levels in windows of ten seconds', () => {
    const counted = text('window-list').match(/\[ '[A-Z]+', \d+ \]/g) ?? [];
    // 40 lines, one a second, eight levels in turn: ten lines a window.
    const levels = ['INFO', 'DEBUG', 'INFO', 'WARN', 'INFO', 'ERROR', 'INFO', 'DEBUG'];
    const expected: string[] = [];
    for (let window = 0; window < 4; window++) {
      const counts = new Map<string, number>();
      for (let i = window * 10; i < window * 10 + 10; i++)
        counts.set(levels[i % 8]!, (counts.get(levels[i % 8]!) ?? 0) + 1);
      expected.push(...[...counts].map(([level, n]) => `[ '${level}', ${n} ]`));
    }
    expect([...counted].sort()).toEqual(expected.sort());
  });

  test('counts per key in state of its own', () => {
    expect(text('state')).toContain("[ 'ada: 1', 'grace: 1', 'ada: 2', 'ada: 3', 'grace: 2' ]");
  });
});
