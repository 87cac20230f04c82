import { describe, expect, test } from 'vitest';
import {
  RichMapFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  type DataStream,
} from 'tidemark';
import { element, on, testJob, watermark } from 'tidemark/testing';

/** A record with the number of each subtask that it has been through. */
type Way = readonly [n: number, ...subtasks: number[]];

class Note extends RichMapFunction<Way, Way> {
  map(way: Way): Way {
    return [...way, this.getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()];
  }
}

const numbers = (count: number): Way[] => Array.from({ length: count }, (_, n) => [n]);

/** Where eight records go from `before` subtasks, to which they come in turn, to `after` of them. */
async function subtasksOf(
  spread: (stream: DataStream<Way>) => DataStream<Way>,
  before: number,
  after: number,
): Promise<string[]> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const first = env
    .fromData(...numbers(8))
    .map(() => new Note())
    .setParallelism(before);
  const ways = await spread(first)
    .map(() => new Note())
    .setParallelism(after)
    .executeAndCollect();
  return ways.sort(([a], [b]) => a - b).map(([, from, to]) => `${from}>${to}`);
}

describe.each<readonly [string, number, number, string]>([
  ['rebalance', 2, 3, '0>0 1>0 0>1 1>1 0>2 1>2 0>0 1>0'],
  ['rebalance', 2, 2, '0>0 1>0 0>1 1>1 0>0 1>0 0>1 1>1'],
  ['rescale', 2, 4, '0>0 1>2 0>1 1>3 0>0 1>2 0>1 1>3'],
  ['rescale', 4, 2, '0>0 1>0 2>1 3>1 0>0 1>0 2>1 3>1'],
  ['rescale', 3, 2, '0>0 1>1 2>1 0>0 1>1 2>1 0>0 1>1'],
  ['global', 2, 3, '0>0 1>0 0>0 1>0 0>0 1>0 0>0 1>0'],
  ['forward', 2, 2, '0>0 1>1 0>0 1>1 0>0 1>1 0>0 1>1'],
  ['broadcast', 1, 2, '0>0 0>1 0>0 0>1 0>0 0>1 0>0 0>1 0>0 0>1 0>0 0>1 0>0 0>1 0>0 0>1'],
  ['broadcast', 2, 1, '0>0 1>0 0>0 1>0 0>0 1>0 0>0 1>0'],
])('%s', (method, before, after, expected) => {
  test(`from ${before} subtasks to ${after}`, async () => {
    const spread = (stream: DataStream<Way>) =>
      stream[method as 'rebalance' | 'rescale' | 'global' | 'forward' | 'broadcast']();
    expect((await subtasksOf(spread, before, after)).join(' ')).toBe(expected);
  });
});

test('shuffle uses all subtasks, in every run the same', async () => {
  const ways = () => subtasksOf((stream) => stream.shuffle(), 1, 3);
  const first = await ways();
  expect(new Set(first)).toEqual(new Set(['0>0', '0>1', '0>2']));
  expect(await ways()).toEqual(first);
});

test('partitionCustom asks a function, by a field or by what a function returns', async () => {
  const modulo = (n: number, of: number) => n % of;
  const byField = await subtasksOf((s) => s.partitionCustom((n, of) => modulo(n + 1, of), 0), 2, 3);
  const byFunction = await subtasksOf((s) => s.partitionCustom(modulo, ([n]) => n + 1), 2, 3);
  expect(byField.join(' ')).toBe('0>1 1>2 0>0 1>1 0>2 1>0 0>1 1>2');
  expect(byFunction).toEqual(byField);
});

test('a watermark reaches all subtasks, whichever has got records', async () => {
  const { steps } = await testJob(
    [on('in', element<Way>([1], 5)), on('in', element<Way>([2], 15)), on('in', watermark(9))],
    ({ in: stream }) =>
      stream!
        .global()
        .map((way) => way)
        .keyBy(([n]) => n)
        .window(TumblingEventTimeWindows.of(10))
        .process((n) => [n]),
    { inputs: ['in'], parallelism: 3 },
  );
  expect(steps.map(({ records }) => records.map(({ value }) => value))).toEqual([[], [], [1]]);
});

test.each(['rebalance', 'shuffle', 'rescale'] as const)(
  '%s goes on after a snapshot where it was',
  async (method) => {
    const run = (snapshotEveryStep: boolean) =>
      testJob(
        numbers(7).map((way) => element(way)),
        (stream) => stream[method]().map(() => new Note()),
        { parallelism: 3, snapshotEveryStep },
      );
    expect((await run(true)).records).toEqual((await run(false)).records);
  },
);

describe('misuse', () => {
  const env = () => StreamExecutionEnvironment.getExecutionEnvironment();

  test('forward to another number of subtasks', async () => {
    const streams = subtasksOf((stream) => stream.forward(), 2, 3);
    await expect(streams).rejects.toMatchObject({ code: 'bad-parallelism' });
  });

  test('a partition that is none', async () => {
    const stream = subtasksOf((s) => s.partitionCustom((_, of) => of, 0), 1, 2);
    await expect(stream).rejects.toMatchObject({ cause: { code: 'bad-partition' } });
  });

  test.each(['rebalance', 'rescale', 'shuffle', 'global', 'forward', 'broadcast'] as const)(
    '%s of a keyed stream',
    (method) => {
      const keyed = env()
        .fromData(...numbers(2))
        .keyBy(0);
      expect(() => keyed[method]()).toThrow(expect.objectContaining({ code: 'unsupported' }));
    },
  );

  test('a parallelism of its own, and no function', () => {
    const stream = env().fromData(...numbers(2));
    expect(() => stream.rebalance().setParallelism(2)).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    expect(() => stream.partitionCustom('key' as never, 0)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});
