import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
let source: PushedSource;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
  source = new PushedSource(false);
  notebook.cell('t', (env) => void env.createTemporaryView('numbers', table(env)));
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

/** Numbers, in groups of even and odd ones; a number is its time in seconds as well. */
const table = (env: SessionEnvironment) =>
  env.fromDataStream(
    env
      .fromSource(
        source,
        WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 1_000),
        'numbers',
      )
      .map((n) => ({ g: n % 2 === 0 ? 'even' : 'odd', n, ts: n * 1_000 })),
    "g STRING, n DOUBLE, ts TIMESTAMP(3) METADATA FROM 'rowtime', WATERMARK FOR ts AS SOURCE_WATERMARK()",
  );
const ask = (query: string) => notebook.cell('q', (env) => void env.sqlQuery(query).show());
/** The same query, its changes listed one by one: what has been said is not said again. */
const log = (query: string) =>
  notebook.cell('q', (env) => void env.toChangelogStream(env.sqlQuery(query)).show());
const COUNTS = 'SELECT g, COUNT(*) AS n FROM numbers GROUP BY g';
/** What the view shows: the last of each group. */
const shown = () =>
  Object.fromEntries(notebook.view('q/0').values.map((row) => [(row as { g: string }).g, row]));

describe('law 4: an edited query', () => {
  it('is what it was if only its text differs', async () => {
    ask(COUNTS);
    await source.push(1, 2, 3);
    const other = '-- by g\n select g,\n count( * ) as n from numbers group by g';
    expect(ask(other).kept).toHaveLength(1);
  });

  it('is another one if it reads another of two columns that have one name', async () => {
    const both = (x: string, y: string) =>
      `SELECT ${x} AS x, ${y} AS y FROM (SELECT * FROM numbers WHERE n < 3) AS a JOIN numbers AS b ON a.g = b.g AND a.n < b.n`;
    ask(both('a.n', 'b.n'));
    await source.push(1, 3);
    expect(ask(both('b.n', 'a.n')).kept).toEqual([]);
    await source.push(5);
    expect(notebook.view('q/0').values).toEqual(
      expect.arrayContaining([
        { x: 3, y: 1 },
        { x: 5, y: 1 },
      ]),
    );
  });

  it('keeps the state of an aggregate, and shows its groups anew by another projection', async () => {
    ask(COUNTS);
    await source.push(1, 2, 3);
    const outcome = ask('SELECT UPPER(g) AS g, COUNT(*) AS seen\n  FROM numbers GROUP BY g');
    expect(outcome).toMatchObject({ carried: [expect.any(String)], rebuilt: [] });
    expect(notebook.view('q/0').values).toEqual([
      { g: 'ODD', seen: 2 },
      { g: 'EVEN', seen: 1 },
    ]);
    await source.push(5);
    expect(shown()['ODD']).toEqual({ g: 'ODD', seen: 3 });
  });

  it('may get a filter, and lose it', async () => {
    ask(COUNTS);
    await source.push(1, 2, 3);
    const having = 'SELECT g, COUNT(*) AS n FROM numbers GROUP BY g HAVING COUNT(*) > 1';
    expect(ask(having).changes).toMatchObject([{ change: 'carried' }]);
    expect(Object.keys(shown())).toEqual(['odd']);
    await source.push(4);
    expect(shown()['even']).toEqual({ g: 'even', n: 2 });
    ask(COUNTS);
    expect(shown()).toEqual({ odd: { g: 'odd', n: 2 }, even: { g: 'even', n: 2 } });
  });

  it('says which stateful operator is another when it is rebuilt', async () => {
    ask(COUNTS);
    await source.push(1, 2, 3);
    const { changes } = ask('SELECT g, SUM(n) AS n FROM numbers GROUP BY g');
    expect(changes).toMatchObject([
      { change: 'rebuilt', changed: [expect.stringContaining('GroupAggregate')], replays: { records: 3 } },
    ]);
  });

  it('is rebuilt where what an aggregate shows again would reach another that has it', async () => {
    const both = (name: string) =>
      `WITH c AS (${COUNTS}) SELECT g, n AS ${name} FROM c UNION ALL SELECT 'sum' AS g, SUM(n) AS ${name} FROM c`;
    ask(both('a'));
    await source.push(1, 2, 3);
    ask(both('b'));
    await source.push(4);
    expect(Object.values(shown())).toEqual(
      expect.arrayContaining([
        { g: 'sum', b: 4 },
        { g: 'even', b: 2 },
      ]),
    );
  });

  const windows = (projection: string) =>
    `SELECT g, ${projection} FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '10' SECOND))
     GROUP BY g, window_start, window_end`;

  it('is rebuilt where state cannot show again what it has let go, as far as the recording reaches back', async () => {
    ask(windows('window_start, window_end, COUNT(*) AS n'));
    await source.push(1, 2, 3, 11, 12);
    const { changes } = ask(windows('window_start, window_end, COUNT(*) AS seen'));
    expect(changes).toMatchObject([{ change: 'rebuilt', replays: { records: 5 } }]);
  });

  it('keeps what open windows hold once the recording no longer reaches back', async () => {
    ask(windows('window_start, window_end, COUNT(*) AS n'));
    await source.push(1, 2, 3, 11, 12);
    notebook.env.recording().limit({ rows: 1 });
    const { changes } = ask(windows('window_start, window_end, COUNT(*) AS seen'));
    expect(changes).toMatchObject([{ change: 'carried' }]);
    await source.push(13, 21);
    expect(shown()['odd']).toMatchObject({ seen: 2 });
  });

  const tenfold = `SELECT g, n * 10 AS n FROM (${COUNTS})`;

  it('is rebuilt of its rows where they are a log, as long as they can be read again', async () => {
    log(COUNTS);
    await source.push(1, 2, 3);
    expect(log(tenfold).rebuilt).toHaveLength(1);
    await source.push(5);
    expect(notebook.view('q/0').values.at(-1)).toEqual({ kind: '+U', row: { g: 'odd', n: 30 } });
  });

  it('keeps its state where they cannot, and what keeps state is the same', async () => {
    log(COUNTS);
    await source.push(1, 2, 3, 5, 7, 9);
    notebook.env.recording().limit({ rows: 1 });
    expect(log(`${tenfold} WHERE n > 2`).carried).toHaveLength(1);
    await source.push(11);
    expect(notebook.view('q/0').values.at(-1)).toEqual({ kind: '+U', row: { g: 'odd', n: 60 } });
  });

  it.each([
    ['another aggregate', 'SELECT g, SUM(n) AS n FROM numbers GROUP BY g'],
    ['other rows for it', 'SELECT g, COUNT(*) AS n FROM numbers WHERE n > 0 GROUP BY g'],
    ['no state any more', 'SELECT g, n FROM numbers'],
  ])('but not with %s', async (_title, edited) => {
    log(COUNTS);
    await source.push(1, 2, 3);
    notebook.env.recording().limit({ rows: 1 });
    expect(log(edited)).toMatchObject({ carried: [], rebuilt: [expect.any(String)] });
  });
});
