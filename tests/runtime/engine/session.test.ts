import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generatorSource, TumblingEventTimeWindows, WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, SeenView, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const COUNT = 10_000;
/** `COUNT` events, ten a second, each `{ key, n }`. */
function events(env: SessionEnvironment) {
  const source = generatorSource((n) => ({ key: n % 3, n }), { count: COUNT });
  const strategy = WatermarkStrategy.forMonotonousTimestamps<{
    key: number;
    n: number;
  }>().withTimestampAssigner((event) => event.n * 100);
  return env.fromSource(source, strategy, 'events');
}

const counts = (env: SessionEnvironment, size: string) =>
  events(env)
    .keyBy((event) => event.key)
    .window(TumblingEventTimeWindows.of(size))
    .aggregate({ createAccumulator: () => 0, add: (_event, n) => n + 1, getResult: (n) => n });

const finished = (id: string) => notebook.view(id).until((view) => view.status === 'finished');
const total = (id: string) => (notebook.view(id).values as number[]).reduce((sum, n) => sum + n, 0);

describe('law 1: one session, one dataflow', () => {
  it('reads equal sources once, whatever cells they are made in', async () => {
    let made = 0;
    const numbers = (env: SessionEnvironment) =>
      env.fromSource(generatorSource((n) => (made++, n), { count: 10 }));
    notebook.env.pause();
    notebook.cell('a', (env) => void numbers(env).show());
    notebook.cell('b', (env) => {
      numbers(env)
        .map((n) => -n)
        .show();
    });
    await notebook.env.step(11);
    expect(notebook.view('a/0').values).toHaveLength(10);
    expect(notebook.view('b/0').values).toHaveLength(10);
    expect(made).toBe(10);
    expect(notebook.env.recording().sources).toHaveLength(1);
  });
});

describe('law 2: nothing runs unobserved', () => {
  it('does not call a function that nobody looks at', async () => {
    let calls = 0;
    notebook.cell('a', (env) => {
      events(env).map((event) => (calls++, event));
      events(env)
        .filter(() => true)
        .show();
    });
    await finished('a/0');
    expect(calls).toBe(0);
  });

  it('starts what a cell made observable when the cell has ended', async () => {
    notebook.cell('a', (env) => {
      env
        .fromData(1, 2, 3)
        .map((x) => x * 2)
        .show();
      expect(notebook.views.size).toBe(0);
    });
    await finished('a/0');
    expect(notebook.view('a/0').values).toEqual([2, 4, 6]);
  });
});

describe('law 4: re-running a cell is an edit', () => {
  it('keeps what did not change: no record comes twice', async () => {
    let calls = 0;
    const cell = (env: SessionEnvironment) =>
      void env
        .fromSequence(1, 100)
        .map((x) => (calls++, x))
        .show();
    notebook.cell('a', cell);
    await finished('a/0');
    const outcome = notebook.cell('a', cell);
    expect(outcome.kept).toHaveLength(1);
    expect(outcome.rebuilt).toEqual([]);
    await finished('a/0');
    expect(calls).toBe(100);
    expect(notebook.opened).toEqual(['a/0', 'a/0']);
  });

  it('rebuilds what changed, with the results it would have had from the start', async () => {
    notebook.cell('a', (env) => void counts(env, '10 s').show());
    await finished('a/0');
    const outcome = notebook.cell('a', (env) => void counts(env, '20 s').show());
    expect(outcome).toMatchObject({ kept: [], retired: [] });
    expect(outcome.rebuilt).toHaveLength(1);
    await finished('a/0');
    expect(notebook.view('a/0').values).toHaveLength(150);
    expect(total('a/0')).toBe(COUNT);
  });

  it('leaves the branches of other cells alone', async () => {
    let calls = 0;
    notebook.cell(
      'a',
      (env) =>
        void env
          .fromSequence(1, 50)
          .map((x) => (calls++, x))
          .show(),
    );
    notebook.cell('b', (env) => void counts(env, '10 s').show());
    await finished('b/0');
    notebook.cell('b', (env) => void counts(env, '30 s').show());
    await finished('b/0');
    await finished('a/0');
    expect(calls).toBe(50);
  });

  it('retires what is no longer made', () => {
    notebook.cell('a', (env) => {
      env.fromData(1).show();
      env.fromData(2).show();
    });
    const outcome = notebook.cell('a', (env) => void env.fromData(1).show());
    expect(outcome.retired).toHaveLength(1);
    expect([...notebook.views.keys()]).toEqual(['a/0']);
  });

  it('keeps everything when the cell throws', () => {
    notebook.cell('a', (env) => void env.fromData(1).show());
    expect(() =>
      notebook.cell('a', (env) => {
        env.fromData(2).show();
        throw new Error('no');
      }),
    ).toThrow('no');
    expect([...notebook.views.keys()]).toEqual(['a/0']);
  });
});

describe('law 3: identity', () => {
  it('keeps a branch that was cut in one cell and pasted in another', async () => {
    let calls = 0;
    const code = (env: SessionEnvironment) =>
      void env
        .fromSequence(1, 10)
        .map((x) => (calls++, x))
        .show();
    notebook.cell('a', code);
    await finished('a/0');
    const outcome = notebook.cell('b', code, ['a']);
    expect(outcome.kept).toHaveLength(1);
    expect(calls).toBe(10);
  });

  it('retires the branches of a deleted cell with the execution after', () => {
    notebook.cell('a', (env) => void env.fromData(1).show());
    expect(notebook.cell('b', () => undefined, ['a']).retired).toEqual([]);
    expect(notebook.cell('b', () => undefined).retired).toHaveLength(1);
  });
});

describe('law 9: a failing function fails its branch, not the session', () => {
  it('names operator and record, and other branches go on', async () => {
    notebook.cell('a', (env) => {
      env
        .fromSequence(1, 10)
        .map((x) => {
          if (x === 7) throw new Error('seven');
          return x;
        })
        .name('picky')
        .show();
      env.fromSequence(1, 10).show();
    });
    await notebook.view('a/0').until((view) => view.status === 'failed');
    await finished('a/1');
    expect(notebook.view('a/0').error?.message).toMatch(/picky failed on the record 7.*seven/);
    expect(notebook.view('a/1').values).toHaveLength(10);
  });

  it('runs again when the cell was fixed', async () => {
    const cell = (bad: number) => (env: SessionEnvironment) =>
      void env
        .fromSequence(1, 10)
        .map((x) => {
          if (x === bad) throw new Error('bad');
          return x;
        })
        .show();
    notebook.cell('a', cell(7));
    await notebook.view('a/0').until((view) => view.status === 'failed');
    notebook.cell(
      'a',
      (env) =>
        void env
          .fromSequence(1, 10)
          .map((x) => x)
          .show(),
    );
    await finished('a/0');
    expect(notebook.view('a/0').values).toHaveLength(10);
  });
});

describe('law 6: a snapshot after every cell run', () => {
  it('lists one for each, with the views in it', async () => {
    notebook.cell('a', () => undefined);
    notebook.cell('b', (env) => void env.fromData(1).show());
    expect(notebook.env.snapshots().map(({ after, branches }) => [after, branches.length])).toEqual([
      ['[1]', 0],
      ['[2]', 1],
    ]);
  });
});

describe('law 7: restore', () => {
  it('takes running branches back to the cut, and they go on to the same end', async () => {
    notebook.cell('a', (env) => void counts(env, '10 s').show());
    const [snapshot] = notebook.env.snapshots();
    await finished('a/0');
    await notebook.env.restore(snapshot?.id);
    await finished('a/0');
    expect(total('a/0')).toBe(COUNT);
    expect(notebook.env.snapshots().map(({ id }) => id)).toEqual([snapshot?.id]);
  });

  it('takes an edited cell back to what it was, and that goes on to its end', async () => {
    notebook.cell('a', (env) => void counts(env, '10 s').show());
    const [before] = notebook.env.snapshots();
    await finished('a/0');
    const { values } = notebook.view('a/0');
    notebook.cell('a', (env) => void counts(env, '20 s').show());
    await notebook.env.restore(before?.id);
    await finished('a/0');
    expect(notebook.view('a/0').values).toEqual(values);
  });

  it('leaves streams that were paused so, also those of cells that were edited since', async () => {
    notebook.cell('a', (env) => void counts(env, '10 s').show());
    const [before] = notebook.env.snapshots();
    await finished('a/0');
    notebook.cell('a', (env) => void counts(env, '20 s').show());
    notebook.env.pause();
    await notebook.env.restore(before?.id);
    expect(notebook.view('a/0').status).toBe('paused');
    notebook.env.resume();
    await finished('a/0');
    expect(total('a/0')).toBe(COUNT);
  });

  it('runs on where it is resumed while it is going back', async () => {
    notebook.cell('a', (env) => void counts(env, '10 s').show());
    const [before] = notebook.env.snapshots();
    await finished('a/0');
    notebook.env.pause();
    const restored = notebook.env.restore(before?.id);
    notebook.env.resume();
    await restored;
    await finished('a/0');
    expect(total('a/0')).toBe(COUNT);
  });

  it('says which snapshots there are when asked for another', async () => {
    await expect(notebook.env.restore(99)).rejects.toMatchObject({ code: 'no-such-cut' });
  });
});

describe('law 8: crash', () => {
  it('goes on from the last durable cut when the cells run again, each record once', async () => {
    const code = (env: SessionEnvironment) => void counts(env, '10 s').show();
    notebook.cell('a', code);
    await finished('a/0');
    const undisturbed = notebook.view('a/0').values;
    for (const after of [1, 40, 90]) {
      const path = folder.path(`crash-${after}.sqlite`);
      const first = await Notebook.open(path);
      first.cell('a', code);
      await first.view('a/0').until((view) => view.values.length >= after);
      first.session.cut({ label: 'in the middle' });
      await first.crash();
      const second = await Notebook.open(path, true);
      expect(second.session.waiting()).toEqual([{ cell: 'a', name: expect.any(String) as string }]);
      const outcome = second.cell('a', code);
      expect(outcome.resumed).toHaveLength(1);
      await second.view('a/0').until((view) => view.status === 'finished');
      expect(second.view('a/0').values).toEqual(undisturbed);
      await second.crash();
    }
  });

  it('starts clean when the user restarts, and offers the last snapshot', async () => {
    const code = (env: SessionEnvironment) => void counts(env, '10 s').show();
    notebook.cell('a', code);
    await finished('a/0');
    const undisturbed = notebook.view('a/0').values;
    notebook.session.cut({ label: 'at the end' });
    await notebook.crash();
    notebook = await Notebook.open(folder.path('n.sqlite'));
    expect(notebook.session.waiting()).toEqual([]);
    await notebook.env.restore();
    expect(notebook.cell('a', code).resumed).toHaveLength(1);
    await finished('a/0');
    expect(notebook.view('a/0').values).toEqual(undisturbed);
  });
});

describe('law 12: bounded by default', () => {
  it('keeps the newest of a recording, and says from when a rebuilt branch starts', async () => {
    const { Engine } = await import('../../../runtime/src/engine/engine.ts');
    const { Timeline } = await import('../../../runtime/src/engine/timeline.ts');
    const { RuntimeClock } = await import('../../../runtime/src/time/runtime-clock.ts');
    const { LaneRunner } = await import('../../../runtime/src/engine/lane-runner.ts');
    const { readerNode } = await import('../../../runtime/src/engine/collect.ts');
    const timeline = new Timeline();
    const clock = new RuntimeClock();
    const engine = new Engine({ clock, timeline, record: true, recordedEntries: 20 });
    const node = notebook.env.fromSequence(1, 100 * 1024).node;
    const seen = new SeenView();
    const startAfter = (sources: ReadonlyMap<string, readonly StreamNode[]>) =>
      engine.recordedSince(sources, 0);
    const run = (openView: () => SeenView) =>
      new LaneRunner({
        sinks: [readerNode(node, 'all')],
        sourceKey: () => 'numbers',
        timeline,
        clock,
        startAfter,
        lane: {},
        openView,
        onReady: engine.wake,
      });
    engine.add(run(() => seen));
    await seen.until((view) => view.status === 'finished');
    expect(seen.values).toHaveLength(100 * 1024);
    expect(timeline.head - timeline.tail).toBeLessThan(20);
    const late = new SeenView();
    engine.add(run(() => late));
    await late.until((view) => view.status === 'finished');
    expect(late.values.at(-1)).toBe(100 * 1024);
    expect(late.values.length).toBeLessThan(20 * 1024);
    engine.close();
  });
});

describe('law 8: a cell that fails while its branches wait', () => {
  it('makes them wait on', async () => {
    const code = (env: SessionEnvironment) => void counts(env, '10 s').show();
    notebook.cell('a', code);
    await finished('a/0');
    notebook.session.cut({ label: 'before' });
    await notebook.crash();
    notebook = await Notebook.open(folder.path('n.sqlite'), true);
    expect(() =>
      notebook.cell('a', (env) => {
        code(env);
        throw new Error('no');
      }),
    ).toThrow('no');
    notebook.cell('b', () => undefined);
    expect(notebook.session.waiting()).toEqual([{ cell: 'a', name: expect.any(String) as string }]);
    expect(notebook.cell('a', code).resumed).toHaveLength(1);
    await finished('a/0');
    expect(total('a/0')).toBe(COUNT);
  });
});
