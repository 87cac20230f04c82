import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EventTimeSessionWindows,
  generatorSource,
  KeyedProcessFunction,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type ValueState,
} from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook } from './notebook.ts';

let notebook: Notebook;

beforeEach(async () => {
  notebook = await Notebook.open(':memory:');
  notebook.env.pause();
});
afterEach(() => notebook.crash());

interface Event {
  readonly n: number;
  readonly at: number;
}

/** Events a second apart; every seventh comes 5 s late. */
const events = (env: SessionEnvironment, count = 100) =>
  env.fromSource(
    generatorSource((n) => ({ n, at: n * 1_000 - (n % 7 === 6 ? 5_000 : 0) }), { count }),
    WatermarkStrategy.forBoundedOutOfOrderness<Event>('1 s').withTimestampAssigner(({ at }) => at),
    'events',
  );

const counting = {
  createAccumulator: () => 0,
  add: (_: unknown, count: number) => count + 1,
  getResult: (count: number) => count,
};
const windows = (env: SessionEnvironment, uid = 'counts') =>
  events(env)
    .keyBy(({ n }) => n % 2)
    .window(TumblingEventTimeWindows.of('4 s'))
    .aggregate(counting)
    .uid(uid);

class Last extends KeyedProcessFunction<number, Event, number> {
  #last!: ValueState<Event | undefined>;
  override open(): void {
    this.#last = this.getRuntimeContext().getState(new ValueStateDescriptor<Event>('last'));
  }
  override processElement(
    event: Event,
    context: Parameters<KeyedProcessFunction<number, Event, number>['processElement']>[1],
    out: Collector<number>,
  ): void {
    this.#last.update(event);
    context.timerService().registerEventTimeTimer(event.at + 60_000);
    out.collect(event.n);
  }
}
const lasts = (env: SessionEnvironment) =>
  events(env)
    .keyBy(({ n }) => n % 3)
    .process(new Last())
    .uid('lasts');

describe('env.state: an operator’s state is a table', () => {
  it('shows keys, values and timers, now and in a snapshot, while nothing changes', async () => {
    notebook.cell('a', (env) => void lasts(env).show());
    await notebook.env.step(3);
    const cut = notebook.session.cut({ label: 'after three' })!;
    await notebook.env.step(2);
    const before = await notebook.env.state('lasts', { at: cut });
    expect(before.rows.filter(({ state }) => state === 'last')).toEqual([
      { key: 0, state: 'last', value: { n: 0, at: 0 } },
      { key: 1, state: 'last', value: { n: 1, at: 1_000 } },
      { key: 2, state: 'last', value: { n: 2, at: 2_000 } },
    ]);
    const now = await notebook.env.state('lasts');
    expect(now.rows.filter(({ state }) => state === 'last').map(({ value }) => (value as Event).n)).toEqual([
      3, 4, 2,
    ]);
    expect(now.rows.filter(({ state }) => state === 'event-time timer')).toHaveLength(5);
    expect(now.rows.find(({ key, time }) => key === 2 && time !== undefined)).toEqual({
      key: 2,
      state: 'event-time timer',
      time: 62_000,
    });
    // What it hands out is a copy.
    (now.rows[0]!.value as { n: number }).n = 99;
    expect(((await notebook.env.state('lasts')).rows[0]!.value as Event).n).toBe(3);
  });

  it('shows open windows, on a grid and of sessions', async () => {
    notebook.cell('a', (env) => {
      windows(env).show();
      events(env)
        .keyBy(() => 'all')
        .window(EventTimeSessionWindows.withGap('3 s'))
        .aggregate({ ...counting, merge: (a, b) => a + b })
        .uid('sessions')
        .show();
    });
    await notebook.env.step(6);
    expect((await notebook.env.state('counts')).rows).toEqual([
      { key: 0, state: 'window', start: 4_000, end: 8_000, value: 1 },
      { key: 1, state: 'window', start: 4_000, end: 8_000, value: 1 },
    ]);
    expect((await notebook.env.state('sessions')).rows).toEqual([
      { key: 'all', state: 'window', start: 0, end: 8_000, value: 6 },
    ]);
  });

  it('goes page by page, and picks a key; a stream or a view says which as well', async () => {
    const held: { view?: ReturnType<ReturnType<typeof lasts>['show']> } = {};
    notebook.cell('a', (env) => void (held.view = lasts(env).show()));
    await notebook.env.step(6);
    const all = await notebook.env.state('lasts');
    const pages = [
      await notebook.env.state('lasts', { limit: 4 }),
      await notebook.env.state('lasts', { offset: 4, limit: 4 }),
      await notebook.env.state('lasts', { offset: 8, limit: 4 }),
    ];
    expect(pages.map(({ more }) => more)).toEqual([true, true, false]);
    expect(pages.flatMap(({ rows }) => rows)).toEqual(all.rows);
    const one = await notebook.env.state(held.view!, { key: 1 });
    expect(one.rows).toEqual(all.rows.filter(({ key }) => key === 1));
    await expect(notebook.env.state('nobody')).rejects.toMatchObject({
      code: 'no-such-operator',
      message: expect.stringContaining("'lasts'") as string,
    });
  });
});

describe('env.diff: what has changed between two snapshots', () => {
  it('names state, windows, timers and views', async () => {
    notebook.cell('a', (env) => void windows(env).show());
    notebook.cell('b', (env) => void lasts(env).show());
    await notebook.env.step(2);
    const a = notebook.session.cut({ label: 'a' })!;
    await notebook.env.step(4);
    const b = notebook.session.cut({ label: 'b' })!;
    const { branches, rows, count } = await notebook.env.diff(a, b);
    expect(branches).toMatchObject([
      { in: 'both', records: 2 },
      { in: 'both', records: 4 },
    ]);
    expect(count).toBe(rows.length);
    expect(rows).toContainEqual(
      expect.objectContaining({
        operator: 'counts',
        change: 'removed',
        start: 0,
        end: 4_000,
        key: 0,
        before: 1,
      }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ operator: 'counts', change: 'added', start: 4_000, key: 1, after: 1 }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({
        operator: 'lasts',
        change: 'changed',
        state: 'last',
        key: 0,
        before: { n: 0, at: 0 },
        after: { n: 3, at: 3_000 },
      }),
    );
    expect((await notebook.env.diff(b, b)).count).toBe(0);
  });
});

describe('env.why', () => {
  it('says which watermark a window waits for, and what its source lacks', async () => {
    notebook.cell('a', (env) => void windows(env).show());
    await notebook.env.step(3);
    const why = await notebook.env.why({ window: 0 });
    expect(why).toMatchObject({
      done: false,
      needed: 3_999,
      watermark: 999,
      heldBackBy: [{ name: 'events', watermark: 999, maxTimestamp: 2_000, bound: 1_000, idle: false }],
    });
    expect(why.toString()).toContain('fires with the watermark 1970-01-01T00:00:03.999Z');
    expect(why.toString()).toContain('a record of 1970-01-01T00:00:05.000Z or later');
    await notebook.env.step(3);
    expect(await notebook.env.why({ window: new Date(0), of: 'counts' })).toMatchObject({ done: true });
  });

  it('names the input that holds back the others, and what is idle', async () => {
    const quiet = (env: SessionEnvironment) =>
      env.fromSource(
        generatorSource((n) => ({ n, at: n * 10 }), { count: 1_000 }),
        WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(({ at }) => at),
        'slow',
      );
    notebook.cell('a', (env) => {
      events(env)
        .union(quiet(env))
        .keyBy(() => 0)
        .window(TumblingEventTimeWindows.of('4 s'))
        .aggregate(counting)
        .show();
    });
    await notebook.env.step(20);
    const why = await notebook.env.why({ window: { start: 0, end: 4_000 } });
    expect(why.heldBackBy.at(-1)).toMatchObject({ name: 'slow', watermark: 89 });
    expect(why.toString()).toMatch(/waits for 'slow'.*'events' is at/);
  });

  it('says why a record was dropped: its window, when that was cleaned up, the watermark then', async () => {
    notebook.cell('a', (env) => void windows(env).show());
    await notebook.env.step(9);
    // Number 6 came with the timestamp 1,000 when the watermark stood at 3,999.
    const why = await notebook.env.why({ record: { n: 6, at: 1_000 } });
    expect(why).toMatchObject({
      done: false,
      watermark: 3_999,
      windows: [{ start: 0, end: 4_000, cleanup: 3_999, gone: true }],
    });
    expect(why.toString()).toContain('came too late and was dropped');
    const taken = await notebook.env.why({ record: (record) => (record as Event).n === 3 });
    expect(taken).toMatchObject({ done: true, windows: [{ start: 0, gone: false }] });
    await expect(notebook.env.why({ record: { n: 7_000 } })).rejects.toMatchObject({
      code: 'no-such-record',
    });
  });

  it('tells about the window that ends next if none is named: on a grid, of sessions, of the clock, of SQL', async () => {
    notebook.cell('a', (env) => {
      windows(env).show();
      const keyed = events(env).keyBy(() => 0);
      keyed.window(EventTimeSessionWindows.withGap('10 s')).sum('n').uid('sessions').show();
      keyed.window(TumblingProcessingTimeWindows.of('4 s')).aggregate(counting).uid('clocked').show();
      const columns =
        "n INT, ts TIMESTAMP(3) METADATA FROM 'rowtime', WATERMARK FOR ts AS SOURCE_WATERMARK()";
      env.createTemporaryView('events', env.fromDataStream(events(env), columns));
      const sums = (windowing: string): string =>
        `SELECT window_end, SUM(n) AS n FROM TABLE(${windowing}) GROUP BY window_start, window_end`;
      env
        .sqlQuery(sums("HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '4' SECOND)"))
        .show({ title: 'hops' });
      env
        .sqlQuery(sums("SESSION(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)"))
        .show({ title: 'gaps' });
    });
    const { env } = notebook;
    expect((await env.why()).toString()).toMatch(
      /^No window of 'counts' is open, and there has been no watermark yet/,
    );
    await env.step(3);
    expect(await env.why()).toMatchObject({ done: false, needed: 3_999, watermark: 999 });
    await env.step(3);
    expect(await env.why({ of: 'counts' })).toMatchObject({ done: false, needed: 7_999, watermark: 3_999 });
    // Five records, a second apart, since the start: the session lasts 10 s behind the last.
    expect(await env.why({ of: 'sessions' })).toMatchObject({ needed: 14_999 });
    await expect(env.why({ window: 0, of: 'sessions' })).rejects.toMatchObject({
      code: 'window-without-end',
    });
    expect(await env.why({ of: 'hops' })).toMatchObject({ needed: 5_999, watermark: 3_999 });
    expect(await env.why({ window: 4_000, of: 'hops' })).toMatchObject({ needed: 7_999 });
    expect(await env.why({ of: 'gaps' })).toMatchObject({ needed: 14_999 });
    const clocked = await env.why({ of: 'clocked' });
    expect(clocked.toString()).toContain('clock has passed its end');
    expect(clocked.heldBackBy).toEqual([]);
  });

  it('has nothing to say where nothing is windowed', async () => {
    notebook.cell('a', (env) => void lasts(env).show());
    await notebook.env.step(1);
    await expect(notebook.env.why({ window: 0 })).rejects.toMatchObject({ code: 'no-windows' });
  });
});
