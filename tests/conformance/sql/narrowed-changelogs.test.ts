// What is not sent: rows that a condition behind would drop, and changes of versions that nobody sees.
import { describe, expect, test } from 'vitest';
import { change, changes, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const L = { schema: 'id INT, k STRING, x INT' };
const R = { schema: 'rid INT, k STRING, y INT' };
const PAIRS = [row('l', 1, 'a', 10), row('r', 1, 'a', 5), row('r', 2, 'a', 7), row('l', 2, 'b', 20), row('r', 3, 'c', 8)]; // prettier-ignore
const sent = async (job: QueryJob, steps: Parameters<typeof runJob>[1]) => changes(await runJob(job, steps));

describe.each(WAYS)('%s', (_way, way) => {
  test.each([
    ['LEFT JOIN r ON l.k = r.k WHERE y > 5', ['+I[1, 2]']],
    ['RIGHT JOIN r ON l.k = r.k WHERE x < 15', ['+I[1, 1]', '+I[1, 2]']],
    ['FULL JOIN r ON l.k = r.k WHERE x + y > 0', ['+I[1, 1]', '+I[1, 2]']],
    ['FULL JOIN r ON l.k = r.k WHERE y IS NOT NULL', ['+I[1, 1]', '+I[1, 2]', '+I[null, 3]']],
    // NULLs pass: the join is as outer as it was.
    [
      'LEFT JOIN r ON l.k = r.k WHERE y IS NULL OR y > 5',
      ['+I[1, null]', '-D[1, null]', '+I[1, 2]', '+I[2, null]'],
    ],
  ])('an outer join is as outer as the condition behind it lets it be: %s', async (from, expected) => {
    const query = `SELECT l.id, r.rid FROM l ${from}`;
    expect(await sent({ tables: { l: L, r: R }, query, ...way }, PAIRS)).toEqual(expected);
  });

  test('rows compared with the one value of a sub-query are updated with it', async () => {
    const query = 'SELECT id FROM l WHERE x > (SELECT MIN(y) FROM r)';
    const steps = [row('r', 1, 'a', 15), row('l', 1, 'a', 10), row('l', 2, 'a', 20), row('r', 2, 'b', 5)];
    expect(await sent({ tables: { l: L, r: R }, query, ...way }, steps)).toEqual([
      '+I[2]', '-U[2]', '+U[1]', '+U[2]',
    ]); // prettier-ignore
  });
});

describe('an upsert table', () => {
  const u = { schema: 'k INT, v INT, PRIMARY KEY (k) NOT ENFORCED', changelog: true, kinds: ['+I', '+U', '-D'] } as const; // prettier-ignore
  const steps = [change('u', '+I', 1, 10), change('u', '+U', 1, 11), change('u', '+I', 2, 20), change('u', '+U', 1, 9), change('u', '-D', 2, 20)]; // prettier-ignore

  test('has the rows that meet a condition: one begins with +I and ends with -D', async () => {
    const query = 'SELECT v FROM u WHERE v > 10';
    expect(await sent({ tables: { u }, query }, steps)).toEqual(['+I[11]', '+I[20]', '-D[11]', '-D[20]']);
  });

  test('by key no old version is needed', async () => {
    const query = 'SELECT k, v FROM u WHERE v < 12';
    expect(await sent({ tables: { u }, query, upsert: true }, steps)).toEqual([
      '+I[1, 10]', '+U[1, 11]', '+U[1, 9]',
    ]); // prettier-ignore
  });
});

test('* has the columns that a join shares first', async () => {
  const both = { tables: { l: L, r: R } };
  const steps = [row('r', 1, 'a', 5), row('r', 2, 'b', 6), row('l', 1, 'a', 10)];
  expect(await sent({ ...both, query: 'SELECT * FROM l NATURAL JOIN r' }, steps)).toEqual([
    '+I[a, 1, 10, 1, 5]',
  ]);
  expect(await sent({ ...both, query: 'SELECT * FROM l RIGHT JOIN r USING (k)' }, steps)).toEqual([
    '+I[a, null, null, 1, 5]', '+I[b, null, null, 2, 6]', '-D[a, null, null, 1, 5]', '+I[a, 1, 10, 1, 5]',
  ]); // prettier-ignore
});

test('a match that waits for an earlier one is of the time at which that is decided', async () => {
  const query = `SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS a, C.v AS c, MATCH_ROWTIME() AS at
    AFTER MATCH SKIP TO FIRST B PATTERN (A B+ C) DEFINE B AS B.v > A.v, C AS C.v < LAST(B.v))`;
  const t = { schema: 'v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts' };
  // From 1 on B goes on to the end; from 5 on the match is there at 3000.
  const steps = [[1, 1000], [5, 2000], [7, 3000], [4, 4000], [0, 5000]].map(([v, ts]) => row('t', v, ts)); // prettier-ignore
  expect(await sent({ tables: { t }, query, end: true }, steps)).toEqual([
    '+I[1, 0, 5000]',
    '+I[5, 4, 5000]',
  ]);
});

describe('the greatest of values that only rise', () => {
  test('is not taken back while its row changes', async () => {
    const query = 'SELECT MAX(n) AS most, SUM(n) AS n FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k)';
    const steps = [row('l', 1, 'a', 1), row('l', 2, 'a', 1)];
    expect(await sent({ tables: { l: L }, query }, steps)).toEqual([
      '+I[1, 1]', '-D[1, 1]', '+I[2, 2]',
    ]); // prettier-ignore
    expect(await sent({ tables: { l: L }, query }, [row('l', 3, 'b', 1), ...steps])).toEqual([
      '+I[1, 1]', '-U[1, 1]', '+U[1, 2]', '-U[1, 2]', '+U[1, 1]', '-U[1, 1]', '+U[2, 3]',
    ]); // prettier-ignore
    expect(await sent({ tables: { l: L }, query }, [...steps, row('l', 3, 'b', 1), row('l', 4, 'a', 1)])).toEqual([
      '+I[1, 1]', '-D[1, 1]', '+I[2, 2]', '-U[2, 2]', '+U[2, 3]', '-U[2, 3]', '+U[2, 1]', '-U[2, 1]', '+U[3, 4]',
    ]); // prettier-ignore
  });
});

test('a mini-batch ends by its size, not by the watermark', async () => {
  const t = { schema: 'k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts' };
  const settings = { 'table.exec.mini-batch.enabled': 'true', 'table.exec.mini-batch.allow-latency': '100 s', 'table.exec.mini-batch.size': '3' }; // prettier-ignore
  const query = 'SELECT k, COUNT(*) AS n FROM t GROUP BY k';
  const steps = ['a', 'b', 'a', 'a'].map((k, at) => row('t', k, at * 1000));
  expect(await sent({ tables: { t }, query, settings, end: true }, steps)).toEqual([
    '+I[a, 2]', '+I[b, 1]', '-U[a, 2]', '+U[a, 3]',
  ]); // prettier-ignore
});

test('rows in the order of time are late behind what has gone out, not behind the watermark', async () => {
  const t = { schema: "v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND" };
  const steps = [[1, 1000], [2, 7000], [3, 4000], [4, 500], [5, 9000]].map(([v, ts]) => row('t', v, ts)); // prettier-ignore
  const query = 'SELECT v FROM t ORDER BY ts';
  expect(await sent({ tables: { t }, query, end: true }, steps)).toEqual([
    '+I[1]',
    '+I[3]',
    '+I[2]',
    '+I[5]',
  ]);
});

test('OVER and the first or last row are ordered by PROCTIME() as by a column of it', async () => {
  const number = (order: string) =>
    `SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ${order}) AS n FROM l) WHERE n = 1`;
  const job = (query: string) => sent({ tables: { l: L }, query }, [row('l', 1, 'a', 3), row('l', 2, 'a', 4), row('l', 3, 'b', 5)]); // prettier-ignore
  expect(await job(number('PROCTIME()'))).toEqual(['+I[1]', '+I[3]']);
  expect(await job(number('PROCTIME() DESC'))).toEqual(['+I[1]', '-U[1]', '+U[2]', '+I[3]']);
  expect(
    await job('SELECT SUM(x) OVER (PARTITION BY k ORDER BY PROCTIME() ROWS 1 PRECEDING) FROM l'),
  ).toEqual(['+I[3]', '+I[7]', '+I[5]']);
});

test('LAG gives its default for what is NULL too', async () => {
  const t = { schema: 'v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts' };
  const query =
    'SELECT LAG(v, 1, -1) OVER (ORDER BY ts) AS before, LAG(v) OVER (ORDER BY ts) AS plain FROM t';
  const steps = [[5, 1000], [null, 2000], [6, 3000]].map(([v, ts]) => row('t', v, ts)); // prettier-ignore
  expect(await sent({ tables: { t }, query, end: true }, steps)).toEqual(['+I[-1, null]', '+I[5, 5]', '+I[-1, null]']); // prettier-ignore
});

test('how far values are apart is of the type of their average', async () => {
  const t = { schema: 'i INT, d DOUBLE, p DECIMAL(10, 2)' };
  const query = 'SELECT STDDEV_POP(i) AS a, VAR_SAMP(i) AS b, VAR_POP(d) AS c, VAR_POP(p) AS e FROM t';
  const steps = [[3, 1.5, '2.25'], [3, 0.5, '10.00'], [0, 1.5, '2.25']].map((values) => row('t', ...values)); // prettier-ignore
  const shown = await sent({ tables: { t }, query }, steps);
  expect(shown.at(-1)).toBe('+U[1, 3, 0.2222222222222222, 13.347222]');
});

test('IN compares several columns at once', async () => {
  const steps = [row('r', 1, 'a', 10), row('r', 2, null, 20), row('l', 1, 'a', 10), row('l', 2, 'b', 20), row('l', 3, 'b', 30)]; // prettier-ignore
  const both = { tables: { l: L, r: R } };
  const query = (not: string) => `SELECT id FROM l WHERE (k, x) ${not} IN (SELECT k, y FROM r)`;
  expect(await sent({ ...both, query: query('') }, steps)).toEqual(['+I[1]']);
  expect(await sent({ ...both, query: query('NOT') }, steps)).toEqual(['+I[3]']);
});

test('a Top-N whose places nobody reads sends no changes of places', async () => {
  const query = `SELECT k, COUNT(*) AS n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY x DESC) AS place FROM l)
    WHERE place <= 2 GROUP BY k`;
  expect(await sent({ tables: { l: L }, query }, [row('l', 1, 'a', 1), row('l', 2, 'a', 9)])).toEqual([
    '+I[a, 1]', '-U[a, 1]', '+U[a, 2]',
  ]); // prettier-ignore
});
