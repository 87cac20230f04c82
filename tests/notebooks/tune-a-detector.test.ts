import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainText } from '../browser/harness/cell-output.ts';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { FollowedViews } from './followed-views.ts';
import { startNotebookServer } from './notebook-server.ts';

let server: JupyterServer;
let notebook: HeadlessNotebook;
let views: FollowedViews;

beforeAll(async () => {
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '05-tune-a-detector.ipynb');
  views = await FollowedViews.of(notebook.kernel);
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

const rowsOf = (title: string) => views.titled(title)?.rows ?? [];

describe('notebook 05', () => {
  test('runs from top to bottom without an error', async () => {
    const executed = await notebook.runAll();
    expect(executed.map(({ id, status }) => `${id} ${status}`)).toEqual(
      notebook.cells.map(({ id }) => `${id} ok`),
    );
  });

  test('finds a fault of every sensor that has one, and nothing of the healthy one', async () => {
    await views.until(
      () => views.titled('Anomalies')?.status === 'finished' && rowsOf('Anomalies').length > 4,
    );
    const sensors = new Set(rowsOf('Anomalies').map((row) => row['key']));
    expect([...sensors].sort()).toEqual(['boiler', 'fan', 'lamp', 'pump']);
  });

  test('says what another threshold would have changed', () => {
    const kept = rowsOf('Anomalies').filter((row) => Number(row['score']) >= 0.999);
    const gone = rowsOf('Anomalies').length - kept.length;
    expect(gone).toBeGreaterThan(0);
    expect(plainText(notebook.outputsOf('what-if'))).toContain(
      `At 0.999 instead of 0.99, ${gone} anomalies would not be there.`,
    );
  });

  test('measures by the labels of its user, once there are any', async () => {
    expect(plainText(notebook.outputsOf('own-labels'))).toContain('Nothing is labelled yet');
    for (const [key, label] of [
      ['boiler', 'anomaly'],
      ['pump', 'false alarm'],
    ] as const) {
      const rowId = rowsOf('Anomalies').find((row) => row['key'] === key)?._id ?? '';
      views.say({ type: 'label', viewId: views.titled('Anomalies')?.id ?? '', rowId, label });
    }
    // The chart shows the same record.
    await views.until(() => rowsOf('The fleet').some(({ _label }) => _label === 'false alarm'));
    const cell = notebook.cells.find(({ id }) => id === 'own-labels');
    await notebook.execute(cell?.source ?? '', 'own-labels');
    const text = plainText(notebook.outputsOf('own-labels'));
    expect(text).toMatch(/By your labels: recall 1\.00, precision 0\.\d\d/);
    expect(text).toContain('Of 1 false alarms,');
  });

  test('compares detectors', async () => {
    await views.until(() => rowsOf('Detectors compared').length === 7);
    const rows = rowsOf('Detectors compared');
    for (const row of rows) expect(Number(row['nab'])).toBeLessThanOrEqual(100);
    const best = Math.max(...rows.map((row) => Number(row['nab'])));
    expect(best).toBeGreaterThan(80);
  });
});
