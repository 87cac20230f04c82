import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { LookupCache } from '../../../runtime/src/connectors/database/lookup-cache.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../runtime/connectors/server-certificate.ts';
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

test('whole numbers beyond 2^53 are keys and values', async () => {
  database.exec('CREATE TABLE large (k INTEGER PRIMARY KEY, n INTEGER)');
  const columns = 'k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED';
  const large = `CREATE TABLE large (${columns}) WITH ('connector' = 'jdbc', 'url' = 'jdbc:sqlite:${folder.path('shop.sqlite')}', 'table-name' = 'large')`;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.executeSql(large);
  const query =
    'SELECT k, SUM(n) FROM (VALUES (9007199254740993, 5), (9007199254740992, 1)) AS t(k, n) GROUP BY k';
  await (await env.executeSql(`INSERT INTO large ${query}`).job)!.finished();
  const found =
    'SELECT o.id, u.k, u.n FROM orders AS o JOIN large FOR SYSTEM_TIME AS OF o.t AS u ON o.l = u.k';
  const orders = { schema: 'id INT, l BIGINT, t AS PROCTIME()' };
  const steps = [row('orders', 1, 9007199254740993n), row('orders', 2, 9007199254740992n)];
  const { records } = await runJob({ tables: { orders }, query: found, statements: [large] }, steps);
  expect(records.map(({ value }) => value.row)).toEqual([
    { id: 1, k: 9007199254740993n, n: 5 },
    { id: 2, k: 9007199254740992n, n: 1 },
  ]);
});

describe('PostgreSQL', () => {
  let server: PostgresServer;
  let secured: { readonly port: number; stop(): Promise<void> };
  beforeAll(async () => {
    server = await PostgresServer.start();
    const own = { cert: CERTIFICATE, key: CERTIFICATE_KEY };
    secured = await server.listenSecurely({ ...own, ca: CERTIFICATE, requestCert: true, rejectUnauthorized: false }); // prettier-ignore
    await server.database.exec(`
      CREATE SCHEMA sales;
      CREATE TABLE sales.users (k TEXT, city TEXT, grade BIGINT, active BOOLEAN, since TIMESTAMP(3), paid NUMERIC(8, 2));
      INSERT INTO sales.users VALUES ('ann', 'Oslo', 1, true, '1970-01-01 00:00:01.5', 12.50), ('bob', 'Rome', 2, NULL, NULL, NULL);
      CREATE TABLE totals (k TEXT PRIMARY KEY, n BIGINT, d DATE, t TIME, ts TIMESTAMP, z TIMESTAMPTZ, b BOOLEAN, l BIGINT, p NUMERIC(8, 2))`);
    vi.stubEnv('LOOKUP_USER', 'postgres');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await secured.stop();
    await server.stop();
  });
  beforeEach(() => {
    writeFileSync(folder.path('ca.pem'), CERTIFICATE);
    writeFileSync(folder.path('key.pem'), CERTIFICATE_KEY);
    const der = createPrivateKey(CERTIFICATE_KEY).export({ format: 'der', type: 'pkcs8' });
    writeFileSync(folder.path('key.pk8'), der);
  });

  const tableAt = (
    address: string,
    columns = 'k STRING, city STRING, grade BIGINT, active BOOLEAN, since TIMESTAMP(3), paid DECIMAL(8, 2)',
    table = 'sales.users',
  ) =>
    `CREATE TABLE ${table.split('.').at(-1)} (${columns}, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', ` +
    `'url' = 'jdbc:postgresql://${address}', 'table-name' = '${table}', 'username' = '\${secret:LOOKUP_USER}', 'driver' = 'org.postgresql.Driver')`;
  const lookUp = (address: string, columns = 'u.city') =>
    runJob(
      job(
        `SELECT o.id, ${columns} FROM orders AS o LEFT JOIN users FOR SYSTEM_TIME AS OF o.t AS u ON o.k = u.k`,
        { statements: [tableAt(address)] },
      ),
      STEPS.slice(0, 3),
    );

  test('is looked up the same way, in a schema, values by their types', async () => {
    const { records } = await lookUp(
      `127.0.0.1:${server.port}/postgres`,
      'u.city, u.grade, u.active, u.since, u.paid',
    );
    const nothing = { city: null, grade: null, active: null, since: null, paid: null };
    expect(records.map(({ value }) => value.row)).toEqual([
      { id: 1, city: 'Oslo', grade: 1, active: true, since: 1_500, paid: '12.50' },
      { ...nothing, id: 2 },
      { ...nothing, id: 3, city: 'Rome', grade: 2 },
    ]);
  });

  test('INSERT INTO writes a changing query by the primary key, and values of every kind', async () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.createTemporaryView(
      'v',
      env.sqlQuery(
        "SELECT k, n, DATE '2026-02-03' AS d, TIME '04:05:06' AS t, TIMESTAMP '2026-02-03 04:05:06.789' AS ts, TRUE AS b, " +
          "CAST(9007199254740993 AS BIGINT) AS l, CAST(1.5 AS DECIMAL(8, 2)) AS p FROM (VALUES ('a', 1), ('b', 2), ('a', 3)) AS t(k, n)",
      ),
    );
    const columns =
      'k STRING, n BIGINT, d DATE, t TIME, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), b BOOLEAN, l BIGINT, p DECIMAL(8, 2)';
    env.executeSql(tableAt(`127.0.0.1:${server.port}/postgres`, columns, 'totals'));
    const query =
      'SELECT k, SUM(n), MAX(d), MAX(t), MAX(ts), TO_TIMESTAMP_LTZ(1500, 3), MAX(b), MAX(l), MAX(p) FROM v GROUP BY k';
    await (await env.executeSql(`INSERT INTO totals ${query}`).job)!.finished();
    const { rows } = await server.database.query(
      'SELECT k, n, d::text, t::text, ts::text, extract(epoch FROM z)::text AS z, b, l::text, p::text FROM totals ORDER BY k',
    );
    const same = {
      d: '2026-02-03',
      t: '04:05:06',
      ts: '2026-02-03 04:05:06.789',
      z: '1.500000',
      b: true,
      l: '9007199254740993',
      p: '1.50',
    };
    expect(rows).toEqual([
      { k: 'a', n: 4, ...same },
      { k: 'b', n: 2, ...same },
    ]);
    const read = await runJob(
      job('SELECT o.id, u.* FROM orders AS o JOIN totals FOR SYSTEM_TIME AS OF o.t AS u ON o.k = u.k', {
        statements: [tableAt(`127.0.0.1:${server.port}/postgres`, columns, 'totals')],
      }),
      [row('orders', 1, 'a', 1)],
    );
    expect(read.records.map(({ value }) => value.row)).toEqual([
      {
        id: 1, k: 'a', n: 4, d: Date.UTC(2026, 1, 3), t: ((4 * 60 + 5) * 60 + 6) * 1_000, b: true,
        ts: Date.UTC(2026, 1, 3, 4, 5, 6, 789), z: 1_500, l: 9007199254740993n, p: '1.50',
      },
    ]); // prettier-ignore
  });

  test.each([
    ['an authority, of the machine that it names', 'localhost', 'sslrootcert=CA'],
    ['the same, said by ssl', 'localhost', 'ssl=true&sslrootcert=CA'],
    ['an authority alone', '127.0.0.1', 'sslmode=verify-ca&sslrootcert=CA'],
    ['encryption alone', '127.0.0.1', 'sslmode=require'],
    ['a certificate of our own', 'localhost', 'sslmode=verify-full&sslrootcert=CA&sslcert=CA&sslkey=PEM'],
    ['one whose key is in DER', 'localhost', 'sslmode=verify-full&sslrootcert=CA&sslcert=CA&sslkey=DER'],
  ])('by TLS, with %s', async (_way, host, parameters) => {
    const shown = server.peers.length;
    const result = await lookUp(`${host}:${secured.port}/postgres?${inFiles(parameters)}`);
    expect(changes(result)).toEqual(['+I[1, Oslo]', '+I[2, null]', '+I[3, Rome]']);
    expect(server.peers.slice(shown)).toEqual([parameters.includes('sslcert') ? 'localhost' : undefined]);
  });

  test.each([
    ['nobody vouches for its certificate', 'localhost', 'sslmode=verify-full', /self-signed certificate/],
    ['its certificate is of another machine', '127.0.0.1', 'ssl=true&sslrootcert=CA', /IP: 127\.0\.0\.1/],
  ])('%s, which is said', async (_way, host, parameters, reason) => {
    await expect(lookUp(`${host}:${secured.port}/postgres?${inFiles(parameters)}`)).rejects.toThrow(reason);
  });

  test.each([
    ['sslmode=prefer', /either encrypted or not/],
    ['sslrootcrt=CA', /'sslrootcrt' is not known[^]*sslrootcert/],
    ['sslmode=require&sslcert=nowhere.pem', /sslcert, .*nowhere\.pem, cannot be read \(ENOENT\)/],
    ['sslmode=require&sslkey=CA', /key/],
    ['user=ann&password=secret', /stand in the notebook/],
  ])('a URL with %s is refused when the table is made', (parameters, reason) => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const statement = tableAt(`localhost/postgres?${inFiles(parameters)}`);
    const refused = () => {
      env.executeSql(statement);
      env.explainSql('SELECT 1 FROM users');
    };
    expect(refused).toThrow(expect.objectContaining({ code: 'table-option' }));
    expect(refused).toThrow(reason);
  });

  const inFiles = (parameters: string): string =>
    parameters
      .replaceAll('=CA', `=${folder.path('ca.pem')}`)
      .replace('=PEM', `=${folder.path('key.pem')}`)
      .replace('=DER', `=${folder.path('key.pk8')}`);
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
