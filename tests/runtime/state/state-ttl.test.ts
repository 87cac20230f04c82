import { describe, expect, test } from 'vitest';
import {
  AggregatingStateDescriptor,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  ProcessWindowFunction,
  ReducingStateDescriptor,
  StateTtlConfig,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  type Collector,
  type KeyedContext,
  type ListState,
  type MapState,
  type StateTtlOptions,
  type TimeWindow,
  type ValueState,
  type WindowContext,
} from '../../../runtime/src/index.ts';
import {
  element,
  processingTime,
  snapshot,
  testJob,
  watermark,
  type TestStep,
} from '../../../runtime/src/testing/index.ts';

/** A step of a script: what is done to the state of a key. */
interface Access {
  readonly key?: string;
  readonly write?: string;
  readonly read?: boolean;
}

type Kind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating';
const KINDS: readonly Kind[] = ['value', 'list', 'map', 'reducing', 'aggregating'];

/** Writes to one state of the given kind, and emits what it reads: text, `null` for nothing. */
class Accesses extends KeyedProcessFunction<string, Access, string | null> {
  readonly #kind: Kind;
  readonly #ttl: StateTtlConfig;
  #write!: (value: string) => void;
  #read!: () => string | null;

  constructor(kind: Kind, ttl: StateTtlConfig) {
    super();
    this.#kind = kind;
    this.#ttl = ttl;
  }

  override open(): void {
    const context = this.getRuntimeContext();
    const ttl = this.#ttl;
    switch (this.#kind) {
      case 'value': {
        const state = context.getState(new ValueStateDescriptor<string>('s').enableTimeToLive(ttl));
        this.#write = (value) => state.update(value);
        this.#read = () => state.value() ?? null;
        break;
      }
      case 'list': {
        const state = context.getListState(new ListStateDescriptor<string>('s').enableTimeToLive(ttl));
        this.#write = (value) => state.update([value]);
        this.#read = () => state.get().join('') || null;
        break;
      }
      case 'map': {
        const state = context.getMapState(new MapStateDescriptor<string, string>('s').enableTimeToLive(ttl));
        this.#write = (value) => state.put('only', value);
        this.#read = () => state.get('only') ?? null;
        break;
      }
      case 'reducing': {
        const descriptor = new ReducingStateDescriptor<string>('s', (_old, value) => value);
        const state = context.getReducingState(descriptor.enableTimeToLive(ttl));
        this.#write = (value) => state.add(value);
        this.#read = () => state.get() ?? null;
        break;
      }
      case 'aggregating': {
        const descriptor = new AggregatingStateDescriptor<string, { last: string }, string>('s', {
          createAccumulator: () => ({ last: '' }),
          add: (value) => ({ last: value }),
          getResult: ({ last }) => last,
        });
        const state = context.getAggregatingState(descriptor.enableTimeToLive(ttl));
        this.#write = (value) => state.add(value);
        this.#read = () => state.get() ?? null;
      }
    }
  }

  processElement(
    { write, read }: Access,
    _context: KeyedContext<string>,
    out: Collector<string | null>,
  ): void {
    if (write !== undefined) this.#write(write);
    if (read) out.collect(this.#read());
  }
}

const at = (time: number, access: Access): TestStep<Access>[] => [processingTime(time), element(access)];
const write = (time: number, value: string): TestStep<Access>[] => at(time, { write: value });
const read = (time: number): TestStep<Access>[] => at(time, { read: true });

const run = (kind: Kind, ttl: StateTtlConfig, script: TestStep<Access>[][], snapshotEveryStep: boolean) =>
  testJob(
    script.flat(),
    (input) => input.keyBy(({ key }) => key ?? 'k').process(() => new Accesses(kind, ttl)),
    { snapshotEveryStep, end: true },
  );

interface Case {
  readonly title: string;
  readonly options: StateTtlOptions;
  readonly ttl?: number;
  readonly script: TestStep<Access>[][];
  readonly expected: readonly (string | null)[];
}

const CASES: readonly Case[] = [
  {
    title: 'written state lives on from its last write, and is gone then',
    options: { updateType: 'on-create-and-write', visibility: 'never-return-expired' },
    script: [write(0, 'a'), read(20), write(50, 'b'), read(120), write(170, 'c'), read(220), read(300)],
    expected: ['a', 'b', 'c', null],
  },
  {
    title: 'expired state that is still there is returned once',
    options: { updateType: 'on-create-and-write', visibility: 'return-expired-if-not-cleaned-up' },
    script: [write(0, 'a'), read(120), read(120)],
    expected: ['a', null],
  },
  {
    title: 'reading begins the time anew',
    options: { updateType: 'on-read-and-write', visibility: 'never-return-expired' },
    script: [write(0, 'a'), read(50), read(120), read(250)],
    expected: ['a', 'a', null],
  },
  {
    title: 'reading begins the time anew, and expired state is returned once',
    options: { updateType: 'on-read-and-write', visibility: 'return-expired-if-not-cleaned-up' },
    script: [write(0, 'a'), read(50), read(170), read(170)],
    expected: ['a', 'a', null],
  },
  {
    title: 'it expires at the very end of its time',
    options: {},
    script: [write(0, 'a'), read(99), read(100)],
    expected: ['a', null],
  },
  {
    title: 'an endless time does not overflow',
    options: {},
    ttl: Number.MAX_SAFE_INTEGER,
    script: [write(10, 'a'), read(50)],
    expected: ['a'],
  },
];

describe.each(KINDS)('%s state with a time to live of 100 ms', (kind) => {
  describe.each([false, true])('with a snapshot after every step: %s', (snapshotEveryStep) => {
    test.each(CASES)('$title', async ({ options, ttl = 100, script, expected }) => {
      const { records } = await run(kind, new StateTtlConfig(ttl, options), script, snapshotEveryStep);
      expect(records.map(({ value }) => value)).toEqual(expected);
    });

    test('what has expired is physically gone when it was read', async () => {
      const { leaks } = await run(
        kind,
        new StateTtlConfig(100),
        [write(0, 'a'), read(100)],
        snapshotEveryStep,
      );
      expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
    });

    test('what nobody touches again is swept away', async () => {
      const script = [write(0, 'a'), at(30, { key: 'other', write: 'b' }), [processingTime(199)]];
      const { leaks } = await run(kind, new StateTtlConfig(100), script, snapshotEveryStep);
      expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
    });

    test('keys expire independently', async () => {
      const script = [
        at(0, { key: 'a', write: 'a' }),
        at(60, { key: 'b', write: 'b' }),
        at(110, { key: 'a', read: true }),
        at(110, { key: 'b', read: true }),
        at(160, { key: 'b', read: true }),
      ];
      const { records } = await run(kind, new StateTtlConfig(100), script, snapshotEveryStep);
      expect(records.map(({ value }) => value)).toEqual([null, 'b', null]);
    });
  });
});

type Operation = (list: { list: ListState<number>; map: MapState<string, number> }) => unknown;

class Elements extends KeyedProcessFunction<string, Operation, unknown> {
  readonly #ttl: StateTtlConfig;
  #states!: Parameters<Operation>[0];

  constructor(ttl: StateTtlConfig) {
    super();
    this.#ttl = ttl;
  }

  override open(): void {
    const context = this.getRuntimeContext();
    this.#states = {
      list: context.getListState(new ListStateDescriptor<number>('list').enableTimeToLive(this.#ttl)),
      map: context.getMapState(new MapStateDescriptor<string, number>('map').enableTimeToLive(this.#ttl)),
    };
  }

  processElement(operation: Operation, _context: KeyedContext<string>, out: Collector<unknown>): void {
    const result = operation(this.#states);
    if (result !== undefined) out.collect(result);
  }
}

describe('elements of lists and entries of maps expire one by one', () => {
  const at = (time: number, operation: Operation): TestStep<Operation>[] => [
    processingTime(time),
    element(operation),
    snapshot(),
  ];
  const run = async (ttl: StateTtlConfig, ...steps: TestStep<Operation>[][]) => {
    const result = await testJob(steps.flat(), (input) =>
      input.keyBy(() => 'k').process(() => new Elements(ttl)),
    );
    return result.records.map(({ value }) => value);
  };

  test('a list', async () => {
    expect(
      await run(
        new StateTtlConfig(100),
        at(0, ({ list }) => list.add(1)),
        at(50, ({ list }) => list.addAll([2, 3])),
        at(99, ({ list }) => [...list.get()]),
        at(100, ({ list }) => [...list.get()]),
        at(120, ({ list }) => list.add(4)),
        at(150, ({ list }) => [...list.get()]),
        at(160, ({ list }) => list.update([5])),
        at(259, ({ list }) => [...list.get()]),
        at(260, ({ list }) => [...list.get()]),
      ),
    ).toEqual([[1, 2, 3], [2, 3], [4], [5], []]);
  });

  test('a map', async () => {
    expect(
      await run(
        new StateTtlConfig(100),
        at(0, ({ map }) => map.put('a', 1)),
        at(50, ({ map }) =>
          map.putAll([
            ['b', 2],
            ['c', 3],
          ]),
        ),
        at(100, ({ map }) => [map.contains('a'), map.contains('b'), [...map.keys()], [...map.values()]]),
        at(110, ({ map }) => map.remove('b')),
        at(120, ({ map }) => [[...map.entries()], map.isEmpty()]),
        at(150, ({ map }) => [[...map.entries()], map.isEmpty()]),
      ),
    ).toEqual([
      [false, true, ['b', 'c'], [2, 3]],
      [[['c', 3]], false],
      [[], true],
    ]);
  });

  test('reading one entry of a map does not refresh the others', async () => {
    expect(
      await run(
        new StateTtlConfig(100, { updateType: 'on-read-and-write' }),
        at(0, ({ map }) =>
          map.putAll([
            ['a', 1],
            ['b', 2],
          ]),
        ),
        at(60, ({ map }) => map.get('a')),
        at(110, ({ map }) => [...map.keys()]),
      ),
    ).toEqual([1, ['a']]);
  });
});

test('a default stands in for a value that has expired', async () => {
  class Counts extends KeyedProcessFunction<string, number, number> {
    #count!: ValueState<number>;
    override open(): void {
      const descriptor = new ValueStateDescriptor('count', 10).enableTimeToLive(new StateTtlConfig('1 s'));
      this.#count = this.getRuntimeContext().getState(descriptor);
    }
    processElement(value: number, _context: KeyedContext<string>, out: Collector<number>): void {
      this.#count.update(this.#count.value() + value);
      out.collect(this.#count.value());
    }
  }
  const steps = [element(1), element(1), processingTime(1000), element(1)];
  const { records } = await testJob(steps, (input) => input.keyBy(() => 'k').process(() => new Counts()));
  expect(records.map(({ value }) => value)).toEqual([11, 12, 11]);
});

test.each([false, true])(
  'state over all windows of a key expires too, touched again or not (snapshots: %s)',
  async (snapshotEveryStep) => {
    const seen = new ValueStateDescriptor('seen', 0).enableTimeToLive(new StateTtlConfig(100));
    class Firings extends ProcessWindowFunction<number, number, string, TimeWindow> {
      override process(
        _key: string,
        context: WindowContext<TimeWindow>,
        _elements: readonly number[],
        out: Collector<number>,
      ): void {
        const state = context.globalState().getState(seen);
        state.update(state.value() + 1);
        out.collect(state.value());
      }
    }
    const fire = (start: number) => [element(1, start), watermark(start + 9)];
    const steps = [...fire(0), ...fire(10), processingTime(100), ...fire(20), processingTime(300)];
    const { records, leaks } = await testJob(
      steps,
      (input) =>
        input
          .keyBy(() => 'k')
          .window(TumblingEventTimeWindows.of(10))
          .process(() => new Firings()),
      { snapshotEveryStep, end: true },
    );
    expect(records.map(({ value }) => value)).toEqual([1, 2, 1]);
    expect(leaks).toEqual({ timers: 0, stateEntries: 0 });
  },
);

test('many keys are swept in portions, and their memory is given back', async () => {
  const keys = 20_000;
  const steps: TestStep<Access>[] = [];
  for (let i = 0; i < keys; i++) steps.push(element({ key: `key ${i}`, write: 'x' }));
  const ttl = new StateTtlConfig(100);
  const build = (time: number) => run('value', ttl, [steps, [processingTime(time)]], false);
  expect((await build(99)).leaks?.stateEntries).toBe(keys);
  expect((await build(100)).leaks?.stateEntries).toBe(keys - 4096);
  expect((await build(104)).leaks?.stateEntries).toBe(0);
});

describe('misuse', () => {
  test('a time to live that is no time, or options that are none', () => {
    const refused = expect.objectContaining({ code: 'bad-argument' });
    expect(() => new StateTtlConfig(0)).toThrow(refused);
    expect(() => new StateTtlConfig('-1 s')).toThrow(refused);
    expect(() => new StateTtlConfig('1 s', { updateType: 'never' as never })).toThrow(refused);
    expect(() => new StateTtlConfig('1 s', { visibility: 'always' as never })).toThrow(refused);
  });
});
