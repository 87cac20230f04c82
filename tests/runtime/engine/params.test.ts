import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generatorSource, TumblingEventTimeWindows, WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { Param, View } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.env.pause();
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const threshold = (env: SessionEnvironment, value = 3): Param =>
  env.param('threshold', { min: 0, max: 100, value });

/** Numbers from 0, a second apart. */
const numbers = (env: SessionEnvironment, count = 20) =>
  env.fromSource(
    generatorSource((n) => n, { count }),
    WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 1_000),
    'numbers',
  );

/** Each number with the threshold that it has met. */
const met = (env: SessionEnvironment) => {
  const limit = threshold(env);
  return numbers(env).map((n) => `${n}:${limit.value}`);
};

describe('param', () => {
  it('refuses what cannot be a slider, and values out of its range', () => {
    const { env } = notebook;
    for (const options of [
      { min: 3, max: 3 },
      { min: 0, max: 1, value: 2 },
      { min: 0, max: 1, step: 0 },
      { min: 0, max: Number.NaN },
    ])
      expect(() => env.param('bad', options)).toThrow(expect.objectContaining({ code: 'bad-param' }));
    const limit = threshold(env);
    expect(() => (limit.value = 101)).toThrow(expect.objectContaining({ code: 'bad-param' }));
    expect(limit.value).toBe(3);
  });

  it('starts in the middle and has a hundred steps unless it is told otherwise', () => {
    notebook.env.param('half', { min: 0, max: 10 });
    expect(notebook.session.params.states()).toEqual([
      { name: 'half', min: 0, max: 10, step: 0.1, value: 5 },
    ]);
  });

  it('keeps where it was moved when its cell runs again, and goes where an edited cell says', () => {
    threshold(notebook.env).value = 7;
    expect(threshold(notebook.env).value).toBe(7);
    expect(threshold(notebook.env, 4).value).toBe(4);
  });

  it('is not for operators to set', async () => {
    const limit = threshold(notebook.env);
    notebook.cell('a', (env) => {
      numbers(env)
        .map((n) => (limit.value = n))
        .show();
    });
    await notebook.env.step(1);
    expect(notebook.view('a/0').error?.message).toContain("set the param 'threshold'");
  });
});

describe('law 4: re-running a cell is an edit, moving a param is not', () => {
  it('shows records from then on the new value, and keeps what runs', async () => {
    notebook.cell('a', (env) => void met(env).show());
    await notebook.env.step(2);
    threshold(notebook.env).value = 9;
    await notebook.env.step(2);
    expect(notebook.view('a/0').values).toEqual(['0:3', '1:3', '2:9', '3:9']);
    expect(notebook.cell('a', (env) => void met(env).show()).kept).toHaveLength(1);
  });
});

describe('law 5: catch-up replays the moves of params at their places', () => {
  it('gives a rebuilt branch the values that its records met', async () => {
    notebook.cell('a', (env) => void met(env).show());
    await notebook.env.step(2);
    threshold(notebook.env).value = 9;
    await notebook.env.step(1);
    notebook.cell(
      'b',
      (env) =>
        void met(env)
          .map((text) => `b ${text}`)
          .show(),
    );
    await notebook.env.step(1);
    expect(notebook.view('b/0').values).toEqual(['b 0:3', 'b 1:3', 'b 2:9', 'b 3:9']);
    expect(notebook.view('a/0').values).toEqual(['0:3', '1:3', '2:9', '3:9']);
  });

  it('gives what comes before its declaration the first value', async () => {
    notebook.cell('a', (env) => void numbers(env).show());
    await notebook.env.step(2);
    notebook.cell('b', (env) => void met(env).show());
    threshold(notebook.env).value = 5;
    await notebook.env.step(1);
    expect(notebook.view('b/0').values).toEqual(['0:3', '1:3', '2:5']);
  });

  it('goes back with the streams', async () => {
    const moved: number[] = [];
    notebook.cell('a', (env) => void met(env).show());
    await notebook.env.step(2);
    threshold(notebook.env).value = 9;
    await notebook.env.step(2);
    await notebook.env.step(-3);
    expect(threshold(notebook.env).value).toBe(3);
    await notebook.env.step(2);
    expect(notebook.view('a/0').values).toEqual(['0:3', '1:3', '2:3']);
    threshold(notebook.env).value = 8;
    await notebook.env.restore(notebook.env.snapshots()[0]?.id);
    moved.push(threshold(notebook.env).value);
    expect(moved).toEqual([3]);
  });

  it('survives a crash, in the recording and where it stands', async () => {
    notebook.cell('a', (env) => void met(env).show());
    await notebook.env.step(2);
    threshold(notebook.env).value = 9;
    await notebook.env.step(1);
    notebook.session.cut({ label: 'before' });
    await notebook.crash();
    notebook = await Notebook.open(folder.path('n.sqlite'), true);
    notebook.env.pause();
    expect(notebook.cell('a', (env) => void met(env).show()).resumed).toHaveLength(1);
    notebook.cell(
      'b',
      (env) =>
        void met(env)
          .map((text) => `b ${text}`)
          .show(),
    );
    await notebook.env.step(1);
    expect(notebook.view('a/0').values).toEqual(['0:3', '1:3', '2:9', '3:9']);
    expect(notebook.view('b/0').values).toEqual(['b 0:3', 'b 1:3', 'b 2:9', 'b 3:9']);
  });
});

describe('env.whatIf', () => {
  const large = (env: SessionEnvironment) => {
    const limit = threshold(env);
    return numbers(env).filter((n) => n >= limit.value);
  };

  it('says which records would have come, and which would not', async () => {
    notebook.cell('a', (env) => void large(env).show());
    await notebook.env.step(4);
    threshold(notebook.env).value = 6;
    await notebook.env.step(4);
    // As it was: 3, 6, 7. With 5 all along: 5, 6, 7.
    const { rows, same } = await notebook.env.whatIf({ threshold: 5 }, large(notebook.env));
    expect(rows).toEqual([
      { change: 'only before', time: 3_000, before: 3 },
      { change: 'only after', time: 5_000, after: 5 },
    ]);
    expect(same).toBe(2);
    // What runs has not noticed.
    expect(notebook.view('a/0').values).toEqual([3, 6, 7]);
    expect(threshold(notebook.env).value).toBe(6);
  });

  it('compares windows by key and time, of a view and while streams run', async () => {
    const held: { view?: ReturnType<ReturnType<typeof numbers>['show']> } = {};
    const counts = (env: SessionEnvironment) => {
      const limit = threshold(env);
      return numbers(env)
        .filter((n) => n >= limit.value)
        .keyBy((n) => n % 2)
        .window(TumblingEventTimeWindows.of('10 s'))
        .aggregate({ createAccumulator: () => 0, add: (_, n) => n + 1, getResult: (n) => n });
    };
    notebook.cell('a', (env) => void (held.view = counts(env).show() as typeof held.view));
    notebook.env.resume();
    await notebook.view('a/0').until(({ status }) => status === 'finished');
    if (!held.view) throw new Error('no view');
    const { rows, same } = await notebook.env.whatIf({ threshold: 9 }, held.view);
    expect(rows).toEqual([
      { change: 'changed', key: 1, start: 0, end: 10_000, before: 4, after: 1 },
      { change: 'only before', key: 0, start: 0, end: 10_000, before: 3 },
    ]);
    expect(same).toBe(2);
  });

  it('compares the rows of a table that changes as they stand', async () => {
    const held: { view?: View } = {};
    const counts = (env: SessionEnvironment) => {
      const limit = threshold(env);
      const table = env.fromDataStream(
        numbers(env).filter((n) => n >= limit.value && n < 10),
        'n INT',
      );
      env.createTemporaryView('some', table);
      return env.sqlQuery('SELECT n % 2 AS odd, COUNT(*) AS times FROM some GROUP BY n % 2');
    };
    notebook.cell('a', (env) => void (held.view = counts(env).show()));
    notebook.env.resume();
    await notebook.view('a/0').until(({ status }) => status === 'finished');
    if (!held.view) throw new Error('no view');
    const { rows, same } = await notebook.env.whatIf({ threshold: 9 }, held.view);
    expect(rows.map(({ change, before, after }) => ({ change, before, after }))).toEqual([
      { change: 'only before', before: { odd: 0, times: 3 }, after: undefined },
      { change: 'changed', before: { odd: 1, times: 4 }, after: { odd: 1, times: 1 } },
    ]);
    expect(same).toBe(0);
  });

  it('tells rows apart by what it is told', async () => {
    const rated = (env: SessionEnvironment) => {
      const limit = threshold(env);
      return numbers(env).map((n) => ({ n, high: n > limit.value }));
    };
    notebook.cell('a', (env) => void rated(env).show());
    await notebook.env.step(6);
    const { rows } = await notebook.env.whatIf({ threshold: 4 }, rated(notebook.env), { by: ({ n }) => n });
    expect(rows).toEqual([
      { change: 'changed', time: 4_000, before: { n: 4, high: true }, after: { n: 4, high: false } },
    ]);
  });

  it('names the params there are, and fails as the stream would have failed', async () => {
    threshold(notebook.env);
    await expect(notebook.env.whatIf({ treshold: 1 }, numbers(notebook.env))).rejects.toMatchObject({
      code: 'no-such-param',
      message: expect.stringContaining('threshold') as string,
    });
    const limit = threshold(notebook.env);
    const picky = numbers(notebook.env).map((n) => {
      if (n === limit.value - 50) throw new Error('picked');
      return n;
    });
    notebook.cell('a', (env) => void numbers(env).show());
    await notebook.env.step(4);
    await expect(notebook.env.whatIf({ threshold: 52 }, picky)).rejects.toThrow('picked');
  });
});
