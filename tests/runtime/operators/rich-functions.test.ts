import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  ListStateDescriptor,
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type CheckpointedFunction,
  type Collector,
  type DataStream,
  type FunctionInitializationContext,
  type ListState,
  type ValueState,
} from 'tidemark';
import { element, snapshot, testJob } from 'tidemark/testing';

const WAYS = [
  {},
  { snapshotEveryStep: true },
  { parallelism: 3 },
  { parallelism: 3, snapshotEveryStep: true },
];
const letters = ['a', 'b', 'a', 'a'].map((letter) => element(letter));

class Numbered extends RichMapFunction<string, string> {
  #seen!: ValueState<number>;
  override open() {
    this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', 0));
  }
  map(letter: string) {
    this.#seen.update(this.#seen.value() + 1);
    return `${letter}${this.#seen.value()}`;
  }
}

class Firsts extends RichFilterFunction<string> {
  #seen!: ValueState<boolean>;
  override open() {
    this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', false));
  }
  filter() {
    const first = !this.#seen.value();
    this.#seen.update(true);
    return first;
  }
}

class Twice extends RichFlatMapFunction<string, string> {
  flatMap(letter: string, out: Collector<string>) {
    out.collect(letter);
    return [letter.toUpperCase()];
  }
}

type Build = (input: DataStream<string>) => DataStream<string>;
const CASES: readonly (readonly [string, Build, readonly string[]])[] = [
  ['map', (input) => input.keyBy((letter) => letter).map(() => new Numbered()), ['a1', 'b1', 'a2', 'a3']],
  ['filter', (input) => input.keyBy((letter) => letter).filter(() => new Firsts()), ['a', 'b']],
  ['flatMap', (input) => input.flatMap(() => new Twice()), ['a', 'A', 'b', 'B', 'a', 'A', 'a', 'A']],
  ['a function without parameters', (input) => input.map(() => 'x').filter(() => true), ['x', 'x', 'x', 'x']],
  [
    'one that yields',
    (input) =>
      input.flatMap(function* () {
        yield 'y';
      }),
    ['y', 'y', 'y', 'y'],
  ],
];

describe.each(CASES)('%s', (_name, build, expected) => {
  test.each(WAYS)('%j', async (options) => {
    const { records } = await testJob(letters, build, options);
    expect(records.map(({ value }) => value)).toEqual(expected);
  });
});

test('an instance serves one job, is opened before its first record and closed after the last', async () => {
  const calls: string[] = [];
  class Life extends RichMapFunction<string, string> {
    override open() {
      calls.push('open');
    }
    map(letter: string) {
      calls.push(letter);
      return letter;
    }
    override close() {
      calls.push('close');
    }
  }
  await testJob(letters.slice(0, 2), (input: DataStream<string>) => input.map(new Life()));
  expect(calls).toEqual(['open', 'a', 'b', 'close']);
});

/** Numbers records by operator state; `calls` hears of its life. */
class Counted extends RichMapFunction<string, string> implements CheckpointedFunction {
  readonly #calls: string[];
  #n = 0;
  #saved!: ListState<number>;

  constructor(calls: string[]) {
    super();
    this.#calls = calls;
  }

  initializeState(context: FunctionInitializationContext) {
    this.#calls.push(context.isRestored() ? 'restored' : 'new');
    this.#saved = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('n'));
    this.#n = this.#saved.get()[0] ?? 0;
  }

  override open() {
    this.#calls.push('open');
  }

  map(letter: string) {
    return `${letter}${++this.#n}`;
  }

  snapshotState() {
    this.#saved.update([this.#n]);
  }
}

test('operator state of a function object lives through snapshots, also one before its first record', async () => {
  const calls: string[] = [];
  const { records } = await testJob(
    [element('a'), snapshot(), snapshot(), element('b')],
    (input: DataStream<string>) => input.map(() => new Counted(calls)),
  );
  expect(records.map(({ value }) => value)).toEqual(['a1', 'b2']);
  expect(calls).toEqual(['new', 'open', 'restored', 'open']);
});

test('state without a key is refused', async () => {
  const run = testJob(letters, (input: DataStream<string>) => input.map(() => new Numbered()));
  await expect(run).rejects.toMatchObject({ cause: { code: 'unsupported' } });
});

test('results have the type of the function object', () => {
  const stream = StreamExecutionEnvironment.getExecutionEnvironment().fromData('a');
  expectTypeOf(stream.map(new Numbered())).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(stream.map(() => new Numbered())).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(stream.flatMap(() => new Twice())).toEqualTypeOf<DataStream<string>>();
  expectTypeOf(stream.filter(() => new Firsts())).toEqualTypeOf<DataStream<string>>();
  const numbers = StreamExecutionEnvironment.getExecutionEnvironment().fromData(1);
  // @ts-expect-error a function object for other records
  numbers.map(new Numbered());
});
