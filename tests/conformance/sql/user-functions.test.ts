import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment, type UserDefinedAggregate } from 'tidemark';
import { watermark, on, element } from 'tidemark/testing';
import { change, changes, materialized, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const LINES = { schema: 'id INT, line STRING' };
const SALES = {
  schema: 'shop STRING, v DOUBLE, w BIGINT, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()',
};
const CHANGING = { schema: 'id INT, shop STRING, v DOUBLE, w BIGINT', changelog: true };

type Mean = [sum: number, weight: number];
const weightedMean: UserDefinedAggregate<Mean, number | null> = {
  createAccumulator: () => [0, 0],
  accumulate: ([sum, weight], value: number, times: number) => [sum + value * times, weight + times],
  retract: ([sum, weight], value: number, times: number) => [sum - value * times, weight - times],
  merge: (into, others) => {
    for (const other of others) {
      into[0] += other[0];
      into[1] += other[1];
    }
  },
  getValue: ([sum, weight]) => (weight === 0 ? null : sum / weight),
};
const { createAccumulator, accumulate, getValue } = weightedMean;

const functions: QueryJob['functions'] = {
  words: [(line: string) => line.split(' ').filter((word) => word !== ''), '(STRING) => TABLE(word STRING)'],
  letters: [
    function* (line: string) {
      for (const letter of line) yield { letter, code: letter.charCodeAt(0) };
    },
    '(STRING) => TABLE(letter STRING, code INT)',
  ],
  untold: [
    function* (n: number) {
      yield n;
      yield n * 10;
    },
    undefined,
  ],
  wmean: [weightedMean, '(DOUBLE, BIGINT) => DOUBLE'],
  plain: [{ createAccumulator, accumulate, getValue }, '(DOUBLE, BIGINT) => DOUBLE'],
};

describe.each(WAYS)('functions of rows, %s', (_way, way) => {
  const lines = [row('t', 1, 'to be'), row('t', 2, ''), row('t', 3, 'or')];
  const run = (query: string) => runJob({ tables: { t: LINES }, query, functions, ...way }, lines);

  test('make rows of each row', async () => {
    const result = await run('SELECT id, word FROM t, LATERAL TABLE(words(line)) AS w(word)');
    expect(changes(result)).toEqual(['+I[1, to]', '+I[1, be]', '+I[3, or]']);
  });

  test('keep a row without any in a LEFT JOIN', async () => {
    const result = await run('SELECT id, w FROM t LEFT JOIN LATERAL TABLE(words(line)) AS x(w) ON TRUE');
    expect(changes(result)).toEqual(['+I[1, to]', '+I[1, be]', '+I[2, null]', '+I[3, or]']);
  });

  test('yield objects by the names of their columns', async () => {
    const result = await run(
      'SELECT id, letter, code FROM t CROSS JOIN LATERAL TABLE(letters(line)) WHERE id = 3',
    );
    expect(changes(result)).toEqual(['+I[3, o, 111]', '+I[3, r, 114]']);
  });

  test('need no types if they are generators of values', async () => {
    const result = await run('SELECT id, n FROM t, LATERAL TABLE(untold(id)) AS u(n) WHERE id < 3');
    expect(changes(result)).toEqual(['+I[1, 1]', '+I[1, 10]', '+I[2, 2]', '+I[2, 20]']);
  });
});

describe.each(WAYS)('aggregates of TypeScript, %s', (_way, way) => {
  const sale = (shop: string, v: number, w: number, time: number) =>
    on('t', element([shop, v, w, time], time));
  const sales = [
    sale('a', 10, 1, 1000), sale('a', 20, 3, 2000), sale('b', 5, 2, 3000), sale('a', 40, 1, 11_000), on('t', watermark(30_000)),
  ]; // prettier-ignore

  test('of a group', async () => {
    const result = await runJob(
      { tables: { t: SALES }, query: 'SELECT shop, wmean(v, w) FROM t GROUP BY shop', functions, ...way },
      sales,
    );
    expect(materialized(result)).toEqual(['a, 22', 'b, 5']);
  });

  test('of a table that changes take rows back', async () => {
    const result = await runJob(
      { tables: { t: CHANGING }, query: 'SELECT shop, wmean(v, w) FROM t GROUP BY shop', functions, ...way },
      [
        change('t', '+I', 1, 'a', 10, 1),
        change('t', '+I', 2, 'a', 30, 1),
        change('t', '-U', 1, 'a', 10, 1),
        change('t', '+U', 1, 'b', 10, 1),
      ],
    );
    expect(changes(result)).toEqual([
      '+I[a, 10]', '-U[a, 10]', '+U[a, 20]', '-U[a, 20]', '+U[a, 30]', '+I[b, 10]',
    ]); // prettier-ignore
  });

  test.each([
    ['TUMBLE(TABLE t, DESCRIPTOR(rt), INTERVAL \'10\' SECOND)', ['a, 17.5, 10', 'a, 40, 20', 'b, 5, 10']],
    ['HOP(TABLE t, DESCRIPTOR(rt), INTERVAL \'10\' SECOND, INTERVAL \'20\' SECOND)', ['a, 17.5, 10', 'a, 22, 20', 'a, 40, 30', 'b, 5, 10', 'b, 5, 20']],
    ['SESSION(TABLE t PARTITION BY shop, DESCRIPTOR(rt), INTERVAL \'8\' SECOND)', ['a, 17.5, 10', 'a, 40, 19', 'b, 5, 11']],
  ])('of windows: %s', async (window, expected) => {
    const query = `SELECT shop, wmean(v, w), EXTRACT(SECOND FROM window_end) FROM TABLE(${window}) GROUP BY shop, window_start, window_end`;
    const result = await runJob({ tables: { t: SALES }, query, functions, ...way }, sales);
    expect(materialized(result)).toEqual(expected);
  }); // prettier-ignore

  test('OVER the last rows', async () => {
    const query =
      'SELECT shop, wmean(v, w) OVER (PARTITION BY shop ORDER BY rt ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t';
    const result = await runJob({ tables: { t: SALES }, query, functions, ...way }, sales);
    expect(materialized(result)).toEqual(['a, 10', 'a, 17.5', 'a, 25', 'b, 5']);
  });

  test('of distinct rows, and of those that pass a filter', async () => {
    const query = 'SELECT wmean(DISTINCT v, w), wmean(v, w) FILTER (WHERE v > 10) FROM t';
    const result = await runJob({ tables: { t: SALES }, query, functions, ...way }, [
      ...sales.slice(0, 2),
      sales[0]!,
    ]);
    expect(materialized(result)).toEqual(['17.5, 20']);
  });
});

describe('misuse', () => {
  const env = () => {
    const made = StreamExecutionEnvironment.getExecutionEnvironment();
    for (const [name, [fn, types]] of Object.entries(functions!)) made.createFunction(name, fn, types);
    return made;
  };
  const failure = (query: string) => {
    try {
      const made = env();
      made.createTemporaryView('t', made.fromDataStream(made.fromData<unknown>(), CHANGING.schema));
      made.sqlQuery(query);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('other arguments than it takes', () => {
    expect(failure('SELECT w FROM (VALUES (1)) AS v(n), LATERAL TABLE(words(n)) AS x(w)')).toMatchObject({
      code: 'type-mismatch',
      message: expect.stringContaining('words') as string,
    });
    expect(failure("SELECT wmean('a') FROM t")).toMatchObject({ code: 'type-mismatch' });
  });

  test('a function of rows that returns none', async () => {
    const made = env();
    made.createFunction('one', () => 1, '() => TABLE(n INT)');
    const table = made.sqlQuery('SELECT n FROM (VALUES (1)) AS v(x), LATERAL TABLE(one()) AS o(n)');
    await expect(made.toDataStream(table).executeAndCollect()).rejects.toMatchObject({
      cause: { code: 'bad-argument' },
    });
  });

  test('an aggregate without the method that a query needs', async () => {
    const changing = runJob({ tables: { t: CHANGING }, query: 'SELECT plain(v, w) FROM t', functions }, [
      change('t', '+I', 1, 'a', 10, 1),
    ]);
    await expect(changing).rejects.toMatchObject({ code: 'function-needs-method', message: expect.stringContaining('retract') as string }); // prettier-ignore
    const overlapping = runJob(
      {
        tables: { t: SALES },
        query: `SELECT plain(v, w) FROM TABLE(HOP(TABLE t, DESCRIPTOR(rt), INTERVAL '1' SECOND, INTERVAL '2' SECOND)) GROUP BY window_start, window_end`,
        functions,
      },
      [0, 1000]
        .map((time) => on('t', element(['a', 1, 1, time], time)))
        .concat(on('t', watermark(9000)) as never),
    );
    await expect(overlapping).rejects.toMatchObject({ cause: { code: 'function-needs-method', message: expect.stringContaining('merge') as string } }); // prettier-ignore
  });

  test('what is no function', () => {
    for (const [fn, types] of [
      [1, undefined],
      [{}, undefined],
      [() => 1, 'INT'],
    ] as const)
      // prettier-ignore
      expect(() => env().createFunction('f', fn as never, types)).toThrow(
        expect.objectContaining({ code: 'bad-argument' }),
      );
  });
});
