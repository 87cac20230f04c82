import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AsyncDataStream,
  databaseLookup,
  databaseSink,
  postgres,
  StreamExecutionEnvironment,
  type Database,
  type PostgresOptions,
} from '../../../runtime/src/index.ts';
import { checkSink, type SinkUnderTest } from '../../../runtime/src/testing/index.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from './server-certificate.ts';
import { PostgresServer } from './postgres-server.ts';

let server: PostgresServer;
let database: Database;
const folder = temporaryFolder();

beforeAll(async () => {
  server = await PostgresServer.start();
  database = postgres({ host: '127.0.0.1', port: server.port, database: 'postgres', user: 'postgres' });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const env = () => StreamExecutionEnvironment.getExecutionEnvironment();
const all = async (text: string): Promise<unknown[]> => (await server.database.query(text)).rows;

test('rows are written by key, the last of each, and deleted ones go; many at once', async () => {
  await server.database.exec('CREATE TABLE sums ("user" TEXT PRIMARY KEY, sum INTEGER, extra TEXT)');
  await server.database.exec(`INSERT INTO sums VALUES ('u1', 1, 'kept'), ('gone', 9, 'gone')`);
  const records: { user: string; sum: number; gone?: boolean }[] = [
    ...Array.from({ length: 20_000 }, (_, i) => ({ user: `u${i % 10_000}`, sum: i })),
    { user: 'gone', sum: 0, gone: true },
  ];
  const built = env();
  built.fromCollection(records).sinkTo(
    databaseSink(database, {
      table: 'sums',
      key: 'user',
      columns: ['user', 'sum'],
      deleted: ({ gone }) => gone === true,
    }),
  );
  await (await built.execute()).finished();
  expect(await all('SELECT count(*)::int AS n, min(sum) AS least, max(sum) AS most FROM sums')).toEqual([
    { n: 10_000, least: 10_000, most: 19_999 },
  ]);
  expect(await all(`SELECT * FROM sums WHERE "user" IN ('u1', 'gone')`)).toEqual([
    { user: 'u1', sum: 10_001, extra: 'kept' },
  ]);
});

test('law 8: rows without a key are written once, however often a session crashes', async () => {
  await server.database.exec('CREATE TABLE events (n INTEGER)');
  const source = new PushedSource();
  const cell = (notebook: Notebook) =>
    notebook.cell('a', (session) => {
      session
        .fromSource(source)
        .map((n) => ({ n }))
        .sinkTo(databaseSink(database, { table: 'events' }));
    });
  const rows = async () =>
    (await all('SELECT n FROM events ORDER BY n')).map((row) => (row as { n: number }).n);
  let notebook = await Notebook.open(folder.path('session.sqlite'));
  cell(notebook);
  for (let n = 1; n <= 4; n++) {
    await source.push(n);
    notebook.cell('b', () => undefined);
    await notebook.crash();
    notebook = await Notebook.open(folder.path('session.sqlite'), true);
    cell(notebook);
  }
  await source.push(5);
  notebook.session.cut({ label: 'test' });
  // Its answers come in the same turn of the event loop, in which nothing is written.
  while ((await rows()).length < 5) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(await rows()).toEqual([1, 2, 3, 4, 5]);
  await notebook.crash();
});

test('values come as PostgreSQL has them, and the row of a record is looked up', async () => {
  await server.database.exec(
    'CREATE TABLE things (id INTEGER PRIMARY KEY, paid BOOLEAN, at TIMESTAMPTZ, tags JSONB)',
  );
  const at = new Date(1_000);
  const built = env();
  built
    .fromData({ id: 1, paid: true, at, tags: ['a'] }, { id: 2, paid: false, at, tags: [] })
    .sinkTo(databaseSink(database, { table: 'things', key: 'id' }));
  await (await built.execute()).finished();
  const lookup = databaseLookup<number, { paid: boolean; at: Date; tags: string[] }>(database, {
    table: 'things',
    key: 'id',
    of: (id) => id,
  });
  const found = AsyncDataStream.orderedWait(env().fromData(2, 1, 3), lookup, { capacity: 10 });
  expect(await found.executeAndCollect()).toEqual([
    [2, { id: 2, paid: false, at, tags: [] }],
    [1, { id: 1, paid: true, at, tags: ['a'] }],
    [3, undefined],
  ]);
});

test.each([
  ['without a key', undefined],
  ['by key', 'n' as const],
])('a sink that conforms: rows %s', async (_name, key) => {
  const records = Array.from({ length: 8 }, (_, n) => ({ n, text: `row "${n}", ü` }));
  let worlds = 0;
  const make = async (): Promise<SinkUnderTest<(typeof records)[number]>> => {
    const table = `conforms_${key ?? 'rows'}_${(worlds += 1)}`;
    const unique = key === undefined ? '' : 'PRIMARY KEY';
    await server.database.exec(`CREATE TABLE ${table} (n INTEGER ${unique}, text TEXT)`);
    return {
      sink: databaseSink(database, { table, key }),
      read: async () => (await all(`SELECT n, text FROM ${table}`)) as typeof records,
    };
  };
  const once = key === undefined ? ['shows nothing before its commit', 'commits twice as once'] : [];
  expect(await checkSink(make, { records })).toEqual(
    expect.arrayContaining([...once, 'goes on after a restore', 'takes part in jobs that fail']),
  );
});

test('a table that is not there, and a server that is not, are errors that say so', async () => {
  const failing = async (to: Database, table: string): Promise<unknown> => {
    const built = env();
    built.fromData({ n: 1 }).sinkTo(databaseSink(to, { table, key: 'n' }));
    return (await built.execute()).finished().catch((error: unknown) => (error as Error).cause ?? error);
  };
  expect(await failing(database, 'nowhere')).toMatchObject({
    code: 'database-failed',
    message: expect.stringContaining('nowhere') as string,
  });
  const away = postgres({ host: '127.0.0.1', port: 1, database: 'shop', user: 'postgres' });
  expect(await failing(away, 'sums')).toMatchObject({ code: 'database-failed' });
});

describe('with TLS', () => {
  const own = { cert: CERTIFICATE, key: CERTIFICATE_KEY };
  let port: number;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ port, stop } = await server.listenSecurely({ ...own, ca: CERTIFICATE, requestCert: true, rejectUnauthorized: true })); // prettier-ignore
    await server.database.exec(
      "CREATE TABLE units (name TEXT PRIMARY KEY, unit TEXT); INSERT INTO units VALUES ('pump', 'bar')",
    );
  });
  afterAll(() => stop());

  const securely = (ssl: NonNullable<PostgresOptions['ssl']>, host = 'localhost') =>
    postgres({ host, port, database: 'postgres', user: 'postgres', ssl });

  test('sink and lookup trust an authority of their own, and show their certificate', async () => {
    const secured = securely({ ca: CERTIFICATE, ...own });
    expect(JSON.stringify(secured.parameters)).not.toContain('CERTIFICATE');
    const writing = env();
    writing
      .fromData({ name: 'fan', unit: 'rpm' })
      .sinkTo(databaseSink(secured, { table: 'units', key: 'name', columns: ['name', 'unit'] }));
    await (await writing.execute()).finished();
    const lookup = databaseLookup(secured, { table: 'units', key: 'name', of: (name: string) => name });
    const found = AsyncDataStream.orderedWait(env().fromData('pump', 'fan'), lookup);
    expect(await found.executeAndCollect()).toEqual(
      ['pump', 'fan'].map((name) => [name, expect.objectContaining({ name }) as unknown]),
    );
    expect(await all('SELECT * FROM units ORDER BY name')).toEqual([
      { name: 'fan', unit: 'rpm' },
      { name: 'pump', unit: 'bar' },
    ]);
  });

  test.each([
    ['a certificate that nobody vouches for', () => securely(true), /self-signed certificate/],
    ['that of another machine', () => securely({ ca: CERTIFICATE, ...own }, '127.0.0.1'), /IP: 127\.0\.0\.1/],
  ])('%s is an error, which does not repeat it', async (_, secured, reason) => {
    const lookup = databaseLookup(secured(), { table: 'units', key: 'name', of: (name: string) => name });
    const failed = AsyncDataStream.orderedWait(env().fromData('pump'), lookup).executeAndCollect();
    const { message } = await failed.then(
      () => new Error('It went through.'),
      (error: unknown) => error as Error,
    );
    expect(message).toMatch(reason);
    expect(message).not.toContain('BEGIN');
  });
});
