import { describe, expect, test } from 'vitest';
import { element, on, watermark } from 'tidemark/testing';
import { change, changes, materialized, row, runJob, WAYS } from './changelog-job.ts';

const ORDERS = {
  schema: 'id INT, currency STRING, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()',
};
const RATES = {
  schema:
    'currency STRING, rate INT, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK(), PRIMARY KEY (currency) NOT ENFORCED',
  changelog: true,
};
const JOIN = (type: string) =>
  `SELECT o.id, r.rate FROM orders AS o ${type} JOIN rates FOR SYSTEM_TIME AS OF o.rt AS r ON o.currency = r.currency`;
const both = (time: number) => [on('orders', watermark(time)), on('rates', watermark(time))];

describe.each(WAYS)('a temporal join, %s', (_way, way) => {
  const steps = [
    change('rates', '+I', 'Euro', 114, 1000),
    row('orders', 1, 'Euro', 1500),
    row('orders', 2, 'Euro', 500),
    row('orders', 3, 'Yen', 1500),
    change('rates', '-U', 'Euro', 114, 2000),
    change('rates', '+U', 'Euro', 116, 2000),
    row('orders', 4, 'Euro', 2500),
    ...both(2000),
    change('rates', '-D', 'Euro', 116, 3000),
    row('orders', 5, 'Euro', 2000),
    row('orders', 6, 'Euro', 3500),
    ...both(4000),
  ];

  test('takes the version that was valid at the time of the row', async () => {
    const result = await runJob(
      { tables: { orders: ORDERS, rates: RATES }, query: JOIN(''), end: true, ...way },
      steps,
    );
    // A row that comes behind the watermark has the version that is left.
    expect(changes(result)).toEqual(['+I[1, 114]', '+I[4, 116]', '+I[5, 116]']);
    expect(result.lateRecords).toBe(0);
  });

  test('LEFT keeps rows that have no version', async () => {
    const result = await runJob(
      { tables: { orders: ORDERS, rates: RATES }, query: JOIN('LEFT'), end: true, ...way },
      steps,
    );
    expect(materialized(result)).toEqual(['1, 114', '2, null', '3, null', '4, 116', '5, 116', '6, null']);
  });

  test('takes versions of a table without old ones, which ends when its deletion says', async () => {
    const kinds = ['+I', '+U', '-D'] as const;
    const job = {
      tables: { orders: ORDERS, rates: { ...RATES, kinds } },
      query: JOIN('LEFT'),
      end: true,
      ...way,
    };
    const upserts = steps.filter((_, at) => at !== 4);
    expect(materialized(await runJob(job, upserts))).toEqual([
      '1, 114',
      '2, null',
      '3, null',
      '4, 116',
      '5, 116',
      '6, null',
    ]);
  });

  test('a deletion of the key alone ends the last version from its beginning', async () => {
    const kinds = ['+I', '+U', '-D'] as const;
    const job = {
      tables: { orders: ORDERS, rates: { ...RATES, kinds } },
      query: JOIN('LEFT'),
      end: true,
      ...way,
    };
    const result = await runJob(job, [
      change('rates', '-D', 'Yen', null, null),
      change('rates', '+U', 'Euro', 114, 1000),
      change('rates', '+U', 'Euro', 116, 2000),
      change('rates', '-D', 'Euro', null, null),
      row('orders', 1, 'Euro', 1500),
      row('orders', 2, 'Euro', 2500),
      row('orders', 3, 'Yen', 2500),
    ]);
    expect(materialized(result)).toEqual(['1, 114', '2, null', '3, null']);
  });
});

const T = { schema: 'id INT, list ARRAY<INT>, pairs ARRAY<ROW<a INT, b STRING>>, m MAP<STRING, INT>' };

test.each([
  ['SELECT id, x FROM t CROSS JOIN UNNEST(list) AS u (x)', ['+I[1, 10]', '+I[1, 20]']],
  ['SELECT id, x FROM t LEFT JOIN UNNEST(list) AS u (x) ON TRUE', ['+I[1, 10]', '+I[1, 20]', '+I[2, null]']],
  [
    'SELECT id, x, n FROM t CROSS JOIN UNNEST(list) WITH ORDINALITY AS u (x, n)',
    ['+I[1, 10, 1]', '+I[1, 20, 2]'],
  ],
  ['SELECT id, a, b FROM t CROSS JOIN UNNEST(pairs) AS u (a, b)', ['+I[1, 1, x]', '+I[1, 2, null]']],
  ['SELECT id, k, v FROM t, UNNEST(m) AS u (k, v)', ['+I[1, p, 7]']],
  ["SELECT id, list[2], m['p'], pairs[1].b, CARDINALITY(list) FROM t WHERE id = 1", ['+I[1, 20, 7, x, 2]']],
])('%s', async (query, expected) => {
  const rows = [
    on(
      't',
      element([
        1,
        [10, 20],
        [
          { a: 1, b: 'x' },
          { a: 2, b: null },
        ],
        { p: 7 },
      ]),
    ),
    on('t', element([2, null, [], {}])),
  ];
  expect(changes(await runJob({ tables: { t: T }, query }, rows))).toEqual(expected);
});
