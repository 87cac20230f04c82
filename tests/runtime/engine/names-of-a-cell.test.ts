import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Notebook, temporaryFolder } from './notebook.ts';

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
