import { describe, expect, test } from 'vitest';
import {
  AggregatingStateDescriptor,
  EventTimeSessionWindows,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateTtlConfig,
  TumblingEventTimeWindows,
  Trigger,
  TriggerResult,
  ValueStateDescriptor,
  type DataStream,
  type OnMergeContext,
  type TimeWindow,
  type TriggerContext,
} from 'tidemark';
import { element, processingTime, testJob, watermark, type TestResult } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

const total = {
  createAccumulator: () => 0,
  add: (n: number, sum: number) => sum + n,
  getResult: (n: number) => n,
};
const LIST = new ListStateDescriptor<number>('list');
const MAP = new MapStateDescriptor<string, number>('map');
const SUM = new AggregatingStateDescriptor<number, number, number>('sum', {
  ...total,
  merge: (a, b) => a + b,
});
const MOST = new ReducingStateDescriptor<number>('most', Math.max);
const FIRST = new ValueStateDescriptor<number>('first');
const noLeaks = ({ leaks }: TestResult<unknown>) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 });

/** Fires at records only; windows that have it may merge. */
abstract class AtRecords extends Trigger<number, TimeWindow> {
  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE;
  }

  override canMerge(): boolean {
    return true;
  }
}

/** Fires when its window has seen 7 in all; it keeps what it has seen in every kind of state, and says so. */
class Sevens extends AtRecords {
  readonly #seen: string[];

  constructor(seen: string[] = []) {
    super();
    this.#seen = seen;
  }

  onElement(n: number, _time: number, _window: TimeWindow, context: TriggerContext): TriggerResult {
    context.getPartitionedState(LIST).add(n);
    context.getPartitionedState(MAP).put(String(n), n);
    context.getPartitionedState(SUM).add(n);
    context.getPartitionedState(MOST).add(n);
    const first = context.getPartitionedState(FIRST);
    if (first.value() === undefined) first.update(n);
    if ((context.getPartitionedState(SUM).get() ?? 0) < 7) return TriggerResult.CONTINUE;
    const list = [...context.getPartitionedState(LIST).get()].sort().join('+');
    this.#seen.push(`${list} most ${context.getPartitionedState(MOST).get()}`);
    return TriggerResult.FIRE_AND_PURGE;
  }

  override onMerge(_window: TimeWindow, context: OnMergeContext): void {
    context.mergePartitionedState(LIST);
    context.mergePartitionedState(SUM);
    context.mergePartitionedState(MOST);
  }

  clear(_window: TimeWindow, context: TriggerContext): void {
    for (const state of [LIST, SUM, MOST] as const)
      context.getPartitionedState(state as never as typeof LIST).clear();
    context.getPartitionedState(MAP).clear();
    context.getPartitionedState(FIRST).clear();
  }
}

const show = ({ value, timestamp }: { value: number; timestamp: number | undefined }) =>
  `${value}@${timestamp}`;

conforms<number, number>('a trigger of one’s own keeps every kind of state', {
  build: (input) =>
    input
      .keyBy(() => 'k')
      .window(TumblingEventTimeWindows.of(10))
      .trigger(new Sevens())
      .sum(0),
  show,
  options: { end: true },
  steps: [
    [element(1, 0)],
    [element(2, 15)],
    [element(5, 3)],
    [element(6, 11), '8@19'],
    [element(2, 4), '8@9'],
  ],
  check: noLeaks,
});

describe('when windows merge', () => {
  const seen: string[] = [];
  conforms<number, number>('lists are joined, and reductions and aggregates combined', {
    build: (input) =>
      input
        .keyBy(() => 'k')
        .window(EventTimeSessionWindows.withGap(10))
        .trigger(new Sevens(seen))
        .sum(0),
    show,
    options: { end: true },
    steps: [[element(1, 0)], [element(2, 20)], [element(4, 10), '7@29'], [watermark(100)]],
    check: (result) => {
      noLeaks(result);
      expect(seen.at(-1)).toBe('1+2+4 most 4');
    },
  });

  class Unmergeable extends Sevens {
    override onMerge(_window: TimeWindow, context: OnMergeContext): void {
      context.mergePartitionedState(new AggregatingStateDescriptor('sum', total));
    }
  }

  test('an aggregate that cannot be merged is refused', async () => {
    const run = testJob([element(1, 0), element(2, 20), element(4, 10)], (input: DataStream<number>) =>
      input
        .keyBy(() => 'k')
        .window(EventTimeSessionWindows.withGap(10))
        .trigger(new Unmergeable())
        .sum(0),
    );
    await expect(run).rejects.toMatchObject({ cause: { code: 'unsupported' } });
  });
});

/** Fires for the first record since its memory has run out, which it does 100 ms after the last. */
class AfterSilence extends AtRecords {
  readonly #state = new ReducingStateDescriptor<number>('count', (a, b) => a + b).enableTimeToLive(
    new StateTtlConfig(100),
  );

  onElement(_n: number, _time: number, _window: TimeWindow, context: TriggerContext): TriggerResult {
    const count = context.getPartitionedState(this.#state);
    const silent = count.get() === undefined;
    count.add(1);
    return silent ? TriggerResult.FIRE : TriggerResult.CONTINUE;
  }

  override onMerge(_window: TimeWindow, context: OnMergeContext): void {
    context.mergePartitionedState(this.#state);
  }

  clear(_window: TimeWindow, context: TriggerContext): void {
    context.getPartitionedState(this.#state).clear();
  }
}

conforms<number, number>('state of a trigger may expire, also that of windows that have merged', {
  build: (input) =>
    input
      .keyBy(() => 'k')
      .window(EventTimeSessionWindows.withGap(10))
      .trigger(new AfterSilence())
      .sum(0),
  show,
  options: { end: true },
  steps: [
    [processingTime(1)],
    [element(1, 0), '1@9'],
    [element(1, 15), '1@24'],
    [processingTime(60)],
    [element(1, 8)],
    [processingTime(159)],
    [element(1, 8)],
    [processingTime(259)],
    [element(1, 8), '5@24'],
  ],
  check: noLeaks,
});
