import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { earthquakeModel } from './earthquake-model.ts';
import { FollowedViews } from './followed-views.ts';
import { earthquakesFile, startNotebookServer } from './notebook-server.ts';

let server: JupyterServer;
let notebook: HeadlessNotebook;
let views: FollowedViews;
const model = earthquakeModel(earthquakesFile);

beforeAll(async () => {
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '01-first-stream.ipynb');
  views = await FollowedViews.of(notebook.kernel);
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

const rowsOf = (title: string) => views.titled(title)?.rows ?? [];

describe('notebook 01', () => {
  test('runs from top to bottom without an error', async () => {
    const executed = await notebook.runAll();
    expect(executed.map(({ id, status }) => `${id} ${status}`)).toEqual(
      notebook.cells.map(({ id }) => `${id} ok`),
    );
    for (const cell of executed)
      expect(
        cell.outputs.filter((output) => output.output_type === 'stream' || output.output_type === 'error'),
        cell.id,
      ).toEqual([]);
  });

  test('counts every earthquake in its six hours, amended by those that come late', async () => {
    // Results are those of the recording, at any pace; its own takes a minute.
    await notebook.execute('env.speed(20)', 'pace');
    await views.finished('Earthquakes in six hours');
    const counted = new Map(
      rowsOf('Earthquakes in six hours').map((row) => [
        `${String(row['key'])}@${String(row['start'])}`,
        row['value'],
      ]),
    );
    expect(counted).toEqual(model.tumbling);
    expect(rowsOf('Earthquakes in six hours').some((row) => Number(row['pane']) > 0)).toBe(true);
  });

  test('counts and shows those that come too late', async () => {
    await views.finished('How many came too late');
    const counted = new Map(rowsOf('How many came too late').map((row) => [row['strength'], row['tooLate']]));
    expect(counted).toEqual(model.tooLate);
    expect(rowsOf('How many came too late')).toHaveLength(counted.size);
    await views.finished('Too late for their window');
    expect(rowsOf('Too late for their window')).toHaveLength(8);
  });

  test('shows the strongest earthquake of every last day', async () => {
    await views.finished('Strongest earthquake of the last day');
    const shown = new Map(
      rowsOf('Strongest earthquake of the last day').map((row) => [row['start'], row['value']]),
    );
    expect(shown).toEqual(model.strongest);
  });
});
