import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  generatorSource,
  KeyedProcessFunction,
  RestartStrategies,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type ValueState,
} from '../../../runtime/src/index.ts';
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

const numbers = (env: SessionEnvironment, count = 100) =>
  env.fromSource(
    generatorSource((n) => n, { count }),
    WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 1_000),
    'numbers',
  );

/** Counts, and says how by `mark`, which is no more than an edit of it. */
class Counter extends KeyedProcessFunction<number, number, string> {
  readonly mark: string;
  readonly calls: unknown[];
  #count!: ValueState<number>;
  constructor(mark: string, calls: unknown[] = []) {
    super();
    this.mark = mark;
    // A list that others see too is no part of what it does.
    Object.defineProperty(this, 'calls', { value: calls, enumerable: false });
    this.calls = calls;
  }
  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', 0));
  }
  override processElement(n: number, _: unknown, out: Collector<string>): void {
    this.calls.push(n);
    if (this.mark === `fails at ${n}`) throw new Error(`cannot take ${n}`);
    const count = this.#count.value()! + 1;
    this.#count.update(count);
    out.collect(`${this.mark} ${count}`);
  }
}

const counted = (
  env: SessionEnvironment,
  mark: string,
  options?: { onEdit?: 'rebuild' | 'keep' },
  calls?: unknown[],
) => {
  const stream = numbers(env)
    .keyBy(() => 0)
    .process(new Counter(mark, calls));
  return options ? stream.uid('counter', options) : stream;
};
const last = (id: string) => notebook.view(id).values.at(-1);

describe('law 4: re-running a cell is an edit', () => {
  it("carries state of the same descriptors into the new function with onEdit: 'keep'", async () => {
    notebook.cell('a', (env) => void counted(env, 'a', { onEdit: 'keep' }).show());
    await notebook.env.step(5);
    const calls: unknown[] = [];
    const outcome = notebook.cell('a', (env) => void counted(env, 'b', { onEdit: 'keep' }, calls).show());
    expect(outcome).toMatchObject({ carried: [expect.any(String)], rebuilt: [] });
    expect(outcome.changes).toMatchObject([{ change: 'carried' }]);
    await notebook.env.step(2);
    expect(notebook.view('a/0').values).toEqual(['a 1', 'a 2', 'a 3', 'a 4', 'a 5', 'b 6', 'b 7']);
    expect(calls).toEqual([5, 6]);
  });

  it('takes state behind an edited operator along, and what windows hold', async () => {
    const windows = (env: SessionEnvironment, mark: string) =>
      counted(env, mark, { onEdit: 'keep' })
        .keyBy((text) => text.length)
        .window(TumblingEventTimeWindows.of('4 s'))
        .reduce((a, b) => `${a}, ${b}`);
    notebook.cell('a', (env) => void windows(env, 'a').show());
    await notebook.env.step(3);
    notebook.cell('a', (env) => void windows(env, 'b').show());
    await notebook.env.step(2);
    expect(notebook.view('a/0').values).toEqual(['a 1, a 2, a 3, b 4']);
  });

  it('rebuilds from the recording unless it is told otherwise, and says what it replays', async () => {
    notebook.cell('a', (env) => void counted(env, 'a', {}).show());
    await notebook.env.step(5);
    const outcome = notebook.cell('a', (env) => void counted(env, 'b', {}).show());
    expect(outcome.rebuilt).toHaveLength(1);
    const [change] = outcome.changes;
    expect(change).toMatchObject({ change: 'rebuilt', replays: { records: 5 } });
    expect(change!.replays!.from).toBeLessThanOrEqual(change!.replays!.to);
    await notebook.env.step(1);
    expect(last('a/0')).toBe('b 6');
    expect(notebook.view('a/0').values).toHaveLength(6);
  });

  it('rebuilds when something else of the branch was edited as well, or its shape', async () => {
    notebook.cell(
      'a',
      (env) =>
        void counted(env, 'a', { onEdit: 'keep' })
          .map((x) => x)
          .show(),
    );
    await notebook.env.step(3);
    const edited = notebook.cell('a', (env) => {
      counted(env, 'b', { onEdit: 'keep' })
        .map((x) => `${x}!`)
        .show();
    });
    expect(edited.rebuilt).toHaveLength(1);
    const shaped = notebook.cell('a', (env) => void counted(env, 'b', { onEdit: 'keep' }).show());
    expect(shaped.rebuilt).toHaveLength(1);
    await notebook.env.step(1);
    expect(notebook.view('a/0').values).toEqual(['b 1', 'b 2', 'b 3', 'b 4']);
  });

  it('is an edit of every operator that names a variable that the cell changes, whatever its cell', async () => {
    notebook.cell('limit', () => undefined, [], { limit: 3 });
    const above = () =>
      notebook.naming(['limit'], (n: number) => n >= (notebook.variables.get('limit') as number));
    notebook.cell('a', (env) => void numbers(env).filter(above()).show());
    notebook.cell('b', (env) => void numbers(env).show());
    await notebook.env.step(6);
    expect(notebook.view('a/0').values).toEqual([3, 4, 5]);
    const outcome = notebook.cell('limit', () => undefined, [], { limit: 1 });
    expect(outcome.changes).toMatchObject([{ cell: 'a', change: 'rebuilt', replays: { records: 6 } }]);
    await notebook.env.step(1);
    expect(notebook.view('a/0').values).toEqual([1, 2, 3, 4, 5, 6]);
    // Nothing else is, and the same value is none.
    expect(notebook.cell('limit', () => undefined, [], { limit: 1 }).changes).toEqual([]);
    expect(notebook.cell('a', (env) => void numbers(env).filter(above()).show()).kept).toHaveLength(1);
  });

  it('names what it keeps, and what is new', () => {
    notebook.cell('a', (env) => void numbers(env).show());
    const outcome = notebook.cell('a', (env) => {
      numbers(env).show();
      numbers(env)
        .map((n) => -n)
        .print();
    });
    expect(outcome.changes.map(({ change, kind }) => `${change} ${kind}`)).toEqual([
      'kept view',
      'new print',
    ]);
  });

  it('finds an operator with a uid again wherever its view stands in the cell', async () => {
    notebook.cell('a', (env) => void counted(env, 'a', { onEdit: 'keep' }).show());
    await notebook.env.step(3);
    const outcome = notebook.cell('a', (env) => {
      numbers(env).show();
      counted(env, 'b', { onEdit: 'keep' }).show();
    });
    expect(outcome.carried).toHaveLength(1);
    await notebook.env.step(1);
    expect(last('a/1')).toBe('b 4');
  });
});

describe('law 9: a failing function fails its branch; the fixed cell resumes it from the last good cut', () => {
  it('whatever the restart strategy, which says once that it changes nothing', async () => {
    notebook.cell('a', (env) => {
      env.setRestartStrategy(RestartStrategies.fixedDelay(3, 1));
      env.setRestartStrategy(RestartStrategies.none());
      counted(env, 'fails at 1').show();
    });
    await notebook.env.step(3);
    expect(notebook.view('a/0').status).toBe('failed');
    expect(notebook.warnings).toEqual([
      expect.stringContaining('setRestartStrategy changes nothing in a notebook'),
    ]);
  });

  it('goes on with the state of the last cut before the failure, also when others were taken since', async () => {
    notebook.cell('a', (env) => void counted(env, 'fails at 6').show());
    await notebook.env.step(4);
    notebook.cell('b', () => undefined);
    await notebook.env.step(4);
    expect(notebook.view('a/0').status).toBe('failed');
    notebook.cell('c', () => undefined);
    const calls: unknown[] = [];
    const outcome = notebook.cell('a', (env) => void counted(env, 'fixed', undefined, calls).show());
    expect(outcome.resumed).toHaveLength(1);
    await notebook.view('a/0').until(({ status }) => status === 'paused');
    await notebook.env.step(1);
    expect(notebook.view('a/0').values.slice(0, 5)).toEqual([
      'fails at 6 1',
      'fails at 6 2',
      'fails at 6 3',
      'fails at 6 4',
      'fixed 5',
    ]);
    expect(last('a/0')).toBe(`fixed ${notebook.view('a/0').values.length}`);
    expect(calls[0]).toBe(4);
  });

  it("starts over when the cell says onEdit: 'rebuild'", async () => {
    notebook.cell('a', (env) => void counted(env, 'fails at 6', { onEdit: 'rebuild' }).show());
    await notebook.env.step(8);
    const outcome = notebook.cell('a', (env) => void counted(env, 'fixed', { onEdit: 'rebuild' }).show());
    expect(outcome.rebuilt).toHaveLength(1);
    await notebook.env.step(0);
    expect(notebook.view('a/0').values[0]).toBe('fixed 1');
  });
});

describe('law 5: when the recording no longer reaches back', () => {
  it('keeps the state of an operator with a uid', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    const lines = (env: SessionEnvironment, mark: string, uid?: string) => {
      const stream = env
        .socketTextStream('127.0.0.1', port)
        .map(Number)
        .keyBy(() => 0)
        .process(new Counter(mark));
      return uid === undefined ? stream : stream.uid(uid);
    };
    notebook.cell('a', (env) => void lines(env, 'a', 'counter').show());
    notebook.cell('b', (env) => void lines(env, 'a').show());
    const stepped = notebook.env.step(6, { timeout: 60_000 });
    if (sockets.length === 0) await once(server, 'connection');
    sockets[0]?.write('1\n2\n3\n4\n5\n6\n7\n');
    await stepped;
    notebook.env.recording().limit({ rows: 2 });
    expect(notebook.cell('a', (env) => void lines(env, 'b', 'counter').show()).carried).toHaveLength(1);
    expect(notebook.cell('b', (env) => void lines(env, 'b').show()).rebuilt).toHaveLength(1);
    await notebook.env.step(1, { timeout: 60_000 });
    expect(last('a/0')).toBe('b 7');
    expect(notebook.view('b/0').values).toEqual(['b 1', 'b 2', 'b 3']);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
