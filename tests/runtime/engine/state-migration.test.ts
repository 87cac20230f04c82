import { describe, expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  ProcessFunction,
  StateTtlConfig,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type JobClient,
  type KeyedContext,
  type ListState,
  type RuntimeContext,
} from 'tidemark';
import { Notebook } from './notebook.ts';
import { PushedJobs } from './pushed-jobs.ts';

const jobs = new PushedJobs();

/** Runs what a test makes of the state of the current key. */
class Holding extends KeyedProcessFunction<number, number, string> {
  readonly #open: (context: RuntimeContext) => (n: number) => unknown;
  #next!: (n: number) => unknown;
  /** What tells it from others: an edit. */
  readonly mark: string;
  constructor(open: (context: RuntimeContext) => (n: number) => unknown, mark = '') {
    super();
    this.mark = mark;
    this.#open = open;
  }
  override open() {
    this.#next = this.#open(this.getRuntimeContext());
  }
  override *processElement(n: number, context: KeyedContext<number>) {
    yield `${context.getCurrentKey()}: ${JSON.stringify(this.#next(n))}`;
  }
}
type Open = (context: RuntimeContext) => (n: number) => unknown;

function start(open: Open, fromSavepoint?: string, parallelism = 1): Promise<JobClient> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSource(jobs.source)
    .uid('numbers')
    .keyBy((n) => n % 2)
    .process(() => new Holding(open))
    .uid('totals')
    .name('Totals')
    .setParallelism(parallelism)
    .sinkTo(jobs.sink);
  return env.execute({ fromSavepoint });
}

const total: Open = (context) => {
  const state = context.getState(new ValueStateDescriptor('total', 0));
  return (n) => {
    state.update(state.value() + n);
    return state.value();
  };
};
const totalV2 = new ValueStateDescriptor<{ sum: number; was: number }>('total', {
  sum: 0,
  was: 0,
}).withVersion(2, (sum: number, was) => ({ sum, was }));
const totalInV2: Open = (context) => {
  const state = context.getState(totalV2);
  return (n) => {
    const held = state.value();
    held.sum += n;
    state.update(held);
    return held;
  };
};

async function saved(open: Open, ...numbers: number[]): Promise<string> {
  const job = await start(open);
  await jobs.source.push(...numbers);
  const path = await job.stopWithSavepoint(jobs.path('sp'));
  jobs.written = [];
  return path;
}

describe('a changed state type', () => {
  test.each([1, 2])(
    'is migrated from a savepoint, at a parallelism of %i, and only once',
    async (parallelism) => {
      const path = await saved(total, 1, 2, 3);
      const job = await start(totalInV2, path, parallelism);
      await jobs.source.push(4, 5);
      expect(jobs.written).toEqual(['0: {"sum":6,"was":1}', '1: {"sum":9,"was":1}']);
      const second = await job.stopWithSavepoint(jobs.path('sp2'));
      jobs.written = [];
      const next = await start(totalInV2, second);
      await jobs.source.push(6);
      expect(jobs.written).toEqual(['0: {"sum":12,"was":1}']);
      await next.cancel();
    },
  );

  test('is that of each element, of each value of a map, and of what expires; undefined takes away', async () => {
    const before: Open = (context) => {
      const list = context.getListState(new ListStateDescriptor<number>('list'));
      const map = context.getMapState(new MapStateDescriptor<number, number>('map'));
      const expiring = context.getState(
        new ValueStateDescriptor<number>('late').enableTimeToLive(new StateTtlConfig('1 h')),
      );
      return (n) => {
        list.add(n);
        map.put(n, n);
        expiring.update(n);
      };
    };
    const after: Open = (context) => {
      const aboveOne = (n: number) => (n > 1 ? `#${n}` : undefined);
      const list = context.getListState(new ListStateDescriptor<string>('list').withVersion(3, aboveOne));
      const map = context.getMapState(
        new MapStateDescriptor<number, string>('map').withVersion(2, (n: number) => `#${n}`),
      );
      const expiring = context.getState(
        new ValueStateDescriptor<string>('late')
          .enableTimeToLive(new StateTtlConfig('1 h'))
          .withVersion(2, (n: number) => `#${n}`),
      );
      return () => [list.get(), [...map.entries()], expiring.value()];
    };
    const path = await saved(before, 1, 2, 3);
    const job = await start(after, path);
    await jobs.source.push(5, 6);
    expect(jobs.written).toEqual(['1: [["#3"],[[1,"#1"],[3,"#3"]],"#3"]', '0: [["#2"],[[2,"#2"]],"#2"]']);
    await job.cancel();
  });

  test('is that of operator state, too', async () => {
    class Buffer extends ProcessFunction<number, string> implements CheckpointedFunction {
      readonly #descriptor: ListStateDescriptor<unknown>;
      #list!: ListState<unknown>;
      constructor(descriptor: ListStateDescriptor<unknown>) {
        super();
        this.#descriptor = descriptor;
      }
      initializeState(context: FunctionInitializationContext) {
        this.#list = context.getOperatorStateStore().getListState(this.#descriptor);
      }
      snapshotState() {}
      override *processElement(n: number) {
        this.#list.add(n);
        yield JSON.stringify(this.#list.get());
      }
    }
    const run = (descriptor: ListStateDescriptor<unknown>, fromSavepoint?: string) => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      const buffered = env
        .fromSource(jobs.source)
        .uid('numbers')
        .process(() => new Buffer(descriptor));
      buffered.uid('buffer').sinkTo(jobs.sink);
      return env.execute({ fromSavepoint });
    };
    const first = await run(new ListStateDescriptor('list'));
    await jobs.source.push(1, 2);
    const path = await first.stopWithSavepoint(jobs.path('sp'));
    const second = await run(
      new ListStateDescriptor('list').withVersion(2, (n) => ({ n })),
      path,
    );
    await jobs.source.push(3);
    expect(jobs.written.at(-1)).toBe('[{"n":1},{"n":2},3]');
    await second.cancel();
  });
});

describe('without a migration that fits it is an error that names operator and state, and says what to do', () => {
  async function failure(open: Open, path: string): Promise<unknown> {
    const job = await start(open, path);
    return job.finished().catch((error: unknown) => error);
  }

  test.each([
    [
      'an earlier version',
      totalInV2,
      total,
      'state-version-differs',
      "'total' was written as version 2 and is described as version 1",
      'describe version 2',
    ],
    [
      'another kind',
      total,
      ((context) => {
        context.getListState(new ListStateDescriptor('total'));
        return () => 0;
      }) satisfies Open,
      'state-kind-differs',
      "'total' was written as a value state",
      'another name',
    ],
    [
      'another type than that of the default',
      total,
      ((context) => {
        context.getState(new ValueStateDescriptor('total', 'none'));
        return () => 0;
      }) satisfies Open,
      'state-type-differs',
      "'total' holds values of the type number",
      'withVersion(2',
    ],
  ] as const)('%s', async (_, before, after, code, what, next) => {
    const error = await failure(after, await saved(before, 1, 2));
    expect(error).toMatchObject({
      code: 'operator-failed',
      details: { operator: 'Totals', uid: 'totals' },
      cause: { code },
    });
    for (const text of ["Totals (uid 'totals') failed", what, next])
      expect((error as Error).message).toContain(text);
  });

  test('a version is a whole number above 1', () => {
    for (const version of [1, 0, 1.5, NaN])
      expect(() => new ValueStateDescriptor('x').withVersion(version, () => 1)).toThrow(
        expect.objectContaining({ code: 'bad-argument' }),
      );
  });
});

describe('in a notebook', () => {
  const cell = (notebook: Notebook, mark: string, open: Open) =>
    notebook.cell('a', (env) => {
      env
        .fromSource(jobs.source)
        .keyBy(() => 0)
        .process(new Holding(open, mark))
        .uid('totals', { onEdit: 'keep' })
        .show();
    });

  test("an edit with onEdit: 'keep' migrates; the snapshot after it goes on with what came of that", async () => {
    const notebook = await Notebook.open(jobs.path('n.sqlite'));
    cell(notebook, 'one', total);
    await jobs.source.push(1, 2);
    expect(cell(notebook, 'two', totalInV2).carried).toHaveLength(1);
    await jobs.source.push(3);
    const rows = ['0: 1', '0: 3', '0: {"sum":6,"was":1}'];
    expect(notebook.view('a/0').values).toEqual(rows);
    await notebook.session.beginCut({ label: 'x' })!.durable;
    await notebook.crash();
    const again = await Notebook.open(jobs.path('n.sqlite'), true);
    expect(cell(again, 'two', totalInV2).resumed).toHaveLength(1);
    await jobs.source.push(4);
    await again.view('a/0').until(({ values }) => values.length === 4);
    expect(again.view('a/0').values).toEqual([...rows, '0: {"sum":10,"was":1}']);
    await again.crash();
  });

  test('an edit without one fails the branch, which says so', async () => {
    const notebook = await Notebook.open(jobs.path('n.sqlite'));
    cell(notebook, 'one', total);
    await jobs.source.push(1, 2);
    const text: Open = (context) => {
      context.getState(new ValueStateDescriptor('total', 'none'));
      return () => 0;
    };
    cell(notebook, 'two', text);
    await notebook.view('a/0').until(({ status }) => status === 'failed');
    expect(notebook.view('a/0').error?.message).toContain(
      "The state 'total' holds values of the type number",
    );
    await notebook.crash();
  });
});
