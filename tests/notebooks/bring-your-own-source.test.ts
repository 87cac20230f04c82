import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainText } from '../browser/harness/cell-output.ts';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { startNotebookServer } from './notebook-server.ts';

let server: JupyterServer;
let notebook: HeadlessNotebook;

beforeAll(async () => {
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '06-bring-your-own-source.ipynb');
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

const text = (cellId: string) => plainText(notebook.outputsOf(cellId));

describe('notebook 06', () => {
  test('runs from top to bottom without an error', async () => {
    const executed = await notebook.runAll();
    expect(executed.map(({ id, status }) => `${id} ${status}`)).toEqual(
      notebook.cells.map(({ id }) => `${id} ok`),
    );
  });

  test('has its source and its sink checked', () => {
    expect(text('check-source')).toContain('goes on from any position');
    expect(text('check-sink')).toContain('commits what was prepared before a crash');
  });

  test('writes the high waters of half days to the notice board, each once', () => {
    const metres = Array.from({ length: 240 }, (_, hour) =>
      Number((2.5 + 2 * Math.sin((hour / 12.42) * 2 * Math.PI)).toFixed(2)),
    );
    const highest = Array.from({ length: 20 }, (_, half) =>
      Math.max(...metres.slice(half * 12, half * 12 + 12)),
    );
    const expected = highest.filter((level) => level > 4.4).map((level) => `high water: ${level} m`);
    expect(text('read').match(/high water: [\d.]+ m/g)).toEqual(expected);
  });
});
