import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PushedSource } from './pushed-source.ts';
import { fileSinkOn } from '../../../runtime/src/connectors/file-sink/file-sink.ts';
import { StreamExecutionEnvironment } from '../../../runtime/src/index.ts';
import { UnreliableFiles } from '../connectors/unreliable-files.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { TransactionalWorld } from './transactional-sink.ts';

let folder: ReturnType<typeof temporaryFolder>;
let world: TransactionalWorld;

beforeEach(() => {
  folder = temporaryFolder();
  world = new TransactionalWorld();
});
afterEach(() => folder.remove());

/** A promise to be settled by the test. */
function gate() {
  return Promise.withResolvers<void>();
}

test('a job has finished when its sinks have committed', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const commits = gate();
  world.beforeCommit = () => commits.promise;
  env.fromData(1, 2, 3).sinkTo(world.sink());
  const job = await env.execute();
  const finished = job.finished();
  await new Promise<void>((resolve) => {
    world.beforeCommit = () => {
      resolve();
      return commits.promise;
    };
  });
  expect(job.status).toBe('running');
  expect(world.committed).toEqual([]);
  commits.resolve();
  await finished;
  expect(world.committed).toEqual([1, 2, 3]);
});

test('a commit that fails fails the job', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  world.beforeCommit = () => Promise.reject(new Error('the world is closed'));
  env.fromData(1).sinkTo(world.sink());
  const job = await env.execute();
  await expect(job.finished()).rejects.toThrow('the world is closed');
});

test('while a sink is blocked no record is handed to it, and other streams go on', async () => {
  const notebook = await Notebook.open(':memory:');
  world.blocked = true;
  notebook.cell('a', (env) => void env.fromSequence(1, 3_000).sinkTo(world.sink()));
  notebook.cell('b', (env) => void env.fromSequence(1, 9_000).show());
  await notebook.view('b/0').until(({ status }) => status === 'finished');
  expect(notebook.env.jobs().map(({ records }) => records)).toEqual([0, 9_000]);
  world.blocked = false;
  world.writers[0]!.announceReady();
  await world.seen(3_000);
  await notebook.crash();
});

test('what a sink has prepared is committed when the cut is durable, and the cut waits for its flush', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  const flushed = gate();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  await source.push(1, 2);
  world.beforeFlush = () => flushed.promise;
  notebook.cell('b', () => undefined);
  await source.push(3);
  expect(world.committed).toEqual([]);
  flushed.resolve();
  await world.seen(2);
  expect(world.committed).toEqual([1, 2]);
  await notebook.crash();
});

test('a sink that cannot flush fails its branch, and the cut is not taken', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  await source.push(1);
  world.beforeFlush = () => Promise.reject(new Error('the disk is full'));
  const { cut } = notebook.cell('b', () => undefined);
  const failed = new Promise<void>((resolve) => {
    const [runner] = notebook.session.engine.runners;
    runner!.onSettled(() => resolve());
  });
  await failed;
  expect(notebook.env.jobs()).toMatchObject([{ status: 'failed' }]);
  expect(notebook.env.snapshots().map(({ id }) => id)).not.toContain(cut);
  expect(notebook.warnings).toEqual([expect.stringContaining('the disk is full')]);
  await notebook.crash();
});

test('a snapshot that begins when a sink has just failed to flush has nothing of what was written since', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  writing(notebook, source, (n) => n > 0);
  await source.push(1);
  world.beforeFlush = () => Promise.reject(new Error('the disk is full'));
  notebook.session.cut({ label: 'is given up' });
  world.beforeFlush = () => Promise.resolve();
  // Time for the failure to be heard of, but not for a slice.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await notebook.session.beginCut({ label: 'test' })!.durable;
  expect(notebook.env.jobs()).toMatchObject([{ status: 'failed' }]);
  writing(notebook, source, () => true);
  await notebook.session.settled();
  await source.push(2);
  await expectInTheEnd(notebook, [1, 2]);
});

test('law 8: what a sink that was edited has left to commit is committed after a crash, once, by the one in its place', async () => {
  const source = new PushedSource();
  const cell = (notebook: Notebook, keep: (n: number) => boolean) =>
    notebook.cell('a', (env) => void env.fromSource(source).filter(keep).sinkTo(world.sink()));
  const edited = (n: number): boolean => n < 20;
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  cell(crashing, (n) => n < 10);
  await source.push(1, 2);
  const asked = gate();
  world.beforeCommit = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  expect(cell(crashing, edited)).toMatchObject({ rebuilt: ['transactional'] });
  await asked.promise;
  await crashing.crash();
  expect(world.committed).toEqual([]);
  world.beforeCommit = () => Promise.resolve();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  cell(resumed, edited);
  await world.seen(2);
  await source.push(3);
  resumed.session.cut({ label: 'test' });
  await world.seen(3);
  expect(world.committed).toEqual([1, 2, 3]);
  await resumed.crash();
});

/** The commits that are asked for are held up; resolves when the first is. */
function holdCommits(): Promise<void> {
  const asked = gate();
  world.beforeCommit = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  return asked.promise;
}

function letCommit(): void {
  world.beforeCommit = () => Promise.resolve();
}

/** A cell that writes what it keeps. */
function writing(notebook: Notebook, source: PushedSource, keep: (n: number) => boolean) {
  return notebook.cell('a', (env) => void env.fromSource(source).filter(keep).sinkTo(world.sink()));
}

async function expectInTheEnd(notebook: Notebook, values: readonly number[]): Promise<void> {
  // What is rebuilt may take more than a slice.
  while (!notebook.session.engine.settled) await new Promise<void>((turn) => setImmediate(turn));
  notebook.session.cut({ label: 'test' });
  await world.seen(values.length);
  expect(world.committed).toEqual(values);
  await notebook.crash();
}

test('law 8: no snapshot after an edit is durable before what the edited sink still flushes is', async () => {
  const source = new PushedSource();
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  writing(crashing, source, (n) => n < 10);
  await source.push(1, 2);
  world.beforeFlush = () => new Promise(() => undefined);
  writing(crashing, source, (n) => n < 20);
  world.beforeFlush = () => Promise.resolve();
  crashing.session.cut({ label: 'holds what is not flushed' });
  await source.push(3);
  await crashing.crash();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  expect(resumed.session.snapshots().map(({ label }) => label)).toEqual(['[1]']);
  writing(resumed, source, (n) => n < 20);
  await source.consumed(3);
  await expectInTheEnd(resumed, [1, 2, 3]);
});

test('law 8: a cell that was edited after a crash goes on where the one before had written, and commits what that had prepared', async () => {
  const source = new PushedSource();
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  writing(crashing, source, (n) => n < 10);
  await source.push(1, 2);
  const asked = holdCommits();
  crashing.cell('b', () => undefined);
  await asked;
  await crashing.crash();
  letCommit();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  expect(writing(resumed, source, (n) => n < 20).rebuilt).toHaveLength(1);
  await world.seen(2);
  await source.push(3);
  await expectInTheEnd(resumed, [1, 2, 3]);
});

test('law 8: what a crash has left to commit is not lost when the cell is edited before that is done, and crashes again', async () => {
  const source = new PushedSource();
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  writing(crashing, source, (n) => n < 10);
  await source.push(1, 2);
  const asked = holdCommits();
  writing(crashing, source, (n) => n < 20);
  await asked;
  await crashing.crash();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  // It does not come to where it begins to write.
  resumed.session.pause();
  writing(resumed, source, (n) => n < 20);
  writing(resumed, source, (n) => n < 30);
  await resumed.session.beginCut({ label: 'test' })!.durable;
  await resumed.crash();
  letCommit();
  const again = await Notebook.open(folder.path('session.sqlite'), true);
  writing(again, source, (n) => n < 30);
  await source.push(3);
  await expectInTheEnd(again, [1, 2, 3]);
});

/** Five snapshots after a failure, more than are kept of those that no cell has caused. */
async function failThenCut(notebook: Notebook, source: PushedSource): Promise<void> {
  writing(notebook, source, (n) => {
    if (n === 3) throw new Error('no three');
    return true;
  });
  await source.push(1, 2);
  await notebook.session.beginCut({ label: 'test' })!.durable;
  await source.push(3);
  expect(notebook.env.jobs()).toMatchObject([{ status: 'failed' }]);
  for (let n = 0; n < 5; n++) await notebook.session.beginCut({ label: 'test' })!.durable;
}

test('law 9: the cell that is mended writes nothing again, however many snapshots came after the failure', async () => {
  const source = new PushedSource();
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  await failThenCut(notebook, source);
  writing(notebook, source, () => true);
  await notebook.session.settled();
  await source.push(4);
  await expectInTheEnd(notebook, [1, 2, 3, 4]);
});

test('law 9: nor does it after a crash', async () => {
  const source = new PushedSource();
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  await failThenCut(crashing, source);
  await crashing.crash();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  writing(resumed, source, () => true);
  await source.push(4);
  await expectInTheEnd(resumed, [1, 2, 3, 4]);
});

test('law 9: what a file in progress held before the failure is in it when the cell that was mended has ended it', async () => {
  const published = gate();
  class Files extends UnreliableFiles {
    override async publish(from: string, to: string): Promise<void> {
      await super.publish(from, to);
      published.resolve();
    }
  }
  const files = new Files(new Map(), () => 0);
  const source = new PushedSource();
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const cell = (keep: (n: number) => boolean) =>
    notebook.cell('a', (env) => {
      env
        .fromSource(source)
        .filter(keep)
        .sinkTo(fileSinkOn<number>(files, () => 0, '/out', {}));
    });
  cell((n) => {
    if (n === 3) throw new Error('no three');
    return true;
  });
  await source.push(1, 2);
  await notebook.session.beginCut({ label: 'test' })!.durable;
  await source.push(3);
  cell(() => true);
  await notebook.session.settled();
  await source.push(4);
  notebook.cell('a', () => undefined);
  await published.promise;
  const [[name = '', { bytes } = { bytes: new Uint8Array(0) }] = []] = [...files.files];
  expect([name, new TextDecoder().decode(bytes)]).toEqual([
    expect.stringMatching(/^.out.part-/),
    '1\n2\n3\n4\n',
  ]);
  expect(files.files.size).toBe(1);
  await notebook.crash();
});

test('law 8: after a crash between the cut and the commit it is committed, once', async () => {
  const source = new PushedSource();
  const cell = (notebook: Notebook) =>
    notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  cell(crashing);
  await source.push(1, 2);
  const asked = gate();
  world.beforeCommit = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  crashing.cell('b', () => undefined);
  await asked.promise;
  await crashing.crash();
  world.beforeCommit = () => Promise.resolve();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  cell(resumed);
  await world.seen(2);
  await source.push(3);
  resumed.session.cut({ label: 'test' });
  await world.seen(3);
  expect(world.committed).toEqual([1, 2, 3]);
  await resumed.crash();
});

test('law 5: an edit commits what the old sink was given, and the new one goes on from there', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  await source.push(1, 2);
  notebook.cell(
    'a',
    (env) =>
      void env
        .fromSource(source)
        .map((n) => n * 10)
        .sinkTo(world.sink()),
  );
  await world.seen(2);
  await source.push(3);
  notebook.session.cut({ label: 'test' });
  await world.seen(3);
  expect(world.committed).toEqual([1, 2, 30]);
  await notebook.crash();
});

test("law 5: with onRebuild: 'replay' an edit writes everything again", async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink(), { onRebuild: 'replay' }));
  await source.push(1, 2);
  notebook.cell(
    'a',
    (env) =>
      void env
        .fromSource(source)
        .map((n) => n * 10)
        .sinkTo(world.sink(), { onRebuild: 'replay' }),
  );
  await world.seen(2);
  await source.push(3);
  notebook.session.cut({ label: 'test' });
  await world.seen(5);
  expect(world.committed).toEqual([1, 2, 10, 20, 30]);
  await notebook.crash();
});

test('what was written after a snapshot is not seen after going back to it', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  await source.push(1, 2);
  const { cut } = notebook.cell('b', () => undefined);
  await world.seen(2);
  await source.push(3);
  await notebook.env.restore(cut);
  await source.push(4);
  notebook.session.cut({ label: 'test' });
  await world.seen(4);
  expect(world.committed).toEqual([1, 2, 3, 4]);
  await notebook.crash();
});

test('whoever waits for a world outside that does not answer is told so, with the way out', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const notebook = await Notebook.open(folder.path('session.sqlite'));
    const source = new PushedSource();
    const committing = gate();
    const { cut } = writing(notebook, source, () => true);
    await source.push(1);
    const asked = gate();
    world.beforeCommit = () => {
      asked.resolve();
      return committing.promise;
    };
    notebook.cell('b', () => undefined);
    await asked.promise;
    const restored = notebook.env.restore(cut);
    while (notebook.warnings.length === 0) {
      vi.advanceTimersByTime(1_000);
      await new Promise<void>((turn) => setImmediate(turn));
    }
    expect(notebook.warnings).toEqual([
      expect.stringMatching(/^Going back to snapshot 1 waits .* restart the kernel/),
    ]);
    committing.resolve();
    await restored;
    await notebook.crash();
  } finally {
    vi.useRealTimers();
  }
});

test('a sink that is stopped commits nothing more', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const flushed = gate();
  const source = new PushedSource();
  notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  await source.push(1, 2);
  world.beforeFlush = () => flushed.promise;
  notebook.cell('b', () => undefined);
  await source.push(3);
  const job = await notebook.env.execute('writing');
  await job.cancel();
  flushed.resolve();
  await world.seen(2);
  // The snapshot that was under way holds the first two; the third is in none.
  expect(world.committed).toEqual([1, 2]);
  await notebook.crash();
});

test('several subtasks commit each what it has written', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.fromSequence(0, 99).sinkTo(world.sink()).setParallelism(4);
  await (await env.execute()).finished();
  expect(world.writers.map(({ subtask, parallelism }) => `${subtask}/${parallelism}`).sort()).toEqual([
    '0/4',
    '1/4',
    '2/4',
    '3/4',
  ]);
  expect([...world.committed].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});
