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

describe.each(WAYS)('functions that name no parameters, %j', (way) => {
  const run = <R>(build: (stream: DataStream<string>) => DataStream<R>) =>
    testJob(letters, build, way).then(({ records }) => records.map(({ value }) => value));

  test('are plain ones in a chain like others', async () => {
    const stars = await run((stream) =>
      stream
        .filter((letter) => letter === 'a')
        .map(() => '*')
        .filter(() => true)
        .flatMap(() => ['x', 'y']),
    );
    expect(stars).toEqual(['x', 'y', 'x', 'y', 'x', 'y']);
    expect(await run((stream) => stream.filter(() => false))).toEqual([]);
  });

  test('get the record all the same', async () => {
    const upper = (letter = '') => letter.toUpperCase();
    expect(await run((stream) => stream.map(upper))).toEqual(['A', 'B', 'A', 'A']);
    const isA = (...given: string[]) => given[0] === 'a';
    expect(await run((stream) => stream.filter(isA))).toEqual(['a', 'a', 'a']);
    const twice = (letter = '') => [letter, letter];
    expect(await run((stream) => stream.flatMap(twice))).toHaveLength(8);
  });

  test('make function objects, without keys too', async () => {
    class Marked extends RichMapFunction<string, string> {
      #mark = '';
      override open() {
        this.#mark = '!';
      }
      map(letter: string) {
        return letter + this.#mark;
      }
    }
    class IsLoudA extends RichFilterFunction<string> {
      filter(letter: string) {
        return letter === 'a!';
      }
    }
    const chain = (stream: DataStream<string>) =>
      stream
        .map(() => new Marked())
        .filter(() => new IsLoudA())
        .map((letter) => letter.length);
    expect(await run(chain)).toEqual([2, 2, 2]);
  });
});

test('a function that names no parameters fails with its operator and the record', async () => {
  const failing = testJob(letters, (stream) =>
    stream
      .map(() => 1)
      .filter((n) => n === 1)
      .map(() => {
        throw new Error('no');
      })
      .name('constant'),
  );
  await expect(failing).rejects.toMatchObject({ details: { operator: 'constant', record: '1' } });
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
