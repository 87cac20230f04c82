import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { LookupCache } from '../../../runtime/src/connectors/database/lookup-cache.ts';
import { PostgresServer } from '../../runtime/connectors/postgres-server.ts';
import { temporaryFolder } from '../../runtime/engine/notebook.ts';
import { change, changes, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const ORDERS = { schema: 'id INT, k STRING, n INT, t AS PROCTIME()' };
const CHANGING = { ...ORDERS, changelog: true };
const RESTORING_WAYS = WAYS.filter(([, { parallelism }]) => parallelism === undefined);

let folder: ReturnType<typeof temporaryFolder>;
let database: DatabaseSync;
let users: string;
const tableOf = (options: readonly string[] = []) =>
  `CREATE TABLE users (k STRING, city STRING, grade INT, active BOOLEAN, since TIMESTAMP(3), PRIMARY KEY (k) NOT ENFORCED) WITH (${[
    "'connector' = 'jdbc'",
    `'url' = 'jdbc:sqlite:${folder.path('shop.sqlite')}'`,
    "'table-name' = 'users'",
    ...options,
  ].join(', ')})`;

beforeEach(() => {
  folder = temporaryFolder();
  database = new DatabaseSync(folder.path('shop.sqlite'));
  database.exec(`
    CREATE TABLE users (k TEXT, city TEXT, grade INTEGER, active INTEGER, since TEXT);
    INSERT INTO users VALUES ('ann', 'Oslo', 1, 1, '1970-01-01 00:00:01'), ('bob', 'Rome', 2, 0, NULL), ('bob', 'Bari', 3, 0, NULL)`);
  users = tableOf();
});
afterEach(() => {
  database.close();
  folder.remove();
});

const join = (rest: string, type = '') =>
  `SELECT o.id, u.city FROM orders AS o ${type} JOIN users FOR SYSTEM_TIME AS OF o.t AS u ON ${rest}`;
const job = (query: string, more: Partial<QueryJob> = {}): QueryJob => ({
  tables: { orders: ORDERS },
  query,
  statements: [users],
  ...more,
});
const STEPS = [
  row('orders', 1, 'ann', 1),
  row('orders', 2, 'cy', 1),
  row('orders', 3, 'bob', 2),
  row('orders', 4, null, 1),
];

describe.each(RESTORING_WAYS)('a lookup join, %s', (_way, way) => {
  const run = async (query: string, steps = STEPS) => changes(await runJob(job(query, way), steps));

  test('finds all rows of the key, in the order of the rows', async () => {
    expect(await run(join('o.k = u.k'))).toEqual(['+I[1, Oslo]', '+I[3, Rome]', '+I[3, Bari]']);
  });

  test('LEFT keeps rows for which nothing is found', async () => {
    expect(await run(join('o.k = u.k', 'LEFT'))).toEqual([
      '+I[1, Oslo]', '+I[2, null]', '+I[3, Rome]', '+I[3, Bari]', '+I[4, null]',
    ]); // prettier-ignore
  });

  test('compares several columns, and what else the condition says', async () => {
    expect(await run(join('o.k = u.k AND o.n = u.grade', 'LEFT'))).toEqual([
      '+I[1, Oslo]', '+I[2, null]', '+I[3, Rome]', '+I[4, null]',
    ]); // prettier-ignore
    expect(await run(join("o.k = u.k AND o.n < u.grade AND u.city <> 'Rome'"))).toEqual(['+I[3, Bari]']);
    expect(await run(join('o.k = u.k AND UPPER(o.k) = UPPER(u.k)') + ' WHERE u.active')).toEqual([
      '+I[1, Oslo]',
    ]);
  });

  test('reads values by their types', async () => {
    const query = `SELECT u.active, u.since, u.grade FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.t AS u ON o.k = u.k WHERE o.id = 1`;
    const [only] = (await runJob(job(query, way), STEPS)).records;
    expect(only!.value.row).toEqual({ active: true, since: 1000, grade: 1 });
  });

  test('goes on after it, and hands on what is taken back', async () => {
    const query = `SELECT u.city, SUM(o.n) FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.t AS u ON o.k = u.k GROUP BY u.city`;
    const result = await runJob(job(query, { ...way, tables: { orders: CHANGING } }), [
      change('orders', '+I', 1, 'ann', 5),
      change('orders', '-U', 1, 'ann', 5),
      change('orders', '+U', 1, 'ann', 8),
    ]);
    expect(changes(result)).toEqual(['+I[Oslo, 5]', '-D[Oslo, 5]', '+I[Oslo, 8]']);
  });
});

test('without a cache every row sees what is there now; with one it sees what was', async () => {
  const read = async (options: readonly string[]) => {
    const move = (city: string) => database.exec(`UPDATE users SET city = '${city}' WHERE k = 'ann'`);
    move('Oslo');
    // The first row moves her before the second is looked up.
    const moved = (city: string) => {
      move(`${city}!`);
      return city;
    };
    const query =
      'SELECT moved(u.city) FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.t AS u ON o.k = u.k';
    const functions: QueryJob['functions'] = { moved: [moved, '(STRING) => STRING'] };
    const steps = [row('orders', 1, 'ann', 1), row('orders', 2, 'ann', 1)];
    return changes(await runJob(job(query, { statements: [tableOf(options)], functions }), steps));
  };
  expect(await read([])).toEqual(['+I[Oslo]', '+I[Oslo!]']);
  const cached = ["'lookup.cache' = 'PARTIAL'", "'lookup.partial-cache.max-rows' = '10'"];
  expect(await read(cached)).toEqual(['+I[Oslo]', '+I[Oslo]']);
});

describe('the cache', () => {
  test('forgets what is old, and what was asked for longest ago', () => {
    let now = 0;
    const cache = new LookupCache<number>(
      { maxRows: 2, expireAfterWrite: 10, expireAfterAccess: 6 },
      () => now,
    );
    cache.put('a', [1]);
    cache.put('b', [2]);
    expect(cache.get('a')).toEqual([1]);
    cache.put('c', [3]);
    expect([cache.get('b'), cache.get('a'), cache.get('c')]).toEqual([undefined, [1], [3]]);
    now = 5;
    expect(cache.get('a')).toEqual([1]);
    now = 6;
    expect(cache.get('c')).toBeUndefined();
    now = 10;
    expect(cache.get('a')).toBeUndefined();
  });

  test('keeps that there is nothing, unless told otherwise', () => {
    for (const cacheMissingKey of [true, false]) {
      const cache = new LookupCache<number>({ cacheMissingKey });
      cache.put('a', []);
      expect(cache.get('a')).toEqual(cacheMissingKey ? [] : undefined);
    }
  });
});

test('INSERT INTO writes a changing query by the primary key', async () => {
  database.exec('CREATE TABLE totals (k TEXT PRIMARY KEY, n INTEGER)');
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.createTemporaryView(
    'v',
    env.sqlQuery("SELECT * FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) AS t(k, n)"),
  );
  env.executeSql(
    `CREATE TABLE totals (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:sqlite:${folder.path('shop.sqlite')}', 'table-name' = 'totals')`,
  );
  const job = await env.executeSql('INSERT INTO totals SELECT k, SUM(n) FROM v GROUP BY k').job;
  await job!.finished();
  expect(
    database
      .prepare('SELECT * FROM totals ORDER BY k')
      .all()
      .map((one) => ({ ...one })),
  ).toEqual([
    { k: 'a', n: 4 },
    { k: 'b', n: 2 },
  ]);
});

test('PostgreSQL is looked up the same way', async () => {
  const server = await PostgresServer.start();
  try {
    await server.database.exec(
      "CREATE TABLE users (k TEXT, city TEXT, grade INT, active BOOLEAN, since TIMESTAMP); INSERT INTO users VALUES ('ann', 'Oslo', 1, true, NULL)",
    );
    vi.stubEnv('LOOKUP_USER', 'postgres');
    const statement = tableOf(["'username' = '${secret:LOOKUP_USER}'"]).replace(
      /jdbc:sqlite:[^']*/,
      `jdbc:postgresql://127.0.0.1:${server.port}/postgres`,
    );
    const result = await runJob(
      job(join('o.k = u.k', 'LEFT'), { statements: [statement] }),
      STEPS.slice(0, 2),
    );
    expect(changes(result)).toEqual(['+I[1, Oslo]', '+I[2, null]']);
  } finally {
    vi.unstubAllEnvs();
    await server.stop();
  }
});

test('EXPLAIN tells what is looked up', () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.executeSql(users);
  env.createTemporaryView('orders', env.fromDataStream(env.fromData<unknown>(), ORDERS.schema));
  expect(env.explainSql(join('o.k = u.k AND o.n < u.grade', 'LEFT')).split('\n')).toEqual([
    'Project(select=[id, city]) changelogMode=[I]',
    '+- LookupJoin(table=[users], joinType=[left], lookup=[k = k], where=[(n < grade)]) changelogMode=[I]',
    '   +- TableScan(table=[fromData], fields=[id, k, n, t]) changelogMode=[I]',
  ]);
});

describe('misuse', () => {
  const failure = async (query: string, more: Partial<QueryJob> = {}) =>
    runJob(job(query, more), STEPS).then(
      () => undefined,
      (error: unknown) => error,
    );

  test('reading the table as a whole', async () => {
    expect(await failure('SELECT * FROM users')).toMatchObject({ code: 'only-looked-up' });
  });

  test('event time, and no column of the table as it is', async () => {
    const timed = { schema: 'id INT, k STRING, t TIMESTAMP(3), WATERMARK FOR t AS SOURCE_WATERMARK()' };
    expect(await failure(join('o.k = u.k'), { tables: { orders: timed } })).toMatchObject({
      code: 'lookup-by-clock',
    });
    expect(await failure(join('o.k = UPPER(u.k)'))).toMatchObject({ code: 'temporal-join-key' });
  });

  test('options that cannot be', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    for (const statement of [
      users.replace('jdbc:sqlite', 'jdbc:oracle'),
      users.replace("'table-name' = 'users'", "'x' = 'y'"),
      tableOf(["'lookup.cache' = 'FULL'"]),
      users.replace(/jdbc:sqlite:[^']*'/, "jdbc:postgresql:///shop', 'password' = 'hunter2'"),
    ])
      expect(() => env.executeSql(statement)).toThrow(expect.objectContaining({ code: 'table-option' }));
  });

  test('a database that has no such table', async () => {
    database.exec('DROP TABLE users');
    expect(await failure(join('o.k = u.k'))).toMatchObject({ cause: { code: 'database-failed' } });
  });
});
