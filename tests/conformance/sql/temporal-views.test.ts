// Temporal joins of orders that change with versions of several kinds: a changelog, one by key, and the first or last row of a history.
import { describe, expect, test } from 'vitest';
import type { RowKind } from 'tidemark';
import { change, changes, row, runJob, upserted, WAYS } from './changelog-job.ts';

const minute = (day: number, minutes: number, seconds = 0) =>
  (day * 24 * 60 + minutes) * 60_000 + seconds * 1000;

const ORDERS = {
  schema: `id INT, currency STRING, no STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' DAY,
    PRIMARY KEY (id) NOT ENFORCED`,
  changelog: true,
};
const orders = (
  [
    ['+I', 1, 'Euro', 12, minute(0, 1)],
    ['+I', 2, 'US Dollar', 1, minute(0, 2)],
    ['+I', 3, 'RMB', 40, minute(0, 3)],
    ['+I', 4, 'Euro', 14, minute(1, 4)],
    ['-U', 2, 'US Dollar', 1, minute(1, 3)],
    ['+U', 2, 'US Dollar', 18, minute(1, 3)],
    ['+I', 5, 'RMB', 40, minute(1, 3)],
    ['+I', 6, 'RMB', 40, minute(1, 4)],
    ['-D', 6, 'RMB', 40, minute(1, 4)],
  ] as const
).map(([kind, id, currency, amount, ts]) => change('orders', kind, id, currency, 'no1', amount, ts));

const RATES = (delay: string) =>
  `currency STRING, no STRING, rate INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL ${delay}`;
const KEYED = (delay: string, key = 'currency') => ({
  schema: `${RATES(delay)}, PRIMARY KEY (${key}) NOT ENFORCED`,
  changelog: true,
});
type RateChange = readonly [kind: RowKind, currency: string, rate: number, ts: number];
const FIRST: readonly RateChange[] = [
  ['+I', 'Euro', 114, minute(0, 0, 1)],
  ['+I', 'US Dollar', 102, minute(0, 0, 2)],
  ['+I', 'Yen', 1, minute(0, 0, 3)],
  ['+I', 'RMB', 702, minute(0, 0, 4)],
];
const AT_CHANGE: readonly RateChange[] = [
  ...FIRST,
  ['-U', 'Euro', 114, minute(1, 1)],
  ['+U', 'Euro', 118, minute(1, 1)],
  ['-U', 'US Dollar', 102, minute(1, 2)],
  ['+U', 'US Dollar', 106, minute(1, 2)],
  ['-D', 'RMB', 702, minute(1, 2)],
];
/** A deletion with the time of the version that it deletes takes it away from its beginning. */
const BEFORE: readonly RateChange[] = [
  ...FIRST,
  ['-U', 'Euro', 114, minute(0, 0, 1)],
  ['+U', 'Euro', 118, minute(1, 1)],
  ['-U', 'US Dollar', 102, minute(0, 0, 2)],
  ['+U', 'US Dollar', 106, minute(1, 2)],
  ['-D', 'RMB', 702, minute(0, 0, 4)],
];
const rates = (list: readonly RateChange[]) =>
  list.map(([kind, currency, rate, ts]) =>
    change('rates', kind, currency, currency === 'US Dollar' && rate > 102 ? 'no2' : 'no1', rate, ts),
  );

const JOIN = (type: string, on = 'o.currency = r.currency', table = 'rates') =>
  `SELECT o.id, o.amount, r.rate FROM orders AS o ${type} JOIN ${table} FOR SYSTEM_TIME AS OF o.ts AS r ON ${on}`;
const ALL = ['1, 12, 114', '2, 18, 106', '3, 40, 702', '4, 14, 118'];

describe.each(WAYS)('orders that change, %s', (_way, way) => {
  const join = async (query: string, table = KEYED("'10' SECOND"), list: readonly RateChange[] = AT_CHANGE) =>
    upserted(
      await runJob({ tables: { orders: ORDERS, rates: table }, query, end: true, ...way }, [
        ...orders,
        ...rates(list),
      ]),
      1,
    );

  test('have the version of their time', async () => {
    expect(await join(JOIN(''))).toEqual(ALL);
    expect(await join(JOIN('LEFT'))).toEqual([...ALL, '5, 40, null']);
    expect(await join(`${JOIN('')} WHERE rate < 115`)).toEqual(ALL.slice(0, 2));
  });

  test('by a key of two columns, versions of each are versions of their own', async () => {
    const both = KEYED("'10' SECOND", 'currency, no');
    expect(await join(JOIN('', 'o.currency = r.currency AND o.no = r.no'), both)).toEqual([
      '1, 12, 114',
      '2, 18, 102',
      '3, 40, 702',
      '4, 14, 118',
    ]);
  });

  test('where a change has the time of what it ends', async () => {
    const late = KEYED("'2' DAY");
    const expected = [...ALL.filter((text) => !text.startsWith('3')), '3, 40, null', '5, 40, null'].sort();
    expect(await join(JOIN('LEFT'), late, BEFORE)).toEqual(expected);
    const upserts = { ...late, kinds: ['+I', '+U', '-D'] as const };
    const news = BEFORE.filter(([kind]) => kind !== '-U');
    expect(await join(JOIN('LEFT'), upserts, news)).toEqual(expected);
    const more = 'o.currency = r.currency AND o.id < 5 AND r.rate > 102';
    expect(await join(JOIN('', more), late, BEFORE)).toEqual(ALL.filter((text) => !text.startsWith('3')));
  });

  test.each([
    ['', '', ['1, 12, 114', '2, 18, 102', '3, 40, 702', '4, 14, 114', '5, 40, 702']],
    ['DESC', '', [...ALL, '5, 40, 702']],
    ['DESC', "AND SUBSTR(o.currency, 1, 2) = 'US'", ['1, 12, null', '2, 18, 106', '3, 40, null', '4, 14, null', '5, 40, null']],
  ])('with the first or last row of a history (ORDER BY ts %s) %s', async (order, more, expected) => {
    const history = { schema: RATES("'0.001' SECOND") };
    const views = {
      versions: `SELECT currency, no, rate, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY ts ${order}) AS n FROM rates) WHERE n = 1`,
    };
    const query = JOIN('LEFT', `o.currency = r.currency ${more}`, 'versions');
    const added = [...FIRST, ['+I', 'Euro', 118, minute(1, 1)], ['+I', 'US Dollar', 102, minute(1, 2)], ['+I', 'US Dollar', 106, minute(1, 2)]] as const;
    const steps = [...orders, ...added.map(([, currency, rate, ts]) => row('rates', currency, 'no1', rate, ts))];
    const job = { tables: { orders: ORDERS, rates: history }, query, views, end: true, ...way };
    expect(upserted(await runJob(job, steps), 1)).toEqual(expected);
  }); // prettier-ignore
});

test('rows that are due go out in the order in which they came, whatever their times', async () => {
  const tables = { orders: ORDERS, rates: KEYED("'10' SECOND") };
  const list = [change('orders', '+I', 7, 'Euro', 'no1', 14, minute(0, 4)), orders[0]!, ...rates(AT_CHANGE)];
  const result = await runJob({ tables, query: JOIN(''), end: true }, list);
  expect(changes(result)).toEqual(['+I[7, 14, 114]', '+I[1, 12, 114]']);
});
