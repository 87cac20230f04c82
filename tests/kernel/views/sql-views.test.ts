import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataStream, type ChangelogRow } from 'tidemark';
import type { StreamNode } from 'tidemark/session';
import { element, testJob, watermark, type TestStep } from 'tidemark/testing';
import { windowShape } from '../../../kernel/src/session/window-shape.ts';
import {
  createMaterializer,
  type ViewMaterializer,
} from '../../../kernel/src/views/materialize/view-materializer.ts';
import { holds } from '../../runtime/property.ts';
import { description } from './sample-views.ts';

interface Order {
  readonly user: string;
  readonly item: string | null;
  readonly amount: number;
  readonly ts: number;
}

const SCHEMA = 'user STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts';

interface Shown {
  readonly view: ViewMaterializer;
  /** What the graph says of the windows. */
  readonly shape: ReturnType<typeof windowShape>;
}

/** Runs a query as a notebook shows it, and fills its view. */
async function shown(
  query: string,
  steps: readonly TestStep<Order>[],
  options: { snapshotEveryStep?: boolean; timeZone?: string; schema?: string } = {},
): Promise<Shown> {
  let shape: Shown['shape'];
  const { steps: results } = await testJob<Order, Record<string, unknown>>(
    steps,
    (input: DataStream<Order>) => {
      const env = input.getExecutionEnvironment();
      if (options.timeZone !== undefined)
        env.executeSql(`SET 'table.local-time-zone' = '${options.timeZone}'`);
      env.createTemporaryView('orders', input, options.schema ?? SCHEMA);
      const plan = env.planner.optimized(env.sqlQuery(query).relation);
      const node = env.planner.lowerView(plan);
      if (node === undefined) throw new Error('a table that only grows');
      shape = windowShape({ inputs: [{ from: node }] } as unknown as StreamNode);
      return new DataStream(env.graph, node);
    },
    { end: true, snapshotEveryStep: options.snapshotEveryStep === true },
  );
  const kind = shape === undefined ? 'records' : 'windows';
  let view = createMaterializer(description(kind), { mode: 'update' }, shape);
  for (const { records, origins, watermark: time } of results) {
    records.forEach(({ value, timestamp }, at) => view.onRecord(value, timestamp, origins[at]));
    view.onWatermark(time);
    if (options.snapshotEveryStep !== true) continue;
    const next = createMaterializer(description(kind), { mode: 'update' }, shape);
    next.restore(structuredClone(view.snapshot()));
    view = next;
  }
  return { view, shape };
}

/** The rows without what a view adds to them. */
const rowsOf = ({ view }: Shown, ...names: string[]) =>
  view.rows().map((row) => names.map((name) => row[name]));

const order = (user: string, amount: number, ts = 0, item: string | null = null) =>
  element<Order>({ user, item, amount, ts });

const ORDERS = [order('ann', 3), order('bob', 5), order('ann', 4), order('cleo', 1), order('bob', 2)];

describe('a query whose answer changes', () => {
  test('has one row a key, which is replaced in its place', async () => {
    const view = await shown('SELECT user, SUM(amount) AS total FROM orders GROUP BY user', ORDERS);
    expect(rowsOf(view, 'user', 'total', 'op')).toEqual([
      ['ann', 7, undefined],
      ['bob', 7, undefined],
      ['cleo', 1, undefined],
    ]);
  });

  test('replaces a row in its place from one tick to the next', async () => {
    const { view } = await shown('SELECT COUNT(*) AS n, MAX(amount) AS most FROM orders', ORDERS);
    expect(view.takeDelta()?.upsert.map(({ n, most }) => [n, most])).toEqual([[5, 5]]);
  });

  test('loses the row that HAVING does not let through any more', async () => {
    const view = await shown(
      'SELECT user, SUM(amount) AS total FROM orders GROUP BY user HAVING SUM(amount) < 6',
      ORDERS,
    );
    expect(rowsOf(view, 'user', 'total')).toEqual([['cleo', 1]]);
  });

  test('of a Top-N has the places', async () => {
    const view = await shown(
      `SELECT user, amount, n FROM (
         SELECT *, ROW_NUMBER() OVER (ORDER BY amount DESC) AS n FROM orders) WHERE n <= 2`,
      ORDERS,
    );
    expect(rowsOf(view, 'n', 'user', 'amount')).toEqual([
      [1, 'bob', 5],
      [2, 'ann', 4],
    ]);
  });

  test('without a key has equal rows beside each other', async () => {
    const view = await shown('SELECT COUNT(*) AS n FROM orders GROUP BY user', ORDERS);
    expect(rowsOf(view, 'n').sort()).toEqual([[1], [2], [2]]);
  });

  const QUERIES = [
    'SELECT user, COUNT(*) AS n, SUM(amount) AS total FROM orders GROUP BY user',
    'SELECT COUNT(*) AS n FROM orders GROUP BY user',
    'SELECT DISTINCT n FROM (SELECT user, COUNT(*) AS n FROM orders GROUP BY user)',
    'SELECT user, COUNT(*) AS n FROM orders GROUP BY user HAVING SUM(amount) BETWEEN 3 AND 9',
    'SELECT n, COUNT(*) AS users FROM (SELECT user, COUNT(*) AS n FROM orders GROUP BY user) GROUP BY n',
    `SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user ORDER BY amount DESC) AS n FROM orders) WHERE n <= 2`,
    `SELECT user, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user ORDER BY amount) AS n FROM orders) WHERE n <= 2`,
    `SELECT user, total FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY total DESC) AS n FROM
       (SELECT user, SUM(amount) AS total FROM orders GROUP BY user)) WHERE n <= 2`,
    `SELECT a.user, n, most FROM (SELECT user, COUNT(*) AS n FROM orders GROUP BY user) a
       LEFT JOIN (SELECT item, MAX(amount) AS most FROM orders GROUP BY item) b ON a.user = b.item`,
    `SELECT o.user, o.amount, n FROM orders o LEFT JOIN (SELECT item, COUNT(*) AS n FROM orders GROUP BY item) c ON o.user = c.item`,
    'SELECT user, item, COUNT(*) AS n FROM orders GROUP BY CUBE (user, item)',
    'SELECT user FROM orders EXCEPT SELECT item FROM orders',
  ];
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const records = fc.array(
    fc.record({ user: name, item: fc.option(name), amount: fc.nat(6), ts: fc.constant(0) }),
    { maxLength: 25 },
  );

  test.each(QUERIES)('has the rows that its changelog adds up to: %s', async (query) => {
    await holds(
      fc.tuple(records, fc.boolean()),
      async ([orders, snapshotEveryStep]) => {
        const steps = orders.map((one) => element<Order>(one));
        const changes = await testJob<Order, ChangelogRow>(
          steps,
          (input: DataStream<Order>) => {
            const env = input.getExecutionEnvironment();
            env.createTemporaryView('orders', input, SCHEMA);
            return env.toChangelogStream(env.sqlQuery(query));
          },
          { end: true },
        );
        const left: string[] = [];
        for (const { value } of changes.records) {
          const row = JSON.stringify(value.row);
          if (value.kind === '+I' || value.kind === '+U') left.push(row);
          else left.splice(left.indexOf(row), 1);
        }
        const { view } = await shown(query, steps, { snapshotEveryStep });
        const rows = view
          .rows()
          .map((row) =>
            JSON.stringify(
              Object.fromEntries(Object.entries(row).filter(([field]) => !field.startsWith('_'))),
            ),
          );
        expect(rows.sort()).toEqual(left.sort());
      },
      25,
    );
  });
});

describe('a query over windows', () => {
  const TIMED = [
    order('ann', 3, 1_000),
    order('bob', 5, 4_000),
    order('ann', 4, 8_000),
    order('bob', 2, 12_000),
    watermark(60_000),
  ];
  const over = (window: string, select = 'window_start, window_end, user, SUM(amount) AS total') =>
    `SELECT ${select} FROM TABLE(${window}) GROUP BY window_start, window_end, user`;
  const TUMBLE = "TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND)";

  test('is a chart of windows: a series a key, its number on the y axis', async () => {
    const view = await shown(over(TUMBLE), TIMED);
    expect(view.shape).toEqual({
      layout: 'tumbling',
      size: 10_000,
      slide: undefined,
      offset: 0,
      processingTime: false,
      field: 'total',
    });
    expect(rowsOf(view, 'key', 'start', 'end', 'value', 'total')).toEqual([
      ['ann', 0, 10_000, 7, 7],
      ['bob', 0, 10_000, 5, 5],
      ['bob', 10_000, 20_000, 2, 2],
    ]);
    const spec = JSON.stringify(view.view.takeDelta()?.view?.spec ?? view.view.description.spec);
    expect(spec).toContain('10 s windows');
    expect(spec).toContain('"title":"total"');
  });

  test('of several numbers has a panel for each, with scales of their own on one time axis', async () => {
    const select = `window_start, window_end, user, COUNT(*) AS n, MAX(item) AS item,
      AVG(CAST(amount AS DECIMAL(10, 2))) AS \`value\`, SUM(CASE WHEN amount > 4 THEN amount END) AS large`;
    const view = await shown(over(TUMBLE, select), TIMED, { snapshotEveryStep: true });
    expect(view.shape).toMatchObject({ field: 'n', more: ['value', 'large'] });
    expect(rowsOf(view, 'key', 'start', 'value', '_value1', '_value2')).toEqual([
      ['ann', 0, 2, 3.5, null],
      ['bob', 0, 1, 5, 5],
      ['bob', 10_000, 1, 2, null],
    ]);
    const spec = view.view.takeDelta()?.view?.spec ?? view.view.description.spec;
    expect(spec).toMatchObject({ resolve: { scale: { y: 'independent' } } });
    expect(JSON.stringify(spec).match(/"title":"(n|value|large)"/g)).toEqual(
      expect.arrayContaining(['"title":"n"', '"title":"value"', '"title":"large"']),
    );
  });

  test('of more numbers than there is room for says so', async () => {
    const sums = [1, 2, 3, 4, 5, 6, 7].map((by) => `SUM(amount * ${by}) AS by${by}`).join(', ');
    const { view } = await shown(over(TUMBLE, `window_start, window_end, user, ${sums}`), TIMED);
    expect(view.takeDelta()?.progress?.note).toBe('the first 5 of 7 numbers');
  });

  test.each([
    ['HOP', "HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)", 'sliding', 7],
    [
      'CUMULATE',
      "CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)",
      'cumulating',
      6,
    ],
    ['SESSION', "SESSION(TABLE orders PARTITION BY user, DESCRIPTOR(ts), INTERVAL '5' SECOND)", 'session', 4],
  ])('%s lies as such windows do', async (_, window, layout, rows) => {
    const view = await shown(over(window), TIMED, { snapshotEveryStep: true });
    expect(view.shape?.layout).toBe(layout);
    expect(view.view.rows()).toHaveLength(rows);
    expect(view.view.rows().every(({ start, window_start }) => start === window_start)).toBe(true);
    expect(view.view.rows().every(({ end, window_end }) => end === window_end)).toBe(true);
  });

  test('needs one end of a window whose length is known', async () => {
    const view = await shown(over(TUMBLE, 'window_end, user, AVG(amount) / 2.0 AS half'), TIMED);
    expect(rowsOf(view, 'key', 'start', 'end').slice(0, 1)).toEqual([['ann', 0, 10_000]]);
    expect(view.shape?.field).toBe('half');
    expect(view.view.rows().every(({ value }) => typeof value === 'number')).toBe(true);
  });

  test('of a local time zone stands on the axis at its instants', async () => {
    const steps = [element<Order>({ user: 'ann', item: null, amount: 1, ts: 0 }), watermark(200_000_000)];
    const local = SCHEMA.replace('TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)');
    const query = `SELECT window_start, COUNT(*) AS n
      FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY window_start, window_end`;
    const view = await shown(query, steps, { timeZone: 'Asia/Tokyo', schema: local });
    const HOUR = 3_600_000;
    expect(rowsOf(view, 'window_start', 'start', 'end')).toEqual([[0, -9 * HOUR, 15 * HOUR]]);
  });

  test.each([
    ['a key that is not shown', over(TUMBLE, 'window_start, window_end, SUM(amount) AS total')],
    ['no number', over(TUMBLE, 'window_start, window_end, user, MAX(item) AS item')],
    ['no window', over(TUMBLE, 'user, SUM(amount) AS total')],
    ['rows as they come', 'SELECT user, amount FROM orders'],
  ])('is a list of rows with %s', async (_, query) => {
    await expect(shown(query, TIMED)).rejects.toThrow('a table that only grows');
  });
});
