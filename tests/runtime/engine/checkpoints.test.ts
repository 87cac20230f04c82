import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  generatorSource,
  KeyedProcessFunction,
  ListStateDescriptor,
  ProcessFunction,
  RestartStrategies,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type CheckpointedFunction,
  type CheckpointListener,
  type FunctionInitializationContext,
  type KeyedContext,
  type ListState,
  type Sink,
  type ValueState,
} from '../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';
import { TransactionalWorld } from './transactional-sink.ts';

let folder: ReturnType<typeof temporaryFolder>;
let world: TransactionalWorld;
let env: StreamExecutionEnvironment;

beforeEach(() => {
  folder = temporaryFolder();
  world = new TransactionalWorld();
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => folder.remove());

/** Its checkpoints come when they are asked for. */
const RARELY = '1 h';
/** Ms: long enough for a checkpoint on a slow machine, short enough to wait for one that never comes. */
const PATIENCE = 400;

class Counting extends KeyedProcessFunction<number, number, number> {
  #count!: ValueState<number>;
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', 0));
  }
  *processElement(value: number, _context: KeyedContext<number>) {
    this.#count.update(this.#count.value() + 1);
    yield value * 1_000 + this.#count.value();
  }
}

const keepIn = <T>(into: T[]): Sink<T> => ({
  kind: 'keep',
  createWriter: () => ({ write: (value) => void into.push(value) }),
});

test('a job that fails goes on from its last checkpoint: state and results are those of an undisturbed run', async () => {
  const source = new PushedSource();
  let failures = 2;
  env.enableCheckpointing(RARELY).setRestartStrategy(RestartStrategies.fixedDelay(5, 0));
  env
    .fromSource(source)
    .keyBy((n) => n % 2)
    .process(() => new Counting())
    .map((result) => {
      if (Math.floor(result / 1_000) === 5 && failures-- > 0) throw new Error('not yet');
      return result;
    })
    .sinkTo(world.sink());
  const job = await env.execute('counting');
  await source.push(1, 2, 3);
  const { id } = await job.triggerCheckpoint();
  expect(id).toBe(1);
  await source.push(4, 5);
  await until(() => job.attempt === 3 && job.status === 'running');
  await source.push(6);
  await job.triggerCheckpoint();
  await world.seen(6);
  expect(world.committed).toEqual([1_001, 2_001, 3_002, 4_002, 5_003, 6_003]);
  expect(job.checkpoints()).toMatchObject([{ id: 2 }]);
  await job.cancel();
});

test('without checkpoints a job starts from the beginning', async () => {
  const seen: number[] = [];
  let failures = 1;
  env.setRestartStrategy(RestartStrategies.fixedDelay(1, '1 ms'));
  env
    .fromData(1, 2)
    .map((n) => {
      if (n === 2 && failures-- > 0) throw new Error('not yet');
      return n;
    })
    .sinkTo(keepIn(seen));
  await (await env.execute()).finished();
  expect(seen).toEqual([1, 1, 2]);
});

test('a job that fails too often has failed, with its error', async () => {
  env.setRestartStrategy(RestartStrategies.fixedDelay(2, 0));
  let calls = 0;
  env
    .fromData(1)
    .map(() => {
      throw new Error(`failure ${(calls += 1)}`);
    })
    .sinkTo(keepIn([]));
  const job = await env.execute();
  await expect(job.finished()).rejects.toThrow('failure 3');
  expect([job.status, job.attempt]).toEqual(['failed', 3]);
});

test('a view of a job that is started again hears of no failure', async () => {
  let failures = 1;
  env.setRestartStrategy(RestartStrategies.fixedDelay(1, 0));
  const view = env
    .fromData(1, 2)
    .map((n) => {
      if (n === 2 && failures-- > 0) throw new Error('not yet');
      return n;
    })
    .show();
  const taken = view.take(3);
  const job = await env.execute();
  await job.finished();
  expect(await taken).toEqual([1, 1, 2]);
});

test('a job that waits to be started again can be canceled', async () => {
  env.setRestartStrategy(RestartStrategies.fixedDelay(1, '1 h'));
  env
    .fromData(1)
    .map(() => {
      throw new Error('no');
    })
    .sinkTo(keepIn([]));
  const job = await env.execute();
  await until(() => job.status === 'restarting');
  await job.cancel();
  expect(job.status).toBe('canceled');
  await expect(job.finished()).rejects.toMatchObject({ code: 'job-canceled' });
});

test('a source that has ended early holds up no checkpoint', async () => {
  const source = new PushedSource();
  env.enableCheckpointing(RARELY);
  env.fromData(-1).union(env.fromSource(source)).sinkTo(world.sink());
  const job = await env.execute();
  await source.push(1);
  await job.triggerCheckpoint();
  await world.seen(2);
  await source.push(2);
  await job.triggerCheckpoint();
  await world.seen(3);
  expect(world.committed).toEqual([-1, 1, 2]);
  await job.cancel();
});

test('a failure after the end of the input loses and repeats nothing', async () => {
  env.enableCheckpointing(RARELY).setRestartStrategy(RestartStrategies.fixedDelay(3, 0));
  let failures = 2;
  world.beforeFlush = () => (failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve());
  env.fromSequence(1, 5_000).sinkTo(world.sink());
  const job = await env.execute();
  await job.finished();
  expect(world.committed).toEqual(Array.from({ length: 5_000 }, (_, n) => n + 1));
  expect(job.attempt).toBe(3);
});

test('checkpoints are taken every so often, and their number is bounded', async () => {
  const source = new PushedSource();
  env.enableCheckpointing(10, { retained: 2 });
  env.fromSource(source).sinkTo(world.sink());
  const job = await env.execute();
  await source.push(1);
  await world.seen(1);
  await until(() => (job.checkpoints().at(-1)?.id ?? 0) >= 4);
  expect(job.checkpoints()).toHaveLength(2);
  await job.cancel();
});

test('a checkpoint that takes too long is given up, and what it held is in the next', async () => {
  const source = new PushedSource();
  env.enableCheckpointing(RARELY, { timeout: PATIENCE, tolerableFailures: 1 });
  env.fromSource(source).sinkTo(world.sink());
  const job = await env.execute();
  await source.push(1);
  const slow = Promise.withResolvers<void>();
  world.beforeFlush = () => slow.promise;
  await expect(job.triggerCheckpoint()).rejects.toMatchObject({ code: 'checkpoint-timed-out' });
  expect(job.status).toBe('running');
  slow.resolve();
  await job.triggerCheckpoint();
  await world.seen(1);
  await job.cancel();
});

test('more failed checkpoints than may be fail the job', async () => {
  env.enableCheckpointing(RARELY, { tolerableFailures: 1 }).setRestartStrategy(RestartStrategies.none());
  const source = new PushedSource();
  class Holding extends ProcessFunction<number, number> implements CheckpointedFunction {
    #saved!: ListState<unknown>;
    initializeState(context: FunctionInitializationContext) {
      this.#saved = context.getOperatorStateStore().getListState(new ListStateDescriptor('saved'));
    }
    snapshotState() {
      this.#saved.update([() => 'a function cannot be stored']);
    }
    *processElement(value: number) {
      yield value;
    }
  }
  env
    .fromSource(source)
    .process(() => new Holding())
    .sinkTo(world.sink());
  const job = await env.execute();
  await source.push(1);
  await expect(job.triggerCheckpoint()).rejects.toMatchObject({ code: 'not-storable' });
  expect(job.status).toBe('running');
  await expect(job.triggerCheckpoint()).rejects.toMatchObject({ code: 'not-storable' });
  await expect(job.finished()).rejects.toMatchObject({ code: 'checkpoints-failed' });
});

test('functions hear of complete and of aborted checkpoints', async () => {
  const heard: string[] = [];
  class Listening extends ProcessFunction<number, number> implements CheckpointListener {
    *processElement(value: number) {
      yield value;
    }
    notifyCheckpointComplete(id: number) {
      heard.push(`complete ${id}`);
    }
    notifyCheckpointAborted(id: number) {
      heard.push(`aborted ${id}`);
    }
  }
  const source = new PushedSource();
  env.enableCheckpointing(RARELY, { timeout: PATIENCE, tolerableFailures: 1 });
  env
    .fromSource(source)
    .process(() => new Listening())
    .sinkTo(world.sink());
  const job = await env.execute();
  await source.push(1);
  await job.triggerCheckpoint();
  world.beforeFlush = () => new Promise(() => undefined);
  await source.push(2);
  await expect(job.triggerCheckpoint()).rejects.toThrow('not complete');
  expect(heard).toEqual(['complete 1', 'aborted 2']);
  await job.cancel();
});

test('in a notebook functions hear of snapshots', async () => {
  const heard: number[] = [];
  class Listening extends ProcessFunction<number, number> implements CheckpointListener {
    *processElement(value: number) {
      yield value;
    }
    notifyCheckpointComplete(id: number) {
      heard.push(id);
    }
  }
  const notebook = await Notebook.open(':memory:');
  const source = new PushedSource();
  const { cut } = notebook.cell('a', (session) => {
    session
      .fromSource(source)
      .process(() => new Listening())
      .print();
  });
  const job = await notebook.env.execute();
  const { id } = await job.triggerCheckpoint();
  expect(heard).toEqual([cut, id]);
  expect(job.checkpoints().map((one) => one.id)).toEqual([cut, id]);
  await notebook.crash();
});

test('checkpoints in a folder outlive the job; as many as asked for are kept', async () => {
  const source = new PushedSource();
  env.enableCheckpointing(RARELY, { directory: folder.path('checkpoints'), retained: 2 });
  env.fromSource(source).sinkTo(keepIn([]));
  const job = await env.execute('my job');
  for (let n = 0; n < 3; n++) await job.triggerCheckpoint();
  await job.cancel();
  const names = () => readdirSync(folder.path('checkpoints/my_job')).sort();
  await until(() => names().length === 2);
  expect(names()).toEqual(['chk-2', 'chk-3']);
  expect(job.checkpoints().map(({ path }) => path)).toEqual([
    folder.path('checkpoints/my_job/chk-2'),
    folder.path('checkpoints/my_job/chk-3'),
  ]);
});

test('a job starts from a checkpoint that was kept, also after a failure before its first own', async () => {
  const source = new PushedSource();
  const build = (failing: () => boolean) => {
    const built = StreamExecutionEnvironment.getExecutionEnvironment()
      .enableCheckpointing(RARELY, { directory: folder.path('checkpoints') })
      .setRestartStrategy(RestartStrategies.fixedDelay(1, 0));
    built
      .fromSource(source)
      .keyBy((n) => n % 2)
      .process(() => new Counting())
      .map((result) => {
        if (failing()) throw new Error('not yet');
        return result;
      })
      .sinkTo(world.sink());
    return built;
  };
  const first = await build(() => false).execute('counting');
  await source.push(1, 2, 3);
  const { path } = await first.triggerCheckpoint();
  await first.cancel();
  let failures = 1;
  const second = await build(() => failures-- > 0).execute({ name: 'counting', fromSavepoint: path! });
  await source.push(5);
  await until(() => second.attempt === 2 && second.status === 'running');
  await source.push(7);
  await second.triggerCheckpoint();
  await world.seen(5);
  expect(world.committed).toEqual([1_001, 2_001, 3_002, 5_003, 7_004]);
  await second.cancel();
});

test('what is generated at a rate goes on where it was', async () => {
  let failures = 1;
  env.enableCheckpointing(10).setRestartStrategy(RestartStrategies.fixedDelay(9, 0));
  env
    .fromSource(generatorSource((n) => n, { count: 300, rate: 3_000 }))
    .map((n) => {
      if (n === 200 && failures-- > 0) throw new Error('not yet');
      return n;
    })
    .sinkTo(world.sink());
  await (await env.execute()).finished();
  expect(world.committed).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

test.each([
  ['fixed delay', RestartStrategies.fixedDelay(2, 5), [0, 1, 2], [5, 5, undefined]],
  [
    'failure rate',
    RestartStrategies.failureRate(2, 100, 7),
    [0, 50, 99, 140, 160],
    [7, 7, undefined, undefined, undefined],
  ],
  ['failure rate that is kept', RestartStrategies.failureRate(1, 100, 7), [0, 100, 200], [7, 7, 7]],
  [
    'exponential delay',
    RestartStrategies.exponentialDelay({
      initialBackoff: 10,
      maxBackoff: 35,
      backoffMultiplier: 2,
      resetBackoffThreshold: 1_000,
    }),
    [0, 20, 60, 100, 2_000],
    [10, 20, 35, 35, 10],
  ],
  [
    'exponential delay with a limit',
    RestartStrategies.exponentialDelay({ attempts: 1, resetBackoffThreshold: 10_000, initialBackoff: 1 }),
    [0, 10, 20_000],
    [1, undefined, 1],
  ],
  ['none', RestartStrategies.none(), [0], [undefined]],
] as const)('delays before restarts: %s', (_name, strategy, failures, delays) => {
  const attempts = strategy.begin();
  expect(failures.map((now) => attempts.next(now))).toEqual(delays);
});

test.each([
  () => env.enableCheckpointing(1),
  () => env.enableCheckpointing('1 s', { tolerableFailures: -1 }),
  () => env.enableCheckpointing('1 s', { retained: 0 }),
  () => RestartStrategies.fixedDelay(-1, 0),
  () => RestartStrategies.failureRate(1, '1 s', -1),
  () => RestartStrategies.exponentialDelay({ backoffMultiplier: 1 }),
])('settings that cannot be are refused: %s', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'bad-argument' }) as Error);
});

/** Looks after every turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}
