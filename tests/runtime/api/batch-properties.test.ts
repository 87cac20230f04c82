import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EventTimeSessionWindows,
  KeyedProcessFunction,
  ListStateDescriptor,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  withWindow,
  type KeyedContext,
  type ListState,
  type OnTimerContext,
  type RuntimeMode,
  type TimeWindow,
  type WindowAssigner,
} from '../../../runtime/src/index.ts';
import { holds } from '../property.ts';
import { sorted, stream, sum, type Event } from './event-streams.ts';

/** How often each of the five is tried in `npm test`: 500 runs together. */
const RUNS = 100;

/** The bound is as wide as the events lie apart: in streaming mode too, nothing is late. */
const BOUND = 100;

const assigners: Readonly<Record<string, () => WindowAssigner<Event, TimeWindow>>> = {
  tumbling: () => TumblingEventTimeWindows.of(10),
  sliding: () => SlidingEventTimeWindows.of(15, 5),
  sessions: () => EventTimeSessionWindows.withGap(4),
};
const arbitrary = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    time: fc.integer({ min: -50, max: 50 }),
    n: fc.integer({ min: -9, max: 9 }),
  }),
  { maxLength: 60 },
);

test.each(Object.keys(assigners))(
  'batch gives what streaming gives at the end of the input: %s windows',
  async (kind) => {
    await holds(
      arbitrary,
      async (events) => {
        const run = (mode: RuntimeMode) =>
          stream(mode, events, BOUND)
            .keyBy('key')
            .window(assigners[kind]!())
            .aggregate(withWindow(sum))
            .executeAndCollect();
        const [streaming, batch, automatic] = [
          await run('streaming'),
          await run('batch'),
          await run('automatic'),
        ];
        expect(sorted(batch)).toEqual(sorted(streaming));
        expect(automatic).toEqual(batch);
      },
      RUNS,
    );
  },
);

test('batch gives what streaming gives: windows that keep lists, and functions that wait for event time', async () => {
  class Latest extends KeyedProcessFunction<string, Event, string> {
    #seen!: ListState<number>;
    override open() {
      this.#seen = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('seen'));
    }
    processElement({ time, n }: Event, context: KeyedContext<string>) {
      this.#seen.add(n);
      context.timerService().registerEventTimeTimer(time - (time % 10) + 1_000);
    }
    override *onTimer(time: number, context: OnTimerContext<string>) {
      yield `${context.getCurrentKey()} at ${time}: ${[...this.#seen.get()].sort().join()}`;
    }
  }
  await holds(
    arbitrary,
    async (events) => {
      const run = async (mode: RuntimeMode) => {
        const keyed = stream(mode, events, BOUND).keyBy('key');
        const lists = keyed.window(SlidingEventTimeWindows.of(15, 5)).process((key, { window }, all) => [
          `${key} ${window.start}: ${all
            .map(({ n }) => n)
            .sort()
            .join()}`,
        ]);
        return sorted(await lists.union(keyed.process(() => new Latest())).executeAndCollect());
      };
      expect(await run('batch')).toEqual(await run('streaming'));
    },
    RUNS,
  );
});

test('batch gives the last of the running sums, of which streaming shows every step', async () => {
  await holds(
    arbitrary,
    async (events) => {
      const run = (mode: RuntimeMode) =>
        stream(mode, events, BOUND).keyBy('key').sum('n').executeAndCollect();
      const last = new Map((await run('streaming')).map((result) => [result.key, result.n]));
      const batch = await run('batch');
      expect(batch).toHaveLength(last.size);
      expect(new Map(batch.map((result) => [result.key, result.n]))).toEqual(last);
    },
    RUNS,
  );
});
