import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import type { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { FollowedViews } from './followed-views.ts';
import { earthquakesFile, startNotebookServer } from './notebook-server.ts';

const DAY = 86_400_000;

interface Quake {
  readonly mag: number;
  readonly time: number;
}

const quakes = (
  JSON.parse(readFileSync(earthquakesFile, 'utf8')) as { features: { properties: Quake }[] }
).features.map(({ properties }) => properties);
const strengthOf = ({ mag }: Quake) => (mag >= 6 ? 'strong' : mag >= 4 ? 'light' : 'minor');

/** How many there were of each day and strength. */
const perDay = new Map<string, number>();
for (const quake of quakes) {
  const key = `${Math.floor(quake.time / DAY) * DAY} ${strengthOf(quake)}`;
  perDay.set(key, (perDay.get(key) ?? 0) + 1);
}

let server: JupyterServer;
beforeAll(async () => {
  server = await startNotebookServer();
});
afterAll(() => server?.stop());

/** What stands above a query's view: its beginning, on one line. */
const titleOf = (notebook: HeadlessNotebook, cell: string) => {
  const { source } = notebook.cells.find(({ id }) => id === cell)!;
  const text = source.replace('%%sql', '').replaceAll(/\s+/g, ' ').trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

async function ran(name: string) {
  const notebook = await HeadlessNotebook.open(server, name);
  const views = await FollowedViews.of(notebook.kernel);
  const executed = await notebook.runAll();
  expect(executed.map(({ id, status }) => `${id} ${status}`)).toEqual(
    notebook.cells.map(({ id }) => `${id} ok`),
  );
  const rowsOf = async (title: string) => {
    await views.finished(title);
    return views.titled(title)!.rows;
  };
  return { notebook, executed, rowsOf };
}

describe('notebook 07', () => {
  test('asks the stream in SQL, and its answers are those of the file', async () => {
    const { notebook, executed, rowsOf } = await ran('07-sql-on-streams.ipynb');
    const strong = await rowsOf(titleOf(notebook, 'look'));
    expect(strong).toHaveLength(quakes.filter(({ mag }) => mag >= 6).length);
    const days = await rowsOf(titleOf(notebook, 'window'));
    expect(
      new Map(
        days.map((row) => [`${Number(row['window_start'])} ${String(row['strength'])}`, row['quakes']]),
      ),
    ).toEqual(perDay);
    const explained = executed.find(({ id }) => id === 'explain');
    expect(JSON.stringify(explained?.outputs)).toContain(
      'GroupAggregate(groupBy=[strength], select=[COUNT(*)])',
    );
    await notebook.close();
  });
});

describe('notebook 08', () => {
  test('gets one answer in three ways', async () => {
    const { notebook, rowsOf } = await ran('08-one-question-three-ways.ipynb');
    const titles = ['DataStream', 'Table', titleOf(notebook, 'sql')];
    for (const title of titles) {
      const rows = await rowsOf(title);
      const counted = new Map(
        rows.map((row) => [`${Number(row['start'])} ${String(row['key'])}`, row['value']]),
      );
      expect(counted, title).toEqual(perDay);
    }
    await notebook.close();
  });
});
