// With more than 250,000 keys an operator has the state of several records fetched before it takes the first of them.
import { beforeEach, expect, test } from 'vitest';
import {
  generatorSource,
  KeyedProcessFunction,
  OperatorError,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type KeyedContext,
  type Sink,
  type ValueState,
} from 'tidemark';

const KEYS = 260_000;
const COUNT = KEYS * 2 + 1000;

interface Visit {
  readonly key: number;
  readonly index: number;
}

/** Every key comes once, then once more, then the first ones a third time. */
const visits = generatorSource((index): Visit => ({ key: (index % KEYS) * 7, index }), {
  count: COUNT,
  timestamp: ({ index }) => index,
});

let environment: StreamExecutionEnvironment;
beforeEach(() => {
  environment = StreamExecutionEnvironment.getExecutionEnvironment();
});

function read() {
  return environment.fromSource(visits, WatermarkStrategy.forMonotonousTimestamps<Visit>(), 'visits');
}

function collecting<T>(into: T[]): Sink<T> {
  return { kind: 'collecting', createWriter: () => ({ write: (value) => void into.push(value) }) };
}

/** How often the key has come, for those that have come before. Even visits of a third time take the state away. */
class Again extends KeyedProcessFunction<number, Visit, string> {
  #count!: ValueState<{ n: number } | undefined>;

  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<{ n: number }>('count'));
  }

  processElement({ key, index }: Visit, context: KeyedContext<number>, out: Collector<string>) {
    if (context.getCurrentKey() !== key || context.timestamp() !== index) out.collect(`wrong at ${index}`);
    const count = this.#count.value();
    if (count === undefined) return this.#count.update({ n: 1 });
    count.n++;
    out.collect(`${key}: ${count.n}`);
    if (count.n === 3 && index % 2 === 0) this.#count.clear();
  }
}

const again = Array.from({ length: COUNT - KEYS }, (_, i) => `${(i % KEYS) * 7}: ${i < KEYS ? 2 : 3}`);

test('every record meets the state that those before it have left, in their order', async () => {
  const found: string[] = [];
  read()
    .keyBy('key')
    .process(() => new Again())
    .sinkTo(collecting(found));
  const job = await environment.execute();
  await job.finished();
  expect(found).toEqual(again);
  expect(job.metrics().map(({ recordsIn }) => recordsIn)).toEqual([COUNT, COUNT, again.length]);
});

test('so it is where several chains read what the source has made, behind a filter', async () => {
  const found: string[] = [];
  const others: number[] = [];
  const stream = read();
  stream
    .filter(({ index }) => index % 3 !== 0 || index >= KEYS)
    .keyBy(({ key }) => key)
    .process(() => new Again())
    .sinkTo(collecting(found));
  stream
    .filter(({ index }) => index % 100_000 === 0)
    .map(({ index }) => index)
    .sinkTo(collecting(others));
  await (await environment.execute()).finished();
  // KEYS is not a multiple of 3: what was left out the first time comes the second time for the first.
  const seen = new Map<number, number>();
  const expected: string[] = [];
  for (let index = 0; index < COUNT; index++) {
    if (index % 3 === 0 && index < KEYS) continue;
    const key = (index % KEYS) * 7;
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    if (n > 1) expected.push(`${key}: ${n}`);
  }
  expect(found).toEqual(expected);
  expect(others).toEqual([0, 100_000, 200_000, 300_000, 400_000, 500_000]);
});

const FAILS_AT = KEYS + 12_345;

test.each(['filter', 'key selector', 'function'])(
  'a failure of the %s comes after the records before it',
  async (where) => {
    const seen: number[] = [];
    const failing = (place: string, index: number) => {
      if (place === where && index === FAILS_AT) throw new Error(`record ${index}`);
    };
    class Passes extends KeyedProcessFunction<number, Visit, number> {
      #state!: ValueState<number>;
      override open() {
        this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor('state', 0));
      }
      processElement({ index }: Visit) {
        failing('function', index);
        this.#state.update(index);
        return [index];
      }
    }
    read()
      .filter(({ index }) => {
        failing('filter', index);
        return true;
      })
      .keyBy(({ key, index }) => {
        failing('key selector', index);
        return key;
      })
      .process(() => new Passes())
      .sinkTo(collecting(seen));
    const failure = await (await environment.execute()).finished().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OperatorError);
    expect((failure as OperatorError).message).toContain(`index: ${FAILS_AT}`);
    expect((failure as OperatorError).message).toContain(where === 'filter' ? 'filter' : 'process');
    expect(seen.length).toBe(FAILS_AT);
  },
);
