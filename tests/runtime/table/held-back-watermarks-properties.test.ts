import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, on, watermark, type TestStep } from 'tidemark/testing';
import { runJob } from '../../conformance/sql/changelog-job.ts';
import { holds } from '../property.ts';

const SIDE = { schema: 'k STRING, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()' };
const seconds = (ms: number) => `INTERVAL '${(ms / 1000).toFixed(3)}' SECOND`;

type Side = 'l' | 'r';
interface Row {
  readonly side: Side;
  readonly key: string;
  readonly time: number;
}
/** How far the clock of a side goes on, and a row that is at most so much ahead of it; none is late. */
interface Step {
  readonly side: Side;
  readonly key: string | undefined;
  readonly forward: number;
  readonly ahead: number;
}

const steps = fc.array(
  fc.record({
    side: fc.constantFrom<Side>('l', 'r'),
    key: fc.constantFrom('a', 'b', undefined),
    forward: fc.constantFrom(0, 0, 1, 5, 30),
    ahead: fc.integer({ min: 1, max: 25 }),
  }),
  { maxLength: 50, size: 'max' },
);

/** The sides' watermarks go on apart from each other, as those of two sources do. */
function play(plan: readonly Step[]): {
  readonly rows: readonly Row[];
  readonly input: readonly TestStep<unknown>[];
} {
  const clocks: Record<Side, number> = { l: 0, r: 0 };
  const rows: Row[] = [];
  const input = plan.flatMap(({ side, key, forward, ahead }): TestStep<unknown>[] => {
    if (key === undefined) return [on(side, watermark((clocks[side] += forward)))];
    const time = clocks[side] + ahead;
    rows.push({ side, key, time });
    return [on(side, element([key, time], time))];
  });
  return { rows, input };
}

test('no row that an interval join lets out is late for the window behind it, whichever of its times that goes by', () =>
  holds(
    fc.record({
      plan: steps,
      before: fc.integer({ min: -5, max: 20 }),
      after: fc.integer({ min: -5, max: 20 }),
      time: fc.constantFrom<Side>('l', 'r'),
      outer: fc.constantFrom('JOIN', 'LEFT JOIN'),
      size: fc.integer({ min: 1, max: 20 }),
      snapshotEveryStep: fc.boolean(),
    }),
    async ({ plan, before, after, time, outer, size, snapshotEveryStep }) => {
      fc.pre(-before <= after);
      // A row of the left that found no other has no time of the right.
      const side = outer === 'JOIN' ? time : 'l';
      const { rows, input } = play(plan);
      const near = `l.rt BETWEEN r.rt - ${seconds(before)} AND r.rt + ${seconds(after)}`;
      const result = await runJob(
        {
          tables: { l: SIDE, r: SIDE },
          views: { j: `SELECT l.k AS k, ${side}.rt AS t FROM l ${outer} r ON l.k = r.k AND ${near}` },
          query: `SELECT k, window_end AS e, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE j, DESCRIPTOR(t), ${seconds(size)}))
            GROUP BY k, window_start, window_end`,
          end: true,
          snapshotEveryStep,
        },
        input,
      );
      const counts = new Map<string, number>();
      const count = (key: string, at: number) => {
        const window = `${key} ${(Math.floor(at / size) + 1) * size}`;
        counts.set(window, (counts.get(window) ?? 0) + 1);
      };
      for (const l of rows.filter((row) => row.side === 'l')) {
        const fitting = rows.filter(
          (r) => r.side === 'r' && r.key === l.key && l.time >= r.time - before && l.time <= r.time + after,
        );
        for (const r of fitting) count(l.key, side === 'l' ? l.time : r.time);
        if (outer === 'LEFT JOIN' && fitting.length === 0) count(l.key, l.time);
      }
      const got = result.records.map(({ value: { row } }) => {
        const { k, e, n } = row as Readonly<Record<'k', string> & Record<'e' | 'n', number>>;
        return `${k} ${e}: ${n}`;
      });
      expect(got.sort()).toEqual([...counts].map(([window, n]) => `${window}: ${n}`).sort());
      expect(result.lateRecords).toBe(0);
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    40,
    2_000,
  ));
