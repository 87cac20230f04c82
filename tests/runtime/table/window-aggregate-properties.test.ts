import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, on, watermark, type TestStep } from 'tidemark/testing';
import { runJob } from '../../conformance/sql/changelog-job.ts';
import { holds } from '../property.ts';
import { fixedWindows, nameOf, sessions, type Input, type ModelResult } from '../windows/window-models.ts';

const TABLE = { schema: 'k STRING, v BIGINT, rt TIMESTAMP(3), WATERMARK FOR rt AS SOURCE_WATERMARK()' };
const inputs = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({
          key: fc.constantFrom('a', 'b', 'c'),
          value: fc.integer({ min: 1, max: 9 }),
          time: fc.integer({ min: -60, max: 200 }),
        })
        .map((event): Input => ({ event })),
    },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: 260 }).map((until): Input => ({ until })) },
  ),
  { maxLength: 60, size: 'max' },
);
const NO_LATENESS = { lateness: 0, purging: false };
const AFTER_ALL: Input = { until: 100_000 };
const seconds = (ms: number) => `INTERVAL '${(ms / 1000).toFixed(3)}' SECOND`;

interface Case {
  readonly window: string;
  readonly model: (input: readonly Input[]) => ModelResult;
}

/** Starts of the windows of that size, one every `step`, that hold a time. */
const startsOf = (size: number, step: number) => (time: number) => {
  const starts: number[] = [];
  for (let start = Math.floor(time / step) * step; start > time - size; start -= step) starts.push(start);
  return starts;
};

const windows: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom('TUMBLE', 'HOP', 'SESSION'),
    size: fc.integer({ min: 1, max: 40 }),
    times: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ kind, size, times }) => {
    if (kind === 'SESSION') {
      return {
        window: `SESSION(TABLE t PARTITION BY k, DESCRIPTOR(rt), ${seconds(size)})`,
        model: (input) => sessions(input, () => size, NO_LATENESS),
      };
    }
    const whole = kind === 'HOP' ? size * times : size;
    const sizes = kind === 'HOP' ? `${seconds(size)}, ${seconds(whole)}` : seconds(size);
    return {
      window: `${kind}(TABLE t, DESCRIPTOR(rt), ${sizes})`,
      model: (input) => fixedWindows(input, startsOf(whole, size), whole, NO_LATENESS),
    };
  });

test('aggregates of windows are those of naive models', () =>
  holds(
    fc.record({
      input: inputs,
      windows,
      snapshotEveryStep: fc.boolean(),
      parallelism: fc.constantFrom(1, 1, 3),
    }),
    async ({ input, windows: { window, model }, ...way }) => {
      const result = await runJob(
        {
          tables: { t: TABLE },
          query: `SELECT k, SUM(v) AS s, window_start AS b, window_end AS e FROM TABLE(${window}) GROUP BY k, window_start, window_end`,
          end: true,
          ...way,
        },
        input.map((step): TestStep<unknown> => {
          if ('until' in step) return on('t', watermark(step.until));
          const { key, value, time } = step.event;
          return on('t', element([key, value, time], time));
        }),
      );
      const got = result.records.map(({ value: { row } }) => {
        const { k, s, b, e } = row as Readonly<Record<'k', string> & Record<'s' | 'b' | 'e', number>>;
        return nameOf(k, Number(b), Number(e), Number(s));
      });
      expect(got.sort()).toEqual(model([...input, AFTER_ALL]).out);
      expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
    },
    100,
    2_000,
  ));
