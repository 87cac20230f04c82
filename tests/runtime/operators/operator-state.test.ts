import { describe, expect, test } from 'vitest';
import {
  CoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  ProcessFunction,
  ValueStateDescriptor,
  type CheckpointedFunction,
  type Collector,
  type Context,
  type DataStream,
  type FunctionInitializationContext,
  type ListState,
  type MapState,
  type ValueState,
} from '../../../runtime/src/index.ts';
import { element, on, snapshot, testJob, watermark } from '../../../runtime/src/testing/index.ts';

const BUFFER = new ListStateDescriptor<number>('buffer');

/** Hands records over in threes; what is not full yet is operator state. */
class Threes extends ProcessFunction<number, number[]> implements CheckpointedFunction {
  readonly #calls: string[];
  #buffer: number[] = [];
  #saved!: ListState<number>;

  constructor(calls: string[] = []) {
    super();
    this.#calls = calls;
  }

  initializeState(context: FunctionInitializationContext): void {
    this.#calls.push(`initialize ${context.isRestored() ? 'restored' : 'new'}`);
    this.#saved = context.getOperatorStateStore().getListState(BUFFER);
    this.#buffer = [...this.#saved.get()];
  }

  override open(): void {
    this.#calls.push('open');
  }

  snapshotState(): void {
    this.#calls.push('snapshot');
    this.#saved.update(this.#buffer);
  }

  processElement(value: number): number[][] {
    this.#buffer.push(value);
    return this.#buffer.length < 3 ? [] : [this.#buffer.splice(0)];
  }
}

const numbers = [1, 2, 3, 4, 5, 6, 7].map((n) => element(n));

describe('operator state of a process function', () => {
  test.each([false, true])('is there again after a restore (snapshots: %s)', async (snapshotEveryStep) => {
    const { records } = await testJob(numbers, (input) => input.process(() => new Threes()), {
      snapshotEveryStep,
    });
    expect(records.map(({ value }) => value)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test('is initialized before the function opens, and saved by the function itself', async () => {
    const calls: string[] = [];
    await testJob([element(1), snapshot(), element(2)], (input: Parameters<typeof threes>[0]) =>
      threes(input, calls),
    );
    expect(calls).toEqual(['initialize new', 'open', 'snapshot', 'initialize restored', 'open']);
  });
});

const threes = (input: DataStream<number>, calls: string[]) => input.process(() => new Threes(calls));

/** Counts all records in a union list and by their parity in a broadcast map, and those of its key in keyed state. */
class Counts extends KeyedProcessFunction<number, number, string> implements CheckpointedFunction {
  #union!: ListState<number>;
  #parities!: MapState<string, number>;
  #keyed!: ValueState<number>;

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore();
    this.#union = store.getUnionListState(new ListStateDescriptor<number>('union'));
    this.#parities = store.getBroadcastState(new MapStateDescriptor<string, number>('parities'));
    this.#keyed = context.getKeyedStateStore().getState(new ValueStateDescriptor('keyed', 0));
  }

  snapshotState(): void {}

  processElement(value: number, _context: Context, out: Collector<string>): void {
    this.#union.add(value);
    const parity = value % 2 === 0 ? 'even' : 'odd';
    this.#parities.put(parity, (this.#parities.get(parity) ?? 0) + 1);
    this.#keyed.update(this.#keyed.value() + 1);
    out.collect(
      `${this.#union.get().length} ${parity} ${this.#parities.get(parity)} key ${this.#keyed.value()}`,
    );
  }
}

test.each([false, true])(
  'beside keyed state: union lists and broadcast maps (snapshots: %s)',
  async (snapshotEveryStep) => {
    const { records } = await testJob(
      numbers.slice(0, 4),
      (input) => input.keyBy((n) => (n > 2 ? 1 : 0)).process(() => new Counts()),
      { snapshotEveryStep },
    );
    expect(records.map(({ value }) => value)).toEqual([
      '1 odd 1 key 1',
      '2 even 1 key 2',
      '3 odd 2 key 1',
      '4 even 2 key 2',
    ]);
  },
);

test('with several subtasks each restores its own list and the union of all', async () => {
  const seen: { own: number[]; union: number[] }[] = [];
  class Lists extends ProcessFunction<number, number> implements CheckpointedFunction {
    #own!: ListState<number>;
    #union!: ListState<number>;
    initializeState(context: FunctionInitializationContext): void {
      const store = context.getOperatorStateStore();
      this.#own = store.getListState(new ListStateDescriptor<number>('own'));
      this.#union = store.getUnionListState(new ListStateDescriptor<number>('union'));
      if (context.isRestored()) seen.push({ own: [...this.#own.get()], union: [...this.#union.get()] });
    }
    snapshotState(): void {}
    processElement(value: number): number[] {
      this.#own.add(value);
      this.#union.add(value);
      return [value];
    }
  }
  await testJob([...numbers, snapshot()], (input) => input.process(() => new Lists()).setParallelism(2));
  const all = [1, 2, 3, 4, 5, 6, 7];
  expect(seen).toHaveLength(2);
  expect(seen.flatMap(({ own }) => own).sort()).toEqual(all);
  for (const { union } of seen) expect([...union].sort()).toEqual(all);
});

test.each([false, true])('functions of two inputs have it too (snapshots: %s)', async (snapshotEveryStep) => {
  class Both extends CoProcessFunction<number, string, string> implements CheckpointedFunction {
    #seen!: ListState<string>;
    initializeState(context: FunctionInitializationContext): void {
      this.#seen = context.getOperatorStateStore().getListState(new ListStateDescriptor<string>('seen'));
    }
    snapshotState(): void {}
    processElement1(value: number): string[] {
      this.#seen.add(`${value}`);
      return [this.#seen.get().join('')];
    }
    processElement2(value: string): string[] {
      this.#seen.add(value);
      return [this.#seen.get().join('')];
    }
  }
  const steps = [on('in', element(1)), on('in', element(2)), on('in', element(3)), on('in', watermark(1))];
  const { records } = await testJob(
    steps,
    ({ in: input }) => input!.connect(input!.map((n) => `${n}`)).process(() => new Both()),
    { inputs: ['in'], snapshotEveryStep },
  );
  expect(records.map(({ value }) => value)).toEqual(['1', '11', '112', '1122', '11223', '112233']);
});

test('keyed state is refused where there is no key', async () => {
  class Wrong extends ProcessFunction<number, number> implements CheckpointedFunction {
    initializeState(context: FunctionInitializationContext): void {
      context.getKeyedStateStore();
    }
    snapshotState(): void {}
    processElement(): void {}
  }
  await expect(testJob(numbers, (input) => input.process(() => new Wrong()))).rejects.toMatchObject({
    cause: { code: 'unsupported' },
  });
});
