import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainText } from '../browser/harness/cell-output.ts';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { flightsModel } from './flights-model.ts';
import { FollowedViews } from './followed-views.ts';
import { flightsFile, startNotebookServer } from './notebook-server.ts';

const HOUR = 3_600_000;

let server: JupyterServer;
let notebook: HeadlessNotebook;
let views: FollowedViews;
let model: Awaited<ReturnType<typeof flightsModel>>;

beforeAll(async () => {
  model = await flightsModel(flightsFile);
  server = await startNotebookServer();
  notebook = await HeadlessNotebook.open(server, '03-three-million-flights.ipynb');
  views = await FollowedViews.of(notebook.kernel);
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

const rowsOf = (title: string) => views.titled(title)?.rows ?? [];

describe('notebook 03', () => {
  test('runs from top to bottom without an error', async () => {
    const executed = await notebook.runAll();
    const outcome = executed.map(
      ({ id, status, outputs }) => `${id} ${status} ${status === 'ok' ? '' : JSON.stringify(outputs)}`,
    );
    expect(outcome).toEqual(notebook.cells.map(({ id }) => `${id} ok `));
  });

  test('counts the departures of every hour', async () => {
    await views.finished('Departures an hour');
    const rows = rowsOf('Departures an hour');
    const hours = [...model.departures].sort(([a], [b]) => a - b).slice(-336);
    const shown = rows.map((row) => [row['start'], row['value']]).sort(([a], [b]) => Number(a) - Number(b));
    expect(shown).toEqual(hours);
  });

  test('works out the mean delay of the last day at five airports', async () => {
    const title = 'Mean delay of the last day, in minutes';
    await views.finished(title);
    const rows = rowsOf(title);
    expect(rows).toHaveLength(5 * 336);
    expect(new Set(rows.map((row) => row['key']))).toEqual(new Set(['ATL', 'ORD', 'DFW', 'LAX', 'SFO']));
    for (const { key, start, value } of rows) {
      expect(value, `${String(key)} ${String(start)}`).toBeCloseTo(
        model.meanDelay(String(key), Number(start)),
        9,
      );
    }
    // The newest windows are those that are kept.
    const starts = rows.map(({ start }) => Number(start));
    expect(Math.max(...starts)).toBe(model.lastHour);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(model.lastHour - 337 * HOUR);
  });

  test('shows the rate of the records', async () => {
    await views.finished('Records a second');
    const rates = rowsOf('Records a second').map((row) => Number(row['value']));
    expect(rates.length).toBeGreaterThan(0);
    expect(Math.min(...rates)).toBeGreaterThan(0);
    expect(rates.reduce((sum, rate) => sum + rate / 2, 0)).toBeLessThanOrEqual(model.flights);
  });

  test('says how many records it took in a second', () => {
    const said = plainText(notebook.outputsOf('measure'));
    expect(said).toContain(`3,000,000 flights in ${model.airportDays.toLocaleString('en')} windows`);
    expect(said).toMatch(/^[\d,]+ records a second$/m);
  });
});
