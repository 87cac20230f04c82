/** Rows and checksum by number of events; where none are given, loop and engine must agree. */
export const EXPECTED: Readonly<
  Record<string, Readonly<Record<number, readonly [rows: number, sum: number]>>>
> = {
  q1: { 2_000_000: [2_000_000, -1478885063], 10_000_000: [10_000_000, 1270749529] },
  q2: { 2_000_000: [17_055, 123202357], 10_000_000: [85_744, -1370919951] },
  q12: { 2_000_000: [29_754, 358195496], 10_000_000: [109_754, -543647841] },
  q5: { 2_000_000: [149_754, 1413640833], 10_000_000: [549_754, 818595466] },
  anom: { 2_000_000: [95_854, 1102460240], 10_000_000: [488_562, -1845090326] },
  q7: { 10_000_000: [984, 1696729704] },
  q8: { 2_000_000: [185_470, -933704563], 10_000_000: [970_601, 837880331] },
  constant: {},
  session: {},
  interval: {},
  timers: {},
  pattern: {},
  'q12-string': {},
  'q12-pair': {},
  'q12-1m': {},
  'anom-string': {},
  'anom-pair': {},
  'anom-1m': {},
};
