import { describe, expect, test } from 'vitest';
import { element } from 'tidemark/testing';
import { at, ROWS, runQuery, shown, WAYS, type QueryRun, type WindowRow } from './window-data.ts';

const AGGREGATES = 'COUNT(*), SUM(bigdec), MAX(`double`), MIN(`float`), COUNT(DISTINCT `string`)';
const grouped = (window: string, aggregates = AGGREGATES) =>
  `SELECT name, window_start, window_end, ${aggregates} FROM TABLE(${window}) GROUP BY name, window_start, window_end`;
const every = (window: string) =>
  `SELECT ts, name, window_start, window_end, window_time FROM TABLE(${window})`;

const TUMBLE = "TUMBLE(TABLE T1, DESCRIPTOR(ts), INTERVAL '5' SECOND)";
const HOP = "HOP(TABLE T1, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)";
const CUMULATE = "CUMULATE(TABLE T1, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)";
const SESSION = "SESSION(TABLE T1 PARTITION BY name, DESCRIPTOR(ts), INTERVAL '5' SECOND)";

const TUMBLED = [
  'a, :0, :5, 4, 11.10, 5, 1, 2',
  'a, :5, :10, 1, 3.33, null, 3, 1',
  'b, :5, :10, 2, 6.66, 6, 3, 2',
  'b, :15, :20, 1, 4.44, 4, 4, 1',
  'b, :30, :35, 1, 3.33, 3, 3, 1',
  'null, :30, :35, 1, 7.77, 7, 7, 0',
];
const IN_A_DAY = (start: string, end: string) => [
  `a, ${start}, ${end}, 6, 19.98, 5, 1, 3`,
  `b, ${start}, ${end}, 4, 14.43, 6, 3, 3`,
  `null, ${start}, ${end}, 1, 7.77, 7, 7, 0`,
];

const CASES: readonly (readonly [title: string, query: string, expected: readonly string[], options?: QueryRun])[] = [
  ['TUMBLE drops what comes after its window has passed', grouped(TUMBLE), TUMBLED],
  [
    'a window function is one without TABLE(…) around it, and with named arguments',
    grouped(TUMBLE).replace(
      `TABLE(${TUMBLE})`,
      "TUMBLE(DATA => TABLE T1, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '5' SECOND)",
    ),
    TUMBLED,
  ],
  [
    'the older TUMBLE in GROUP BY is the same',
    `SELECT name, TUMBLE_START(ts, INTERVAL '5' SECOND), TUMBLE_END(ts, INTERVAL '5' SECOND), ${AGGREGATES}
     FROM T1 GROUP BY name, TUMBLE(ts, INTERVAL '5' SECOND)`,
    TUMBLED,
  ],
  [
    'HOP counts a late row in the windows that have not passed',
    grouped(HOP),
    [
      'a, :-5, :5, 4, 11.10, 5, 1, 2',
      'a, :0, :10, 6, 19.98, 5, 1, 3',
      'a, :5, :15, 1, 3.33, null, 3, 1',
      'b, :0, :10, 2, 6.66, 6, 3, 2',
      'b, :5, :15, 2, 6.66, 6, 3, 2',
      'b, :10, :20, 1, 4.44, 4, 4, 1',
      'b, :15, :25, 1, 4.44, 4, 4, 1',
      'b, :25, :35, 1, 3.33, 3, 3, 1',
      'b, :30, :40, 1, 3.33, 3, 3, 1',
      'null, :25, :35, 1, 7.77, 7, 7, 0',
      'null, :30, :40, 1, 7.77, 7, 7, 0',
    ],
  ],
  [
    'CUMULATE shows a group in each step up to the end of its window',
    grouped(CUMULATE, 'COUNT(*), SUM(`int`), COUNT(DISTINCT `string`)'),
    [
      'a, :0, :5, 4, 10, 2',
      'a, :0, :10, 6, 18, 3',
      'a, :0, :15, 6, 18, 3',
      'b, :0, :10, 2, 9, 2',
      'b, :0, :15, 2, 9, 2',
      'b, :15, :20, 1, 4, 1',
      'b, :15, :25, 1, 4, 1',
      'b, :15, :30, 1, 4, 1',
      'b, :30, :35, 1, 1, 1',
      'b, :30, :40, 1, 1, 1',
      'b, :30, :45, 1, 1, 1',
      'null, :30, :35, 1, 7, 0',
      'null, :30, :40, 1, 7, 0',
      'null, :30, :45, 1, 7, 0',
    ],
  ],
  [
    'SESSION by name',
    grouped(SESSION),
    [
      'a, :1, :13, 6, 19.98, 5, 1, 3',
      'b, :6, :12, 2, 6.66, 6, 3, 2',
      'b, :16, :21, 1, 4.44, 4, 4, 1',
      'b, :34, :39, 1, 3.33, 3, 3, 1',
      'null, :32, :37, 1, 7.77, 7, 7, 0',
    ],
  ],
  [
    'the older SESSION in GROUP BY has sessions of each group',
    "SELECT name, COUNT(*) FROM T1 GROUP BY name, SESSION(ts, INTERVAL '3' SECOND)",
    ['a, 4', 'a, 1', 'b, 2', 'b, 1', 'b, 1', 'null, 1'],
  ],
  [
    'windows of a day begin at the offset',
    grouped("TUMBLE(TABLE T1, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '8' HOUR)"),
    IN_A_DAY(':-57600', ':28800'),
  ],
  [
    'and before it where it is negative',
    grouped("TUMBLE(TABLE T1, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '-8' HOUR)"),
    IN_A_DAY(':-28800', ':57600'),
  ],
  [
    'CUMULATE of half days',
    grouped("CUMULATE(TABLE T1, DESCRIPTOR(ts), INTERVAL '12' HOUR, INTERVAL '1' DAY, INTERVAL '-8' HOUR)"),
    [...IN_A_DAY(':-28800', ':14400'), ...IN_A_DAY(':-28800', ':57600')],
  ],
  [
    'days of TIMESTAMP_LTZ are those of the local time zone, window_time is the instant',
    `SELECT name, window_start, window_end, window_time, COUNT(*)
     FROM TABLE(TUMBLE(TABLE T1, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY name, window_start, window_end, window_time`,
    ['a, :0, :86400, :57599.999, 6', 'b, :0, :86400, :57599.999, 4', 'null, :0, :86400, :57599.999, 1'],
    { type: 'TIMESTAMP_LTZ(3)', settings: { 'table.local-time-zone': 'Asia/Shanghai' } },
  ],
  [
    'without groups there is one row a window',
    `SELECT window_start, COUNT(*) FROM TABLE(${TUMBLE}) GROUP BY window_start, window_end`,
    [':0, 4', ':5, 3', ':15, 1', ':30, 2'],
  ],
  [
    'GROUPING SETS in windows',
    `SELECT window_start, name, COUNT(*) FROM TABLE(${TUMBLE}) GROUP BY window_start, window_end, GROUPING SETS ((name), ())`,
    [
      ':0, a, 4', ':0, null, 4', ':5, a, 1', ':5, b, 2', ':5, null, 3', ':15, b, 1', ':15, null, 1', ':30, b, 1', ':30, null, 1', ':30, null, 2',
    ],
  ],
  [
    'windows of windows: the second takes window_time',
    `SELECT window_start, window_end, SUM(n) FROM TABLE(TUMBLE(TABLE per5, DESCRIPTOR(rowtime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`,
    [':0, :10, 7', ':10, :20, 1', ':30, :40, 2'],
  ],
  [
    'HAVING on windows',
    `${grouped(TUMBLE, 'COUNT(*)')} HAVING COUNT(*) > 1`,
    ['a, :0, :5, 4', 'b, :5, :10, 2'],
  ],
  ['every row has its window, the late one too', every(TUMBLE), rowsIn((second) => [[Math.floor(second / 5) * 5, 5]])],
  [
    'windows with an offset',
    every("TUMBLE(TABLE T1, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '1' SECOND)"),
    rowsIn((second) => [[Math.floor((second - 1) / 5) * 5 + 1, 5]]),
  ],
  [
    'HOP makes a row of each window',
    every(HOP),
    rowsIn((second) => [0, 5].map((back) => [Math.floor(second / 5) * 5 - back, 10])),
  ],
  [
    'CUMULATE too',
    every(CUMULATE),
    rowsIn((second) => {
      const start = Math.floor(second / 15) * 15;
      return [5, 10, 15].filter((size) => start + size > second).map((size) => [start, size]);
    }),
  ],
  [
    'sessions without a partition are those of all rows',
    every("SESSION(TABLE T1, DESCRIPTOR(ts), INTERVAL '5' SECOND)"),
    rowsIn((second) => [second < 13 ? [1, 12] : second < 21 ? [16, 5] : [32, 7]]),
  ],
  [
    'sessions of a partition',
    every(SESSION),
    rowsIn((second, name) =>
      name === 'a' ? [[1, 12]] : name === null ? [[32, 5]] : [second < 12 ? [6, 6] : second < 21 ? [16, 5] : [34, 5]],
    ),
  ],
]; // prettier-ignore

/** Each row of T1 with the windows that a function gives for its second. */
function rowsIn(windows: (second: number, name: string | null) => readonly (readonly number[])[]): string[] {
  return ROWS.flatMap(({ ts, name }) => {
    const second = (ts - at(0)) / 1000;
    return windows(second, name).map(
      ([start, size]) => `:${second}, ${name}, :${start}, :${start! + size!}, :${start! + size! - 1 / 1000}`,
    );
  });
}

describe.each(WAYS)('windows, %s', (_way, way) => {
  const cases = CASES.map(([title, query, expected, options]) => ({ title, query, expected, options }));
  test.each(cases)('$title', async ({ query, expected, options }) => {
    const views = query.includes('per5')
      ? {
          views: {
            per5: `SELECT window_time AS rowtime, COUNT(*) AS n FROM TABLE(${TUMBLE}) GROUP BY window_start, window_end, window_time`,
          },
        }
      : {};
    const result = await runQuery(query, { ...options, ...views, ...way });
    expect(shown(result)).toEqual(expected.map((row) => `+I[${row}]`).sort());
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  });
});

const after = (second: number, int: number, string: string, name: string) =>
  element<WindowRow>({ ts: at(second), int, double: null, float: null, bigdec: null, string, name });

test('windows that are open at a savepoint are shown once, after it', async () => {
  const steps = [
    ...ROWS.map((row) => element(row)),
    { kind: 'snapshot' as const },
    after(40, 10, 'Comment#4', 'a'),
    after(42, 11, 'Comment#5', 'd'),
    after(43, 12, 'Comment#6', 'c'),
    after(44, 13, 'Comment#7', 'd'),
  ];
  const result = await runQuery(grouped(TUMBLE, 'COUNT(*), SUM(`int`), COUNT(DISTINCT `string`)'), { steps });
  expect(shown(result)).toEqual(
    [
      'a, :0, :5, 4, 10, 2', 'a, :5, :10, 1, 3, 1', 'b, :5, :10, 2, 9, 2', 'b, :15, :20, 1, 4, 1',
      'b, :30, :35, 1, 1, 1', 'null, :30, :35, 1, 7, 0', 'a, :40, :45, 1, 10, 1', 'c, :40, :45, 1, 12, 1', 'd, :40, :45, 2, 24, 2',
    ].map((row) => `+I[${row}]`).sort(),
  ); // prettier-ignore
  const before = result.steps.slice(0, ROWS.length + 1).flatMap(({ records }) => records);
  expect(before).toHaveLength(4);
});
