import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AsyncDataStream,
  databaseLookup,
  databaseSink,
  sqlite,
  StreamExecutionEnvironment,
  type Database,
} from '../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let tables: DatabaseSync;
let database: Database;
let env: StreamExecutionEnvironment;

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.path('shop.sqlite');
  tables = new DatabaseSync(path);
  tables.exec('CREATE TABLE sums ("user" TEXT PRIMARY KEY, sum INTEGER, extra TEXT)');
  tables.exec('CREATE TABLE events (n INTEGER, paid INTEGER, at TEXT, tags TEXT)');
  database = sqlite(path);
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => {
  tables.close();
  folder.remove();
});

const all = (text: string) =>
  tables
    .prepare(text)
    .all()
    .map((row) => ({ ...row }));

test('rows are written by key, the last of each', async () => {
  tables.exec(`INSERT INTO sums VALUES ('ann', 1, 'kept'), ('cy', 9, 'kept')`);
  env
    .fromData({ user: 'ann', sum: 2 }, { user: 'bob', sum: 5 }, { user: 'ann', sum: 7 })
    .sinkTo(databaseSink(database, { table: 'sums', key: 'user' }));
  await (await env.execute()).finished();
  expect(all('SELECT * FROM sums ORDER BY "user"')).toEqual([
    { user: 'ann', sum: 7, extra: 'kept' },
    { user: 'bob', sum: 5, extra: null },
    { user: 'cy', sum: 9, extra: 'kept' },
  ]);
});

test('a row whose record says so is deleted', async () => {
  const records: { user: string; sum: number; gone?: boolean }[] = [
    { user: 'ann', sum: 1 },
    { user: 'bob', sum: 2 },
    { user: 'ann', sum: 1, gone: true },
  ];
  env.fromCollection(records).sinkTo(
    databaseSink(database, {
      table: 'sums',
      key: ['user'],
      columns: ['user', 'sum'],
      deleted: ({ gone }) => gone === true,
    }),
  );
  await (await env.execute()).finished();
  expect(all('SELECT "user" FROM sums')).toEqual([{ user: 'bob' }]);
});

test('without a key every record is a row', async () => {
  const at = new Date(0);
  env
    .fromData({ n: 1, paid: true, at, tags: ['a'] }, { n: 1, paid: false, at, tags: [] })
    .sinkTo(databaseSink(database, { table: 'events' }));
  await (await env.execute()).finished();
  expect(all('SELECT * FROM events')).toEqual([
    { n: 1, paid: 1, at: '1970-01-01T00:00:00.000Z', tags: '["a"]' },
    { n: 1, paid: 0, at: '1970-01-01T00:00:00.000Z', tags: '[]' },
  ]);
});

test('law 8: rows without a key are written once, however often a session crashes', async () => {
  const source = new PushedSource();
  const cell = (notebook: Notebook) =>
    notebook.cell('a', (session) => {
      session
        .fromSource(source)
        .map((n) => ({ n }))
        .sinkTo(databaseSink(database, { table: 'events' }));
    });
  const rows = () => all('SELECT n FROM events').map(({ n }) => n);
  let notebook = await Notebook.open(folder.path('session.sqlite'));
  cell(notebook);
  for (let n = 1; n <= 5; n++) {
    await source.push(n);
    const { cut } = notebook.cell('b', () => undefined);
    expect(cut).toBeDefined();
    await notebook.crash();
    notebook = await Notebook.open(folder.path('session.sqlite'), true);
    cell(notebook);
  }
  await source.push(6);
  notebook.session.cut({ label: 'test' });
  while (rows().length < 6) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(rows()).toEqual([1, 2, 3, 4, 5, 6]);
  await notebook.crash();
});

test('a table that is not there is an error that names it', async () => {
  env.fromData({ n: 1 }).sinkTo(databaseSink(database, { table: 'nowhere', key: 'n' }));
  await expect((await env.execute()).finished()).rejects.toMatchObject({
    cause: { code: 'database-failed', message: expect.stringContaining('nowhere') as string },
  });
});

test('the row of a record is looked up, in few queries', async () => {
  tables.exec(`INSERT INTO sums VALUES ('ann', 1, 'x'), ('bob', 2, 'y')`);
  let queries = 0;
  const counted: Database = {
    ...database,
    connect: async () => {
      const connection = await database.connect();
      return {
        apply: (change) => connection.apply(change),
        find: (...asked) => {
          queries += 1;
          return connection.find(...asked);
        },
        close: () => connection.close(),
      };
    },
  };
  const lookup = databaseLookup<string, { sum: number }>(counted, {
    table: 'sums',
    key: 'user',
    of: (user) => user,
    columns: ['sum'],
  });
  const users = env.fromData('bob', 'nobody', 'ann', 'bob');
  const found = AsyncDataStream.orderedWait(users, lookup, { capacity: 100 });
  expect(await found.executeAndCollect()).toEqual([
    ['bob', { user: 'bob', sum: 2 }],
    ['nobody', undefined],
    ['ann', { user: 'ann', sum: 1 }],
    ['bob', { user: 'bob', sum: 2 }],
  ]);
  expect(queries).toBe(1);
});

test.each([
  () => databaseSink(database, { table: '' }),
  () => databaseSink<{ a: number }>(database, { table: 't', deleted: () => true }),
  () => databaseSink<{ a: number; b: number }>(database, { table: 't', key: 'a', columns: ['b'] }),
])('options that cannot be are refused: %s', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'sink-option-invalid' }) as Error);
});
