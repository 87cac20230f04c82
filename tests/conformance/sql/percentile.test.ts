import { describe, expect, test } from 'vitest';
import { change, materialized, runJob, WAYS } from './changelog-job.ts';

const tables = { t: { schema: 'shop STRING, v INT, n INT', changelog: true } };
const run = (select: string, steps: Parameters<typeof runJob>[1], way = {}) =>
  runJob({ tables, query: `SELECT shop, ${select} FROM t GROUP BY shop`, ...way }, steps);

describe('PERCENTILE', () => {
  const steps = [
    ...[10, 20, 30, 40].map((v) => change('t', '+I', 'x', v, 1)),
    change('t', '+I', 'x', null, 1),
    change('t', '+I', 'y', 5, 3),
    change('t', '+I', 'y', 9, 1),
    change('t', '+I', 'y', 1, 0),
    change('t', '+I', 'z', null, 1),
  ];
  test.each(WAYS)('lies between two values by their distance, %s', async (_title, way) => {
    const result = await run('PERCENTILE(v, 0.5) AS p, PERCENTILE(v, ARRAY[0, 0.1, 1]) AS q', steps, way);
    expect(materialized(result)).toEqual(['x, 25, 10,13,40', 'y, 5, 1,1.8,9', 'z, null, null']);
  });
  test('counts a value as often as is said', async () => {
    const result = await run('PERCENTILE(v, 0.5, n) AS p, PERCENTILE(v, 1, n) AS q', steps);
    expect(materialized(result)).toEqual(['x, 25, 40', 'y, 5, 9', 'z, null, null']);
  });
  test.each(WAYS)('values are taken back, %s', async (_title, way) => {
    const result = await run(
      'PERCENTILE(v, 0.5) AS p',
      [
        ...[10, 20, 20, 40].map((v) => change('t', '+I', 'x', v, 1)),
        change('t', '-D', 'x', 20, 1),
        change('t', '-D', 'x', 10, 1),
      ],
      way,
    );
    expect(materialized(result)).toEqual(['x, 30']);
  });
  test('over a text is refused where it stands', () =>
    expect(run('PERCENTILE(shop, 0.5) AS p', [])).rejects.toMatchObject({
      code: 'type-mismatch',
      details: { line: 1, column: 14 },
    }));
});
