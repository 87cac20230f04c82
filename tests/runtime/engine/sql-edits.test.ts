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

  describe('of a Top-N', () => {
    const top = (places: string, from = 'numbers') =>
      `SELECT g, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY g ORDER BY n DESC) AS place FROM ${from}) WHERE ${places}`;
    const sorted = () =>
      notebook
        .view('q/0')
        .standing()
        .map((row) => (row as { n: number }).n)
        .sort((a, b) => a - b);

    it('goes on with fewer places, which its state has', async () => {
      ask(top('place <= 3'));
      await source.push(1, 2, 3, 4, 5, 6, 7, 8);
      expect(sorted()).toEqual([3, 4, 5, 6, 7, 8]);
      expect(ask(top('place <= 2')).changes).toMatchObject([{ change: 'carried' }]);
      expect(sorted()).toEqual([5, 6, 7, 8]);
      await source.push(10, 9);
      expect(sorted()).toEqual([7, 8, 9, 10]);
      expect(ask(top('place = 2')).changes).toMatchObject([{ change: 'carried' }]);
      expect(sorted()).toEqual([7, 8]);
    });

    it('shows places or hides them without being rebuilt', async () => {
      ask(top('place <= 2'));
      await source.push(1, 3, 5);
      const numbered = top('place <= 2').replace('g, n', 'place, n');
      expect(ask(numbered).changes).toMatchObject([{ change: 'carried' }]);
      await source.push(7);
      expect(notebook.view('q/0').standing()).toEqual([
        { place: 1, n: 7 },
        { place: 2, n: 5 },
      ]);
    });

    it('is rebuilt for more places than its state has, and says so', async () => {
      ask(top('place <= 2'));
      await source.push(1, 3, 5, 7);
      const [change] = ask(top('place <= 3')).changes;
      expect(change).toMatchObject({
        change: 'rebuilt',
        changed: [
          expect.stringMatching(/^Rank.*of which 2 rows a partition are in state and 3 are asked for$/),
        ],
      });
      await source.push(2);
      expect(sorted()).toEqual([2, 3, 5, 7]);
    });

    it('that keeps all rows, since some may be taken back, has any places at hand', async () => {
      const counts = '(SELECT MIN(g) AS g, n FROM numbers GROUP BY n)';
      ask(top('place <= 1', counts).replace('n DESC', 'n ASC, g'));
      await source.push(1, 3, 5, 2);
      expect(ask(top('place <= 2', counts).replace('n DESC', 'n ASC, g')).changes).toMatchObject([
        { change: 'carried' },
      ]);
      expect(sorted()).toEqual([1, 2, 3]);
    });

    it('is rebuilt in another order or by other partitions', async () => {
      ask(top('place <= 2'));
      await source.push(1, 2);
      for (const [from, to] of [
        ['n DESC', 'n ASC'],
        ['BY g', 'BY n'],
      ] as const) {
        expect(ask(top('place <= 2').replace(from, to)).changes).toMatchObject([{ change: 'rebuilt' }]);
        ask(top('place <= 2'));
      }
    });

    it('keeps state under an edited LIMIT and OFFSET of rows in order', async () => {
      const first = (limit: string) => `SELECT g, n FROM numbers ORDER BY n DESC ${limit}`;
      ask(first('LIMIT 4'));
      await source.push(1, 2, 3, 4, 5);
      expect(ask(first('LIMIT 2')).changes).toMatchObject([{ change: 'carried' }]);
      expect(sorted()).toEqual([4, 5]);
      expect(ask(first('LIMIT 1 OFFSET 1')).changes).toMatchObject([{ change: 'carried' }]);
      expect(sorted()).toEqual([4]);
      await source.push(6);
      expect(sorted()).toEqual([5]);
      expect(ask(first('LIMIT 3')).changes).toMatchObject([{ change: 'rebuilt' }]);
    });
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
