import { describe, expect, test } from 'vitest';
import { runQuery, shown, WAYS } from './window-data.ts';

const T = (table: string) => `TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(ts), INTERVAL '5' SECOND))`;
const AGGREGATED = (table: string) =>
  `(SELECT name, window_start, window_end, COUNT(DISTINCT \`string\`) AS uv FROM ${T(table)} GROUP BY name, window_start, window_end)`;
const JOIN = (on: string, type = '') => `SELECT L.name, R.name, L.window_start, L.window_end, L.uv, R.uv
  FROM ${AGGREGATED('T1')} L ${type} JOIN ${AGGREGATED('T2')} R ON L.window_start = R.window_start AND L.window_end = R.window_end AND ${on}`;
const BOTH = ['b, b, :5, :10, 2, 2', 'b, b, :15, :20, 1, 1', 'b, b, :30, :35, 1, 1'];

const CASES: readonly (readonly [title: string, query: string, expected: readonly string[]])[] = [
  ['a window join pairs rows of one window; NULL equals nothing', JOIN('L.name = R.name'), BOTH],
  [
    'unless it is not distinct',
    JOIN('L.name IS NOT DISTINCT FROM R.name'),
    [...BOTH, 'null, null, :30, :35, 0, 0'],
  ],
  [
    'a FULL OUTER window join pads both sides',
    JOIN('L.name = R.name', 'FULL OUTER'),
    [
      ...BOTH,
      'a, null, :0, :5, 2, null',
      'a, null, :5, :10, 1, null',
      'null, null, :30, :35, 0, null',
      'null, a1, null, null, null, 2',
      'null, a1, null, null, null, 1',
      'null, null, null, null, null, 0',
    ],
  ],
  [
    'a semi join of windows',
    `SELECT name, window_start FROM ${T('T1')} L WHERE EXISTS
       (SELECT 1 FROM ${T('T2')} R WHERE R.window_start = L.window_start AND R.window_end = L.window_end AND R.name = L.name)`,
    ['b, :15', 'b, :30', 'b, :5', 'b, :5'],
  ],
  [
    'a Top-N of windows',
    `SELECT name, window_start, n, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, name) AS place
       FROM (SELECT name, window_start, window_end, COUNT(*) AS n FROM ${T('T1')} GROUP BY name, window_start, window_end)) WHERE place <= 1`,
    ['a, :0, 4, 1', 'b, :15, 1, 1', 'b, :5, 2, 1', 'null, :30, 1, 1'],
  ],
  [
    'a Top-N right behind a window function',
    `SELECT window_start, name, \`int\` FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY \`int\` DESC) AS place
       FROM ${T('T1')}) WHERE place <= 2`,
    [':0, a, 2', ':0, a, 5', ':15, b, 4', ':30, b, 1', ':30, null, 7', ':5, b, 3', ':5, b, 6'],
  ],
  [
    'the first row of each window by time',
    `SELECT window_start, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY ts) AS place
       FROM ${T('T1')}) WHERE place = 1`,
    [':0, :1', ':15, :16', ':30, :32', ':5, :6'],
  ],
];

describe.each(WAYS)('queries of windows, %s', (_way, way) => {
  test.each(CASES)('%s', async (_title, query, expected) => {
    const result = await runQuery(query, way);
    const rows = shown(result);
    expect(rows).toEqual(expected.map((text) => `+I[${text}]`).sort());
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });
});
