import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const query = (source: PushedSource, text: string, view: 'table' | 'changes' = 'table') =>
  notebook.cell('a', (env: SessionEnvironment) => {
    const numbers = env.fromDataStream(
      env.fromSource(source).map((n) => ({ n, k: n % 2 })),
      'n INT, k INT',
    );
    env.createTemporaryView('t', numbers);
    const table = env.sqlQuery(text);
    if (view === 'table') table.show();
    else env.toChangelogStream(table).show();
  });
const last = () => notebook.view('a/0').values.at(-1);
const COUNTS = 'SELECT k, COUNT(*) AS c FROM t GROUP BY k';

describe('law 4: an edited query', () => {
  test('is what it was if only its text differs', async () => {
    const source = new PushedSource();
    query(source, COUNTS);
    await source.push(1, 2, 3);
    expect(query(source, `-- by k\n select k,\n count( * ) as c from t group by k`).kept).toHaveLength(1);
    expect(query(source, COUNTS.replace('COUNT(*)', 'MAX(n)')).rebuilt).toHaveLength(1);
  });

  test('is rebuilt of its rows as long as they can be read again', async () => {
    const source = new PushedSource(false);
    query(source, COUNTS, 'changes');
    await source.push(1, 2, 3);
    expect(query(source, `SELECT k, c * 10 AS c FROM (${COUNTS})`, 'changes').rebuilt).toHaveLength(1);
    await source.push(5);
    expect(last()).toEqual({ kind: '+U', row: { k: 1, c: 30 } });
  });

  test('keeps its state if they cannot, and what keeps state is the same', async () => {
    const source = new PushedSource(false);
    query(source, COUNTS, 'changes');
    await source.push(1, 2, 3, 5, 7, 9);
    notebook.env.recording().limit({ rows: 1 });
    expect(
      query(source, `SELECT k, c * 10 AS c FROM (${COUNTS}) WHERE c > 2`, 'changes').carried,
    ).toHaveLength(1);
    await source.push(11);
    expect(last()).toEqual({ kind: '+U', row: { k: 1, c: 60 } });
  });

  test.each([
    ['another aggregate', 'SELECT k, SUM(n) AS c FROM t GROUP BY k'],
    ['other rows for it', 'SELECT k, COUNT(*) AS c FROM t WHERE n > 0 GROUP BY k'],
    ['no state any more', 'SELECT k, n AS c FROM t'],
  ])('but not with %s', async (_title, edited) => {
    const source = new PushedSource(false);
    query(source, COUNTS, 'changes');
    await source.push(1, 2, 3);
    notebook.env.recording().limit({ rows: 1 });
    expect(query(source, edited, 'changes')).toMatchObject({ carried: [], rebuilt: [expect.any(String)] });
  });
});

describe('law 4: a cell that runs again gives its names anew', () => {
  const create = (cell: string, ...statements: readonly string[]) =>
    notebook.cell(cell, (env) => statements.forEach((statement) => env.executeSql(statement)));
  const TABLE = "CREATE TABLE t (n INT) WITH ('connector' = 'datagen')";
  const VIEW = 'CREATE VIEW v AS SELECT n FROM t';

  test('tables and views', () => {
    create('a', TABLE, VIEW);
    create('a', TABLE.replace('n INT', 'n INT, m INT'), VIEW.replace('SELECT n', 'SELECT m'));
    expect(notebook.env.sqlQuery('SELECT * FROM v').columns.map(({ name }) => name)).toEqual(['m']);
  });

  test.each([
    ['another cell', ['b', TABLE]],
    ['one run twice', ['a', TABLE, TABLE]],
    ['another cell, a view', ['b', VIEW]],
  ] as const)('but not those of %s', (_title, [cell, ...statements]) => {
    create('a', TABLE, VIEW);
    expect(() => create(cell, ...statements)).toThrow(expect.objectContaining({ code: 'table-exists' }));
  });
});
