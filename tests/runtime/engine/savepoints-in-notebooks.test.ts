import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  savepoint,
  SavepointWriter,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type DataStream,
  type ExecuteOptions,
  type JobClient,
  type KeyedContext,
  type ValueState,
} from 'tidemark';
import { Notebook } from './notebook.ts';
import { PushedJobs, type Build } from './pushed-jobs.ts';

const jobs = new PushedJobs();

class Sums extends KeyedProcessFunction<number, number, string> {
  readonly #factor: number;
  #sum!: ValueState<number>;

  constructor(factor = 1) {
    super();
    this.#factor = factor;
  }

  override open() {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
  }

  processElement(n: number, context: KeyedContext<number>) {
    this.#sum.update(this.#sum.value() + n);
    return [`${context.getCurrentKey()}: ${this.#sum.value() * this.#factor}`];
  }
}

const times = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);

/** The sums of numbers by their rest; `then` is what is done with them. */
function sumsOf(numbers: DataStream<number>, parallelism = 1): DataStream<string> {
  return numbers
    .keyBy((n) => n % 3)
    .process(() => new Sums())
    .uid('sums')
    .setParallelism(parallelism);
}

const outside: Build = (numbers) => void sumsOf(numbers).sinkTo(jobs.sink);

/** A savepoint of a job outside a notebook that has summed 1 to 4. */
async function savedOutside(): Promise<string> {
  const job = await jobs.start(outside);
  await jobs.source.push(1, 2, 3, 4);
  const path = await job.stopWithSavepoint(jobs.path('sp'));
  jobs.written = [];
  return path;
}

let notebook: Notebook;
let started: Promise<JobClient> | undefined;
const open = async (resume = false) => (notebook = await Notebook.open(jobs.path('n.sqlite'), resume));

beforeEach(() => open());
afterEach(() => notebook.crash());

/** Runs a cell whose job writes sums. */
function run(
  options: ExecuteOptions | undefined,
  show: (sums: DataStream<string>) => unknown = (sums) => sums.sinkTo(jobs.sink),
  sums: (numbers: DataStream<number>) => DataStream<string> = sumsOf,
) {
  return notebook.cell('a', (env) => {
    show(sums(env.fromSource(jobs.source, times, 'numbers').uid('numbers')));
    started = options && env.execute(options);
    started?.catch(() => undefined);
  });
}

describe('a cell that starts its job from a savepoint', () => {
  test('goes on where the job outside was, with its state and behind what that has read', async () => {
    const fromSavepoint = await savedOutside();
    const { changes } = run({ name: 'sums', fromSavepoint });
    expect(changes).toMatchObject([{ change: 'restored', savepoint: fromSavepoint }]);
    expect((await started!).name).toBe('sums');
    await jobs.source.push(5, 6);
    expect(jobs.written).toEqual(['2: 7', '0: 9']);
    expect(notebook.session.snapshots().at(-1)?.branches[0]).toMatchObject({
      savepoint: { path: fromSavepoint },
    });
    expect(notebook.env.recording().sources).toMatchObject([{ name: 'numbers from sp', records: 2 }]);
  });

  test('is kept when it runs again, also if the file is gone', async () => {
    const fromSavepoint = await savedOutside();
    run({ fromSavepoint });
    await jobs.source.push(5);
    rmSync(fromSavepoint);
    expect(run({ fromSavepoint }).kept).toEqual(['list']);
    expect((await started!).status).toBe('running');
    await jobs.source.push(8);
    expect(jobs.written).toEqual(['2: 7', '2: 15']);
  });

  test('edited begins at the savepoint again, and writes nothing twice', async () => {
    const fromSavepoint = await savedOutside();
    run({ fromSavepoint });
    await jobs.source.push(5, 6);
    const tens: typeof sumsOf = (numbers) =>
      numbers
        .keyBy((n) => n % 3)
        .process(() => new Sums(10))
        .uid('sums');
    expect(run({ fromSavepoint }, undefined, tens)).toMatchObject({
      rebuilt: ['list'],
      changes: [{ savepoint: fromSavepoint, replays: { records: 2 } }],
    });
    await jobs.source.push(7, 8, 9);
    expect(jobs.written).toEqual(['2: 7', '0: 9', '1: 120', '2: 150', '0: 180']);
  });

  test('goes on after kill -9, once it runs again', async () => {
    const fromSavepoint = await savedOutside();
    run({ fromSavepoint });
    await jobs.source.push(5);
    await notebook.session.beginCut({ label: 'now' })!.durable;
    await notebook.crash();
    await open(true);
    rmSync(fromSavepoint);
    expect(run({ fromSavepoint }).resumed).toEqual(['list']);
    await notebook.session.settled();
    await jobs.source.push(8);
    expect(jobs.written).toEqual(['2: 7', '2: 15']);
  });

  test('goes on after kill -9 before its first snapshot, from the savepoint', async () => {
    const fromSavepoint = await savedOutside();
    await notebook.crash();
    await open(true);
    run({ fromSavepoint });
    await jobs.source.push(5);
    expect(jobs.written).toEqual(['2: 7']);
  });

  test('goes back to before it ran, and from there on again', async () => {
    const fromSavepoint = await savedOutside();
    notebook.cell('before', () => undefined);
    run({ fromSavepoint });
    await jobs.source.push(5, 6);
    const [before] = notebook.session.snapshots();
    await notebook.session.settled();
    await notebook.session.restore(before!.id);
    // What has been written to a sink outside cannot be taken back.
    jobs.written = [];
    await jobs.untilWritten(2);
    await jobs.source.push(8);
    expect(jobs.written).toEqual(['2: 7', '0: 9', '2: 15']);
  });

  test('starts without it when it no longer says so, and from another when it names another', async () => {
    const fromSavepoint = await savedOutside();
    run({ fromSavepoint });
    await jobs.source.push(5);
    const writer = new SavepointWriter().withKeyedState('sums', 'sum', [{ key: 2, value: 1000 }]);
    const other = writer.write(jobs.path('other'));
    expect(run({ fromSavepoint: other }).restored).toEqual(['list']);
    await jobs.untilWritten(6);
    expect(jobs.written).toEqual(['2: 7', '1: 1', '2: 1002', '0: 3', '1: 5', '2: 1007']);
    expect(run(undefined)).toMatchObject({ restored: [], rebuilt: ['list'] });
    await jobs.untilWritten(11);
    expect(jobs.written.slice(6)).toEqual(['1: 1', '2: 2', '0: 3', '1: 5', '2: 7']);
  });

  test('may have another parallelism, and several views and sinks of one operator', async () => {
    const fromSavepoint = await savedOutside();
    run(
      { fromSavepoint },
      (sums) => [sums.show(), sums.sinkTo(jobs.sink)],
      (numbers) => sumsOf(numbers, 2),
    );
    await jobs.source.push(5, 6, 7);
    expect(jobs.written).toEqual(['2: 7', '0: 9', '1: 12']);
    expect(notebook.view('a/0').values).toEqual(['2: 7', '0: 9', '1: 12']);
    const path = await (await started!).triggerSavepoint(jobs.path('again'));
    expect(savepoint(path).readKeyedState('sums', 'sum')).toHaveLength(3);
    await notebook.crash();
    await open();
    jobs.written = [];
    run({ fromSavepoint: path });
    await jobs.source.push(8);
    expect(jobs.written).toEqual(['2: 15']);
  });

  test('reads a source of its own beside one that has read all of it', async () => {
    const fromSavepoint = await savedOutside();
    notebook.cell('all', (env) => void env.fromSource(jobs.source, times, 'numbers').show());
    await jobs.source.consumed(4);
    run({ fromSavepoint });
    await jobs.source.push(5);
    await notebook.view('all/0').until(({ values }) => values.length === 5);
    expect(jobs.written).toEqual(['2: 7']);
    expect(notebook.env.recording().sources.map(({ name, records }) => [name, records])).toEqual([
      ['numbers', 5],
      ['numbers from sp', 1],
    ]);
  });
});

describe('a savepoint that a cell cannot start from', () => {
  const refused = async (options: ExecuteOptions, sums?: typeof sumsOf) => {
    const outcome = run(options, undefined, sums);
    const error: unknown = await started!.catch((reason: unknown) => reason);
    return { outcome, error };
  };

  test('is said to be missing, or damaged, and nothing of the cell starts without it', async () => {
    const { error, outcome } = await refused({ fromSavepoint: jobs.path('none') });
    expect(error).toMatchObject({ code: 'no-savepoint' });
    expect(outcome).toMatchObject({ changes: [] });
    writeFileSync(jobs.path('damaged'), 'a text');
    expect(await refused({ fromSavepoint: jobs.path('damaged') })).toMatchObject({
      error: { code: 'savepoint-damaged' },
      outcome: { changes: [] },
    });
    expect(notebook.session.jobs()).toEqual([]);
  });

  test('with state that the cell has no place for names the operators; what ran goes on; it may be allowed', async () => {
    const fromSavepoint = await savedOutside();
    const job = run({ fromSavepoint });
    expect(job.restored).toEqual(['list']);
    // A uid alone is no edit, but what it finds in a savepoint is another thing.
    const others: typeof sumsOf = (numbers) => sumsOf(numbers).uid('others');
    const { error, outcome } = await refused({ fromSavepoint }, others);
    expect(error).toMatchObject({
      code: 'state-not-restored',
      message: expect.stringContaining("'sums'") as string,
    });
    expect(outcome.kept).toEqual(['list']);
    await jobs.source.push(5);
    expect(jobs.written).toEqual(['2: 7']);
    expect(run({ fromSavepoint, allowNonRestoredState: true }, undefined, others).rebuilt).toEqual(['list']);
    await jobs.source.push(8);
    await jobs.untilWritten(2);
    expect(jobs.written).toEqual(['2: 7', '2: 13']);
  });

  test('may be caught, to start without it', async () => {
    notebook.session.beginCell('a');
    sumsOf(notebook.env.fromSource(jobs.source, times, 'numbers')).sinkTo(jobs.sink);
    const fromSavepoint = jobs.path('none');
    await notebook.env.execute({ fromSavepoint }).catch(() => notebook.env.execute());
    notebook.session.endCell('a', { text: '[1]', executionCount: 1 }, false);
    await jobs.source.push(1);
    expect(jobs.written).toEqual(['1: 1']);
  });

  test('for an edit of another cell, as the file is gone or another, says so where the results would be', async () => {
    const fromSavepoint = await savedOutside();
    const factor = () =>
      notebook.naming(['factor'], (text: string) => `${text} ${notebook.variables.get('factor')}`);
    notebook.cell('f', () => undefined, [], { factor: 1 });
    const show = (sums: DataStream<string>): unknown => sums.map(factor()).show();
    run({ fromSavepoint }, show);
    await jobs.source.push(5);
    copyFileSync(fromSavepoint, jobs.path('kept'));
    rmSync(fromSavepoint);
    notebook.cell('f', () => undefined, [], { factor: 2 });
    expect(notebook.view('a/0').error).toMatchObject({ code: 'no-savepoint' });
    copyFileSync(jobs.path('kept'), fromSavepoint);
    notebook.cell('f', () => undefined, [], { factor: 3 });
    await notebook.session.settled();
    await notebook.view('a/0').until(({ values }) => values.length === 1);
    expect(notebook.view('a/0').values).toEqual(['2: 7 3']);
  });

  test('by its source, which is of another kind than the one with that uid', async () => {
    const fromSavepoint = await savedOutside();
    notebook.cell('a', (env) => {
      sumsOf(env.fromData(1, 2).uid('numbers')).sinkTo(jobs.sink);
      started = env.execute({ fromSavepoint });
      started.catch(() => undefined);
    });
    await expect(started).rejects.toMatchObject({ code: 'source-not-restored' });
  });
});

describe('windows, and versions of state', () => {
  test('open windows go on', async () => {
    const windows = (numbers: DataStream<number>): DataStream<number> =>
      numbers
        .keyBy((n) => n % 2)
        .window(TumblingEventTimeWindows.of(100))
        .sum((n) => n)
        .uid('windows');
    const job = await jobs.start((numbers) => void windows(numbers).sinkTo(jobs.sink));
    await jobs.source.push(1, 2, 3);
    const fromSavepoint = await job.stopWithSavepoint(jobs.path('sp'));
    notebook.cell('a', (env) => {
      windows(env.fromSource(jobs.source, times, 'numbers').uid('numbers')).sinkTo(jobs.sink);
      started = env.execute({ fromSavepoint });
    });
    await jobs.source.push(5, 201);
    expect(jobs.written).toEqual([9, 2]);
  });
});
