import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  generatorSource,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
  type View,
} from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { holds } from '../property.ts';
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

interface Event {
  readonly n: number;
  readonly at: number;
}

/** Events a second apart, `{ n, at }`. */
function events(env: SessionEnvironment, options: { count?: number; rate?: number } = {}) {
  const source = generatorSource((n) => ({ n, at: n * 1_000 }), { count: 20, ...options });
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(({ at }) => at);
  return env.fromSource(source, strategy, 'events');
}
/** Others, from 100 on. */
const others = (env: SessionEnvironment) =>
  events(env, { count: 21 }).map(({ n, at }) => ({ n: n + 100, at }));

const counting = {
  createAccumulator: () => 0,
  add: (_: unknown, count: number) => count + 1,
  getResult: (count: number) => count,
};
const windows = (env: SessionEnvironment) =>
  events(env)
    .keyBy(({ n }) => n % 2)
    .window(TumblingEventTimeWindows.of('4 s'))
    .aggregate(counting);

/** Counts of 30 events, ten a second, by the clock. */
const perSecond = (env: SessionEnvironment) =>
  events(env, { rate: 10, count: 30 })
    .keyBy(() => 0)
    .window(TumblingProcessingTimeWindows.of('1 s'))
    .aggregate(counting);

const numbers = (id: string) => (notebook.view(id).values as Event[]).map(({ n }) => n);

describe('env.step', () => {
  it('takes every view on by so many records, and holds', async () => {
    notebook.cell('a', (env) => void events(env).show());
    notebook.cell('b', (env) => void windows(env).show());
    expect(await notebook.env.step(3)).toEqual({ records: 3, ended: false, waiting: false });
    expect(numbers('a/0')).toEqual([0, 1, 2]);
    expect(notebook.view('b/0').values).toEqual([]);
    expect(notebook.view('a/0').status).toBe('paused');
    await notebook.env.step();
    expect(numbers('a/0')).toEqual([0, 1, 2, 3]);
    await notebook.env.step(1);
    expect(notebook.view('b/0').values).toEqual([2, 2]);
  });

  it('pauses what runs', async () => {
    notebook.env.resume();
    notebook.cell('a', (env) => void events(env, { rate: 20 }).show());
    await notebook.env.step(2);
    expect(numbers('a/0')).toEqual([0, 1]);
  });

  it('sees what the running cell has made so far', async () => {
    notebook.session.beginCell('a');
    events(notebook.env).show();
    await notebook.env.step(2);
    expect(numbers('a/0')).toEqual([0, 1]);
    notebook.session.endCell('a', { text: '[1]' }, false);
    expect(numbers('a/0')).toEqual([0, 1]);
  });

  it('steps to the next watermark', async () => {
    notebook.cell('a', (env) => {
      const flat = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner(
        (n) => Math.floor(n / 3) * 1_000,
      );
      env
        .fromSource(
          generatorSource((n) => n, { count: 10 }),
          flat,
          'flat',
        )
        .show();
    });
    await notebook.env.step('watermark');
    expect(notebook.view('a/0').values).toEqual([0]);
    await notebook.env.step('watermark');
    expect(notebook.view('a/0').values).toEqual([0, 1, 2, 3]);
  });

  it('reads sources in turn, so that the order is the same every time', async () => {
    notebook.cell('a', (env) => {
      events(env).union(others(env)).show();
    });
    await notebook.env.step(5);
    expect(numbers('a/0')).toEqual([0, 100, 1, 101, 2]);
  });

  it('takes the end of a source as a step, then says that all has ended', async () => {
    notebook.cell('a', (env) => void windows(env).show());
    expect(await notebook.env.step(20)).toMatchObject({ records: 20, ended: false });
    expect(notebook.view('a/0').values).toHaveLength(8);
    expect(await notebook.env.step(1)).toMatchObject({ records: 0, ended: false });
    expect(notebook.view('a/0').values).toHaveLength(10);
    expect(notebook.view('a/0').status).toBe('finished');
    expect(await notebook.env.step(1)).toEqual({ records: 0, ended: true, waiting: false });
  });

  it("moves the streams' clock to when a paced source is due, and timers of the clock with it", async () => {
    notebook.cell('a', (env) => void perSecond(env).show());
    await notebook.env.step(25);
    const counts = notebook.view('a/0').values as number[];
    expect(counts.length).toBeGreaterThanOrEqual(2);
    expect(counts.slice(1)).toEqual(counts.slice(1).map(() => 10));
  });

  it('fires a timer of the clock when its millisecond is over: what still comes in it is in the same window', async () => {
    const { clock } = notebook.session;
    clock.advanceTo(Math.ceil(clock.now() / 1_000) * 1_000 + 99);
    notebook.cell('a', (env) => void perSecond(env).show());
    await notebook.env.step(25);
    expect(notebook.view('a/0').values).toEqual([10, 10]);
  });

  it('waits for a source from outside, and says so when nothing comes', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    notebook.cell('a', (env) => void env.socketTextStream('127.0.0.1', port).show());
    expect(await notebook.env.step(1, { timeout: 20 })).toMatchObject({ records: 0, waiting: true });
    const stepped = notebook.env.step(3, { timeout: 60_000 });
    if (sockets.length === 0) await once(server, 'connection');
    sockets[0]?.write('a\nb\nc\nd\n');
    expect(await stepped).toEqual({ records: 3, ended: false, waiting: false });
    expect(notebook.view('a/0').values).toEqual(['a', 'b', 'c']);
    await notebook.env.step(-2);
    expect(notebook.view('a/0').values).toEqual(['a']);
    await notebook.env.step(3);
    expect(notebook.view('a/0').values).toEqual(['a', 'b', 'c', 'd']);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('is called off when the streams are to run on', async () => {
    notebook.cell('b', (env) => void events(env, { count: 5 }).show());
    const stepped = notebook.env.step(1_000, { timeout: 60_000 });
    notebook.env.resume();
    expect((await stepped).waiting).toBe(true);
    await notebook.view('b/0').until(({ status }) => status === 'finished');
  });

  it('refuses what is no number of records', async () => {
    await expect(notebook.env.step(1.5)).rejects.toMatchObject({ code: 'bad-argument' });
  });
});

describe('law 7: rewind', () => {
  it('steps back to what each view showed', async () => {
    const held: { view?: View<Event> } = {};
    notebook.cell('a', (env) => void (held.view = events(env).show()));
    notebook.cell('b', (env) => void windows(env).show());
    await notebook.env.step(9);
    await notebook.env.step(-3);
    expect(held.view?.latest().map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers('a/0')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(notebook.view('b/0').values).toEqual([2, 2]);
    await notebook.env.step(3);
    expect(numbers('a/0')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(notebook.view('b/0').values).toEqual([2, 2, 2, 2]);
  });

  it('steps back into the middle of what was read at once', async () => {
    notebook.cell('a', (env) => void events(env).show());
    notebook.env.resume();
    await notebook.view('a/0').until(({ status }) => status === 'finished');
    await notebook.env.step(-1);
    expect(numbers('a/0')).toHaveLength(20);
    await notebook.env.step(-7);
    expect(numbers('a/0')).toEqual(Array.from({ length: 13 }, (_, n) => n));
    await notebook.env.step(-100);
    expect(numbers('a/0')).toEqual([]);
    notebook.env.resume();
    await notebook.view('a/0').until(({ status }) => status === 'finished');
    expect(numbers('a/0')).toHaveLength(20);
  });

  it('shows at any step what it showed there the first time, whatever the way', () =>
    holds(
      fc.array(fc.integer({ min: -6, max: 9 }), { minLength: 1, maxLength: 12 }),
      async (ways) => {
        const walked = await Notebook.open(':memory:');
        walked.env.pause();
        walked.cell('a', (env) => void windows(env).show());
        walked.cell('b', (env) => void events(env).union(others(env)).show());
        const seen = new Map<number, string>();
        const total = 20 + 21 + 2;
        let at = 0;
        for (const way of ways) {
          await walked.env.step(way);
          at = Math.min(total, Math.max(0, at + way));
          const shown = JSON.stringify([walked.view('a/0').values, walked.view('b/0').values]);
          expect(shown).toBe(seen.get(at) ?? shown);
          seen.set(at, shown);
          if (way % 4 === 0) walked.session.cut({ label: 'on the way' });
        }
        await walked.crash();
      },
      25,
    ));

  it('rewinds to before a cell ran, by its number and by its id', async () => {
    notebook.cell('a', (env) => void events(env).show());
    await notebook.env.step(4);
    notebook.cell('b', () => undefined);
    await notebook.env.step(4);
    notebook.cell('c', () => undefined);
    await notebook.env.step(4);
    await notebook.env.rewind(3);
    expect(numbers('a/0')).toEqual([0, 1, 2, 3]);
    expect(notebook.env.snapshots().map(({ after }) => after)).toEqual(['[1]', '[2]']);
    await notebook.env.rewind('b');
    expect(numbers('a/0')).toEqual([]);
    await expect(notebook.env.rewind('a')).rejects.toMatchObject({ code: 'no-such-cell-run' });
    await expect(notebook.env.rewind(9)).rejects.toMatchObject({ code: 'no-such-cell-run' });
  });

  it('runs again what a cell had made before it was edited, with the functions it had then', async () => {
    const shown = (fn: (event: Event) => number) =>
      notebook.cell('a', (env) => void events(env).map(fn).show());
    shown(({ n }) => n);
    await notebook.env.step(3);
    notebook.cell('b', () => undefined);
    shown(({ n }) => n * 10);
    await notebook.env.step(1);
    expect(notebook.view('a/0').values).toEqual([0, 10, 20, 30]);
    await notebook.env.rewind('a');
    expect(notebook.view('a/0').values).toEqual([0, 1, 2]);
    expect(notebook.session.waiting()).toEqual([]);
    await notebook.env.step(1);
    expect(notebook.view('a/0').values).toEqual([0, 1, 2, 3]);
  });
});

describe('law 11: determinism', () => {
  it('gives the same results in the same order for the same recording, whenever a view was made', async () => {
    const both = (env: SessionEnvironment) =>
      windows(env)
        .union(others(env).map(({ n }) => n))
        .map((n) => n);
    notebook.cell('a', (env) => void both(env).show());
    await notebook.env.step(17);
    notebook.cell('b', (env) => void both(env).show());
    await notebook.env.step(25);
    expect(notebook.view('b/0').values).toEqual(notebook.view('a/0').values);
    const again = await Notebook.open(':memory:');
    again.env.pause();
    again.cell('a', (env) => void both(env).show());
    await again.env.step(42);
    expect(again.view('a/0').values).toEqual(notebook.view('a/0').values);
    await again.crash();
  });
});
