import { describe, expect, test } from 'vitest';
import {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  ValueStateDescriptor,
  type BroadcastContext,
  type BroadcastOnTimerContext,
  type BroadcastState,
  type Collector,
  type KeyedBroadcastContext,
  type KeyedReadOnlyContext,
  type ListState,
  type ReadOnlyContext,
} from 'tidemark';
import { element, on, snapshot, type TestRecord } from 'tidemark/testing';
import { conformsOnTwo, runTwoInputs, watermarkOnBoth } from './two-inputs.ts';

const show = ({ value, timestamp }: TestRecord<string>) => `${value}@${timestamp}`;
const RULES = new MapStateDescriptor<string, number>('rules');

/** Says what it is called with, and registers one timer for all keyed records. */
class Tell extends KeyedBroadcastProcessFunction<string, string, number, string> {
  processElement(value: string, context: KeyedReadOnlyContext<string>, out: Collector<string>) {
    context.timerService().registerEventTimeTimer(41);
    context.output(new OutputTag<string>('side'), `NON-BR:${value}`);
    out.collect(`NON-BR:${value} WM:${context.currentWatermark()} TS:${context.timestamp()}`);
  }

  processBroadcastElement(value: number, context: KeyedBroadcastContext<string>, out: Collector<string>) {
    context.output(new OutputTag<string>('side'), `BR:${value}`);
    out.collect(`BR:${value} WM:${context.currentWatermark()} TS:${context.timestamp()}`);
  }

  override onTimer(timestamp: number, _context: BroadcastOnTimerContext<string>, out: Collector<string>) {
    out.collect(`TIMER:${timestamp}`);
  }
}

conformsOnTwo<string, number, string>('both sides see time; a timer of a key fires once', {
  subtasks: 1,
  build: ({ left, right }) =>
    left
      .keyBy((value) => value)
      .connect(right.broadcast(RULES))
      .process(() => new Tell()),
  show,
  options: { end: true },
  steps: [
    ...watermarkOnBoth(10),
    [on('right', element(5, 12)), 'BR:5 WM:10 TS:12@12'],
    ...watermarkOnBoth(40),
    [on('left', element('6', 13)), 'NON-BR:6 WM:40 TS:13@13'],
    [on('left', element('6', 15)), 'NON-BR:6 WM:40 TS:15@15'],
    ...watermarkOnBoth(50, 'TIMER:41@41'),
  ],
  check: (result) => {
    expect(result.sideOutput('side')).toEqual([
      { value: 'BR:5', timestamp: 12 },
      { value: 'NON-BR:6', timestamp: 13 },
      { value: 'NON-BR:6', timestamp: 15 },
    ]);
    expect(result.steps[8]!.watermark).toBe(50);
    expect(result.leaks).toEqual({ timers: 0, stateEntries: 0 });
  },
});

const SEEN = new ListStateDescriptor<string>('seen');

class Remember extends KeyedBroadcastProcessFunction<string, string, string, string> {
  #seen!: ListState<string>;

  override open() {
    this.#seen = this.getRuntimeContext().getListState(SEEN);
  }

  processElement(value: string) {
    this.#seen.add(value);
  }

  processBroadcastElement(value: string, context: KeyedBroadcastContext<string>, out: Collector<string>) {
    context.applyToKeyedState(SEEN, (key, seen) => {
      out.collect(`${key}×${seen.get().length}`);
      if (value === 'forget') seen.clear();
    });
  }
}

conformsOnTwo<string, string, string>('a broadcast record reaches the state of all keys', {
  build: ({ left, right }) =>
    left
      .keyBy((value) => value)
      .connect(right.broadcast(RULES))
      .process(() => new Remember()),
  show,
  options: { end: true },
  steps: [
    ...['test1', 'test1', 'test2', 'test2', 'test2', 'test2', 'test3', 'test3', 'test3'].map(
      (value, at) => [on('left', element(value, at))] as const,
    ),
    [snapshot()],
    [on('right', element('look', 20)), 'test1×2@20', 'test2×4@20', 'test3×3@20'],
    [on('right', element('forget', 21)), 'test1×2@21', 'test2×4@21', 'test3×3@21'],
    [on('right', element('look', 22))],
    [on('left', element('test4', 23))],
    [on('right', element('look', 24)), 'test4×1@24'],
    [on('right', element('forget', 25)), 'test4×1@25'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

const rule = (name: string, limit: number) => [name, limit] as const;

class Judge extends BroadcastProcessFunction<readonly [string, number], readonly [string, number], string> {
  processElement([name, n]: readonly [string, number], context: ReadOnlyContext) {
    const limit = context.getBroadcastState(RULES).get(name);
    return limit !== undefined && n > limit ? [`${name} ${n}>${limit}`] : [];
  }

  processBroadcastElement([name, limit]: readonly [string, number], context: BroadcastContext) {
    const rules = context.getBroadcastState(RULES);
    if (limit < 0) rules.remove(name);
    else rules.put(name, limit);
  }
}

conformsOnTwo<readonly [string, number], readonly [string, number], string>(
  'broadcast state is written by one side and read by the other',
  {
    build: ({ left, right }) => left.connect(right.broadcast(RULES)).process(() => new Judge()),
    show,
    options: { end: true },
    steps: [
      [on('left', element(rule('a', 9), 1))],
      [on('right', element(rule('a', 5), 2))],
      [on('left', element(rule('a', 9), 3)), 'a 9>5@3'],
      [on('left', element(rule('b', 9), 4))],
      [snapshot()],
      [on('left', element(rule('a', 6), 5)), 'a 6>5@5'],
      [on('right', element(rule('a', -1), 6))],
      [on('left', element(rule('a', 9), 7))],
    ],
  },
);

const NAMES = new MapStateDescriptor<string, string>('names');

class Both extends BroadcastProcessFunction<string, string, string> {
  *processElement(value: string, context: ReadOnlyContext) {
    for (const [name, limit] of context.getBroadcastState(RULES).immutableEntries())
      yield `${value} ${name}${limit}`;
    for (const name of context.getBroadcastState(NAMES).keys()) yield `${value} ${name}`;
  }

  processBroadcastElement(value: string, context: BroadcastContext) {
    context
      .getBroadcastState(RULES)
      .put(value, [...context.getBroadcastState(RULES).immutableEntries()].length);
    context.getBroadcastState(NAMES).put(value.toUpperCase(), value);
  }
}

conformsOnTwo<string, string, string>('a stream may be broadcast into several states', {
  build: ({ left, right }) => left.connect(right.broadcast(RULES, NAMES)).process(() => new Both()),
  show,
  options: { end: true },
  steps: [
    [on('right', element('x', 1))],
    [on('left', element('1', 2)), '1 x0@2', '1 X@2'],
    [on('right', element('y', 3))],
    [on('left', element('2', 4)), '2 x0@4', '2 y1@4', '2 X@4', '2 Y@4'],
  ],
});

describe('is refused with its reason:', () => {
  type Misuse = (context: KeyedReadOnlyContext<string> & KeyedBroadcastContext<string>) => void;
  const run = (input: 'left' | 'right', misuse: Misuse, ownState?: boolean) => {
    const SUM = new ValueStateDescriptor('sum', 0);
    class Misused extends KeyedBroadcastProcessFunction<string, string, string, string> {
      processElement(_value: string, context: KeyedReadOnlyContext<string>) {
        misuse(context as KeyedReadOnlyContext<string> & KeyedBroadcastContext<string>);
      }
      processBroadcastElement(_value: string, context: KeyedBroadcastContext<string>) {
        if (ownState) this.getRuntimeContext().getState(SUM).update(1);
        misuse(context as KeyedReadOnlyContext<string> & KeyedBroadcastContext<string>);
      }
    }
    return runTwoInputs<string, string, string>([on(input, element('x', 1))], ({ left, right }) =>
      left
        .keyBy((value) => value)
        .connect(right.broadcast(RULES))
        .process(() => new Misused()),
    );
  };

  test.each([
    ['put', (state: BroadcastState<string, number>) => state.put('a', 1)],
    ['putAll', (state: BroadcastState<string, number>) => state.putAll([['a', 1]])],
    ['remove', (state: BroadcastState<string, number>) => state.remove('a')],
    ['clear', (state: BroadcastState<string, number>) => state.clear()],
  ])('%s of broadcast state on the keyed side', async (_method, write) => {
    const misuse: Misuse = (context) =>
      write(context.getBroadcastState(RULES) as BroadcastState<string, number>);
    await expect(run('left', misuse)).rejects.toMatchObject({
      cause: { code: 'state-read-only', details: { name: 'rules' } },
    });
  });

  test('a broadcast state that the stream was not made with', async () => {
    const misuse: Misuse = (context) =>
      context.getBroadcastState(new MapStateDescriptor<string, string>('ruels'));
    await expect(run('right', misuse)).rejects.toMatchObject({ cause: { code: 'unknown-state' } });
  });

  test('a timer on the broadcast side', async () => {
    const misuse: Misuse = (context) => context.timerService().registerEventTimeTimer(1);
    await expect(run('right', misuse)).rejects.toMatchObject({ cause: { code: 'no-current-key' } });
  });

  test('keyed state on the broadcast side', async () => {
    await expect(run('right', () => undefined, true)).rejects.toMatchObject({
      cause: { code: 'no-current-key' },
    });
  });
});

test('broadcast without descriptors leaves a stream as it is', async () => {
  const { records } = await runTwoInputs<number, number, number>([on('left', element(1))], ({ left }) =>
    left.broadcast(),
  );
  expect(records).toEqual([{ value: 1, timestamp: undefined }]);
});
