// The hint STATE_TTL: state of a join's side, or of a group, is forgotten when it has not been written for so long.
import { describe, expect, test } from 'vitest';
import { processingTime, type TestStep } from 'tidemark/testing';
import { changes, row, runJob, WAYS } from './changelog-job.ts';

const TABLES = { o: { schema: 'k INT, a STRING' }, p: { schema: 'k INT, b STRING' } };
const STEPS: readonly TestStep<unknown>[] = [
  row('o', 1, 'o0'),
  row('p', 1, 'p0'),
  processingTime(6_000),
  row('p', 1, 'p6'),
  processingTime(10_000),
  row('p', 1, 'p10'),
  row('o', 1, 'o10'),
];
const join = (hint: string, tables = 'o JOIN p ON o.k = p.k') => `SELECT ${hint} a, b FROM ${tables}`;

describe.each(WAYS)('%s', (_way, way) => {
  const run = (query: string, steps = STEPS, settings?: Readonly<Record<string, string>>) =>
    runJob({ tables: TABLES, query, settings, ...way }, steps).then(changes);
  const ALL = ['+I[o0, p0]', '+I[o0, p6]', '+I[o0, p10]', '+I[o10, p0]', '+I[o10, p6]', '+I[o10, p10]'];
  const without = (...gone: readonly string[]) => ALL.filter((change) => !gone.includes(change));

  test('without it rows are kept for ever', async () => {
    expect(await run(join(''))).toEqual(ALL);
  });

  test('rows of a side expire one by one, and being joined does not keep them', async () => {
    expect(await run(join("/*+ STATE_TTL('o' = '10 s') */"))).toEqual(without('+I[o0, p10]'));
    expect(await run(join("/*+ STATE_TTL('p' = '10s') */"))).toEqual(without('+I[o10, p0]'));
    expect(await run(join("/*+ STATE_TTL('o' = '10s', 'p' = '4s') */"))).toEqual(
      without('+I[o0, p10]', '+I[o10, p0]', '+I[o10, p6]'),
    );
  });

  test('an alias is the name, and the hint goes before the setting', async () => {
    const settings = { 'table.exec.state.ttl': '1 s' };
    const query = join("/*+ STATE_TTL('l' = '0', 'r' = '1 d') */", 'o AS l JOIN p AS r ON l.k = r.k');
    expect(await run(query, STEPS, settings)).toEqual(ALL);
    expect(await run(join(''), STEPS, settings)).toEqual(['+I[o0, p0]', '+I[o10, p10]']);
  });

  test('groups are forgotten', async () => {
    const query = "SELECT /*+ STATE_TTL('o' = '5 s') */ k, COUNT(*) AS n FROM o GROUP BY k";
    const steps = [
      row('o', 1, 'x'),
      processingTime(4_000),
      row('o', 1, 'y'),
      processingTime(9_000),
      row('o', 1, 'z'),
    ];
    expect(await run(query, steps)).toEqual(['+I[1, 1]', '-U[1, 1]', '+U[1, 2]', '+I[1, 1]']);
  });
});

describe('what the hint cannot say', () => {
  test.each([
    ['a name that is not there', "'nobody' = '1 d'", /STATE_TTL is given for 'nobody'/],
    ['no length of time', "'o' = 'long'", /'long' is none/],
  ])('%s', async (_title, options, message) => {
    const job = runJob({ tables: TABLES, query: join(`/*+ STATE_TTL(${options}) */`) }, STEPS);
    await expect(job).rejects.toThrow(message);
  });
});
