// OVER in an order that is not that of time: results change with every row, and are updated.
import { describe, expect, test } from 'vitest';
import { element, on, watermark } from 'tidemark/testing';
import { change, changes, row, runJob, WAYS, type QueryJob } from './changelog-job.ts';

const T = { schema: 'k STRING, n INT, v INT' };
const run = async (job: QueryJob, steps: Parameters<typeof runJob>[1]) => changes(await runJob(job, steps));
const RUNNING = (frame: string) =>
  `SELECT n, v, SUM(v) OVER (PARTITION BY k ORDER BY n ${frame}) AS s FROM T`;
const rowsOf = (rows: readonly (readonly [number, number])[]) => rows.map(([n, v]) => row('T', 'a', n, v));

describe.each(WAYS)('OVER in another order than that of time, %s', (_way, way) => {
  test('a row that comes in between updates all that stand behind it', async () => {
    const steps = rowsOf([[1, 1], [2, 2], [5, 5], [2, 20], [3, 0]]); // prettier-ignore
    expect(await run({ tables: { T }, query: RUNNING('ROWS UNBOUNDED PRECEDING'), ...way }, steps)).toEqual([
      '+I[1, 1, 1]', '+I[2, 2, 3]', '+I[5, 5, 8]', '+I[2, 20, 23]', '-U[5, 5, 8]', '+U[5, 5, 28]', '+I[3, 0, 23]',
    ]); // prettier-ignore
  });

  test('with RANGE, rows of equal order share a result', async () => {
    const steps = rowsOf([[1, 1], [2, 2], [5, 5], [2, 20]]); // prettier-ignore
    expect(await run({ tables: { T }, query: RUNNING(''), ...way }, steps)).toEqual([
      '+I[1, 1, 1]', '+I[2, 2, 3]', '+I[5, 5, 8]', '-U[2, 2, 3]', '+U[2, 2, 23]', '+I[2, 20, 23]', '-U[5, 5, 8]', '+U[5, 5, 28]',
    ]); // prettier-ignore
  });

  test.each([
    ['ROWS UNBOUNDED PRECEDING', ['+I[1, 1, 1]', '+I[2, 2, 3]', '+I[2, 3, 6]', '+I[5, 5, 11]', '-D[2, 2, 3]', '-U[2, 3, 6]', '+U[2, 3, 4]', '-U[5, 5, 11]', '+U[5, 5, 9]', '+U[2, 4, 8]', '-U[5, 5, 9]', '+U[5, 5, 13]']],
    ['', ['+I[1, 1, 1]', '+I[2, 2, 3]', '-U[2, 2, 3]', '+U[2, 2, 6]', '+I[2, 3, 6]', '+I[5, 5, 11]', '-D[2, 2, 6]', '-U[2, 3, 6]', '+U[2, 3, 4]', '-U[5, 5, 11]', '+U[5, 5, 9]', '-U[2, 3, 4]', '+U[2, 3, 8]', '+U[2, 4, 8]', '-U[5, 5, 9]', '+U[5, 5, 13]']],
  ])('of a table of changes a row that goes is deleted with its result; frame %j', async (frame, expected) => {
    const steps = [
      change('T', '+I', 'a', 1, 1),
      change('T', '+I', 'a', 2, 2),
      change('T', '+I', 'a', 2, 3),
      change('T', '+I', 'a', 5, 5),
      change('T', '-U', 'a', 2, 2),
      change('T', '+U', 'a', 2, 4),
    ];
    const job: QueryJob = { tables: { T: { ...T, changelog: true } }, query: RUNNING(frame), ...way };
    expect(await run(job, steps)).toEqual(expected);
  }); // prettier-ignore

  test('ROW_NUMBER without a bound numbers all rows', async () => {
    const query = 'SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC) AS place FROM T';
    expect(await run({ tables: { T }, query, ...way }, rowsOf([[1, 0], [3, 0], [2, 0]]))).toEqual([
      '+I[1, 1]', '+I[3, 1]', '-U[1, 1]', '+U[1, 2]', '+I[2, 2]', '-U[1, 2]', '+U[1, 3]',
    ]); // prettier-ignore
  });
});

const TIMED = { schema: 'v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()' };
const at = (time: number, v: number) => on('T', element([v, time]));

describe.each(WAYS)('what is late for OVER in event time, %s', (_way, way) => {
  const steps = [at(1000, 1), at(6000, 2), on('T', watermark(5000)), at(4000, 3), on('T', watermark(9000))];
  test.each([
    ['without a bound: what the watermark has passed', 'RANGE UNBOUNDED PRECEDING', ['1, 1', '2, 3']],
    ['with one: what is not behind rows that have gone out', 'ROWS 9 PRECEDING', ['1, 1', '3, 4', '2, 6']],
  ])('%s', async (_title, frame, expected) => {
    const query = `SELECT v, SUM(v) OVER (ORDER BY ts ${frame}) AS s FROM T`;
    const shown = await run({ tables: { T: TIMED }, query, ...way }, steps);
    expect(shown).toEqual(expected.map((text) => `+I[${text}]`));
  });

  test('a partition that has been dropped knows nothing of rows that have gone out', async () => {
    const query = "SELECT v, SUM(v) OVER (ORDER BY ts RANGE INTERVAL '1' SECOND PRECEDING) AS s FROM T";
    const shown = await run({ tables: { T: TIMED }, query, ...way }, [
      at(5000, 1),
      on('T', watermark(6500)),
      at(4000, 2),
      on('T', watermark(6501)),
      at(4000, 3),
      on('T', watermark(7000)),
    ]);
    expect(shown).toEqual(['+I[1, 1]', '+I[3, 3]']);
  });
});
