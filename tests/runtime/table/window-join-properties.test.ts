import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, on } from 'tidemark/testing';
import { materialized, runJob } from '../../conformance/sql/changelog-job.ts';
import { holds } from '../property.ts';

const SCHEMA = "k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '60' SECOND";
const WINDOWS = {
  TUMBLE: { text: "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '4' SECOND)", size: 4, step: 4 },
  HOP: { text: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '4' SECOND)", size: 4, step: 2 },
  LONGER: {
    text: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
    size: 6,
    step: 2,
  },
} as const;
type WindowName = keyof typeof WINDOWS;

interface Arrival {
  readonly left: boolean;
  readonly k: string | null;
  readonly at: number;
}

const arrivals = fc.array(
  fc.record({ left: fc.boolean(), k: fc.constantFrom('a', 'b', null), at: fc.nat(12) }),
  { maxLength: 25, size: 'max' },
);

/** The windows that a row is in, as texts. */
function windowsOf({ at }: Arrival, name: WindowName): string[] {
  const { size, step } = WINDOWS[name];
  const found: string[] = [];
  for (let start = at - (at % step); start > at - size; start -= step) found.push(`${start}–${start + size}`);
  return found;
}

/** Two nested loops. */
function model(list: readonly Arrival[], left: WindowName, right: WindowName, type: string): string[] {
  const rows = list.map((arrival, id) => ({ id, arrival, windows: windowsOf(arrival, arrival.left ? left : right) })); // prettier-ignore
  const out: string[] = [];
  const paired = new Set<string>();
  for (const l of rows.filter(({ arrival }) => arrival.left))
    for (const r of rows.filter(({ arrival }) => !arrival.left))
      for (const window of l.windows) {
        if (l.arrival.k === null || l.arrival.k !== r.arrival.k || !r.windows.includes(window)) continue;
        paired.add(`${l.id} ${window}`).add(`${r.id} ${window}`);
        out.push(`${l.id}, ${r.id}`);
      }
  for (const { id, arrival, windows } of rows)
    for (const window of windows)
      if (type === 'FULL' && !paired.has(`${id} ${window}`))
        out.push(arrival.left ? `${id}, null` : `null, ${id}`);
  return out.sort();
}

test('window joins give what two nested loops give, also of windows of two lengths', () =>
  holds(
    fc.record({
      list: arrivals,
      left: fc.constantFrom(...(Object.keys(WINDOWS) as WindowName[])),
      right: fc.constantFrom(...(Object.keys(WINDOWS) as WindowName[])),
      type: fc.constantFrom('INNER', 'FULL'),
      snapshotEveryStep: fc.boolean(),
      parallelism: fc.constantFrom(1, 2),
    }),
    async ({ list, left, right, type, ...way }) => {
      const side = (name: WindowName, table: string) =>
        `(SELECT * FROM TABLE(${WINDOWS[name].text.replace('TABLE t', `TABLE ${table}`)}))`;
      const result = await runJob(
        {
          ...way,
          tables: { l: { schema: SCHEMA }, r: { schema: SCHEMA } },
          query: `SELECT l.id, r.id FROM ${side(left, 'l')} l ${type} JOIN ${side(right, 'r')} r
            ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end`,
          end: true,
        },
        list.map(({ left: isLeft, k, at }, id) => on(isLeft ? 'l' : 'r', element([k, id, at * 1_000]))),
      );
      expect(materialized(result)).toEqual(model(list, left, right, type));
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    40,
    1_000,
  ));
