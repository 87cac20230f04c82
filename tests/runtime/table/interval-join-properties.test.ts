import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, on, watermark, type TestStep } from 'tidemark/testing';
import { changes, runJob } from '../../conformance/sql/changelog-job.ts';
import { holds } from '../property.ts';

const SIDE = { schema: 'k STRING, id STRING, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()' };

interface Arrival {
  readonly left: boolean;
  readonly key: string | null;
  readonly time: number;
}
type Event = Arrival | { readonly left: boolean; readonly until: number };

const events = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        left: fc.boolean(),
        key: fc.constantFrom('a', 'b', null),
        time: fc.integer({ min: 0, max: 15 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ left: fc.boolean(), until: fc.integer({ min: 0, max: 15 }) }) },
  ),
  { maxLength: 40, size: 'max' },
);

/** Every pair of which the first row is kept when the second comes; and each row that finds none, where the join pads it. */
function model(history: readonly Event[], lower: number, upper: number, type: string): string[] {
  const highest = { l: -Infinity, r: -Infinity };
  const seen: (Arrival & { readonly id: string; paired: boolean })[] = [];
  const out: string[] = [];
  history.forEach((event, at) => {
    const table = event.left ? 'l' : 'r';
    if ('until' in event) {
      highest[table] = Math.max(highest[table], event.until);
      return;
    }
    const row = { ...event, id: `${table}${at}`, paired: false };
    const now = Math.min(highest.l, highest.r);
    for (const other of seen) {
      const apart = event.left ? other.time - event.time : event.time - other.time;
      const kept = Math.max(0, other.left ? upper : -lower);
      if (other.left === event.left || event.key === null || other.key !== event.key) continue;
      if (apart < lower || apart > upper || other.time + kept <= now) continue;
      row.paired = true;
      other.paired = true;
      out.push(event.left ? `${row.id}, ${other.id}` : `${other.id}, ${row.id}`);
    }
    seen.push(row);
  });
  for (const { left, id, paired } of seen) {
    if (paired || !(type === 'FULL' || type === (left ? 'LEFT' : 'RIGHT'))) continue;
    out.push(left ? `${id}, null` : `null, ${id}`);
  }
  return out.sort();
}

test('interval joins of tables give what two nested loops give', () => {
  const bound = fc.integer({ min: -5, max: 5 });
  const job = fc.record({
    history: events,
    bounds: fc.tuple(bound, bound).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    type: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
    snapshotEveryStep: fc.boolean(),
    parallelism: fc.constantFrom(1, 2),
  });
  return holds(
    job,
    async ({ history, bounds: [lower, upper], type, ...way }) => {
      const ms = (n: number) => `INTERVAL '${(Math.abs(n) / 1000).toFixed(3)}' SECOND`;
      const off = (n: number) => `l.rt ${n < 0 ? '-' : '+'} ${ms(n)}`;
      const result = await runJob(
        {
          tables: { l: SIDE, r: SIDE },
          query:
            `SELECT l.id, r.id FROM l ${type} JOIN r ON l.k = r.k ` +
            `AND r.rt BETWEEN ${off(lower)} AND ${off(upper)}`,
          end: true,
          ...way,
        },
        history.map((event, at): TestStep<unknown> => {
          const table = event.left ? 'l' : 'r';
          if ('until' in event) return on(table, watermark(event.until));
          return on(table, element([event.key, `${table}${at}`, event.time], event.time));
        }),
      );
      const got = changes(result).map((text) => text.slice(3, -1));
      expect(got.sort()).toEqual(model(history, lower, upper, type));
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    100,
    2_000,
  );
});
