import { expect, test } from 'vitest';
import {
  generatorSource,
  OperatorError,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type Sink,
} from 'tidemark';

const COUNT = 5000;

function collecting<T>(into: T[]): Sink<T> {
  return { kind: 'collecting', createWriter: () => ({ write: (value) => void into.push(value) }) };
}

const squares = generatorSource((index) => ({ index, square: index * index }), { count: COUNT });

test('a chain that is alone makes each record where it processes it, and counts it', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const seen: number[] = [];
  env
    .fromSource(squares, WatermarkStrategy.noWatermarks(), 'squares')
    .filter(({ index }) => index % 2 === 0)
    .map(({ square }) => square)
    .sinkTo(collecting(seen));
  const job = await env.execute();
  await job.finished();
  expect(seen).toEqual(Array.from({ length: COUNT / 2 }, (_, i) => (2 * i) ** 2));
  expect(job.metrics().map(({ recordsIn }) => recordsIn)).toEqual([COUNT, COUNT, COUNT / 2, COUNT / 2]);
});

test('timestamps of the generator and of the strategy reach the sinks', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const timestamps: (number | undefined)[] = [];
  const source = generatorSource((index) => index, { count: 3, timestamp: (value) => value * 10 });
  const sink: Sink<number> = {
    kind: 'timestamps',
    createWriter: () => ({ write: (_value, { timestamp }) => void timestamps.push(timestamp) }),
  };
  const plain = WatermarkStrategy.forMonotonousTimestamps<number>();
  env.fromSource(source, plain, 'plain').sinkTo(sink);
  env
    .fromSource(
      source,
      plain.withTimestampAssigner((_value, given) => given! + 1),
      'later',
    )
    .sinkTo(sink);
  await (await env.execute()).finished();
  expect(timestamps.sort((a, b) => a! - b!)).toEqual([0, 1, 10, 11, 20, 21]);
});

test('two chains that read one source see the same objects', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const left: unknown[] = [];
  const right: unknown[] = [];
  const stream = env.fromSource(squares, WatermarkStrategy.noWatermarks(), 'squares');
  stream.filter(({ index }) => index < 10).sinkTo(collecting(left));
  stream.filter(({ index }) => index < 10).sinkTo(collecting(right));
  await (await env.execute()).finished();
  expect(left).toHaveLength(10);
  left.forEach((value, at) => expect(value).toBe(right[at]));
});

test.each([
  ['the record as it was made', (env: StreamExecutionEnvironment) => failing(env, 'filter'), '1234'],
  ['what an operator has made of it', (env: StreamExecutionEnvironment) => failing(env, 'map'), 'mapped'],
  ['the index, when making it failed', (env: StreamExecutionEnvironment) => failing(env, 'source'), '1234'],
])('a failure names %s', async (_what, build, record) => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  build(env);
  const failure = await (await env.execute()).finished().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(OperatorError);
  expect((failure as OperatorError).message).toContain(record);
});

function failing(env: StreamExecutionEnvironment, where: 'source' | 'filter' | 'map'): void {
  const at = (place: string, index: number): void => {
    if (place === where && index === 1234) throw new Error('it failed');
  };
  const source = generatorSource(
    (index) => {
      at('source', index);
      return { index };
    },
    { count: COUNT },
  );
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'source')
    .filter(({ index }) => {
      at('filter', index);
      return true;
    })
    .map(({ index }) => ({ mapped: index }))
    .map(({ mapped }) => {
      at('map', mapped);
      return mapped;
    })
    .sinkTo(collecting([]));
}
