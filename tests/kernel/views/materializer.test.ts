import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordOrigin } from 'tidemark';
import type { ViewDelta, ViewRow } from '../../../kernel/src/protocol/index.ts';
import {
  createMaterializer,
  type ViewMaterializer,
} from '../../../kernel/src/views/materialize/view-materializer.ts';
import { description, SAMPLES } from './sample-views.ts';

const T0 = Date.UTC(2026, 10, 23);
const WINDOW = { start: T0, end: T0 + 10_000 };

function windows(more: { maxRows?: number } = {}): ViewMaterializer {
  return createMaterializer(description('windows', more), {});
}

function fields(rows: readonly ViewRow[], ...names: string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}

describe('a table that changes', () => {
  const table = (maxRows = 100) =>
    createMaterializer(description('records', { maxRows }), { mode: 'update' });
  const put = (view: ViewMaterializer, key: string, n: number) =>
    view.onRecord({ n }, undefined, { key, change: 'replace' });
  const remove = (view: ViewMaterializer, key: string) =>
    view.onRecord({ n: 0 }, undefined, { key, change: 'remove' });

  test('says which rows have gone, and which stand in their place with other values', () => {
    const view = table();
    for (const key of ['a', 'b', 'c']) put(view, key, 1);
    const ids = view.takeDelta()?.upsert.map(({ _id }) => _id) ?? [];
    remove(view, 'b');
    remove(view, 'c');
    put(view, 'c', 2);
    const delta = view.takeDelta();
    expect(delta?.remove).toEqual([ids[1]]);
    expect(fields(delta?.upsert ?? [], '_id', 'n')).toEqual([[ids[2], 2]]);
  });

  test('tells keys apart that are long and differ at their end', () => {
    const view = table();
    const long = 'k'.repeat(1000);
    put(view, `${long}1`, 1);
    put(view, `${long}2`, 2);
    expect(fields(view.rows(), 'n')).toEqual([[1], [2]]);
  });

  test('keeps no more of its equal rows than are to be seen, and loses them all the same', () => {
    const view = table(3);
    const change = (n: number, what: 'add' | 'remove') =>
      view.onRecord({ n }, undefined, { key: String(n), change: what });
    for (let n = 0; n < 500; n++) change(n, 'add');
    for (let n = 0; n < 3; n++) change(499, 'add');
    expect(fields(view.rows(), 'n')).toEqual([[499], [499], [499]]);
    const { copies } = (view.snapshot() as { maker: { copies: unknown[] } }).maker;
    expect(copies.length).toBeLessThan(100);
    change(499, 'remove');
    change(7, 'remove');
    expect(fields(view.rows(), 'n')).toEqual([[499], [499]]);
  });
});

describe('window results', () => {
  test('a firing replaces the row of its key and window, and keeps the value before', () => {
    const view = windows();
    view.onRecord(3, 9999, { key: 'a', window: WINDOW, pane: 0 });
    view.onWatermark(T0 + 12_000);
    view.onRecord(5, 9999, { key: 'a', window: WINDOW, pane: 1 });
    expect(fields(view.rows(), 'key', 'value', 'pane', '_late', '_previous')).toEqual([['a', 5, 1, true, 3]]);
  });

  test('of processing time wait for the clock, and no watermark makes them late', () => {
    const shape = { layout: 'tumbling', size: 10_000, processingTime: true } as const;
    const view = createMaterializer(description('windows'), {}, shape);
    view.onWatermark(T0 + 86_400_000);
    expect(view.takeDelta()?.progress?.waiting).toBe(
      'waiting for the first window to close, by the clock of the runtime',
    );
    view.onRecord(3, 9999, { key: 'a', window: WINDOW, pane: 0 });
    view.onRecord(5, 9999, { key: 'a', window: WINDOW, pane: 1 });
    expect(fields(view.rows(), 'value', '_late')).toEqual([[5, false]]);
  });

  test('of a stream without keys have no legend, after a restore neither', () => {
    const view = windows();
    view.onRecord(3, 9999, { key: undefined, window: WINDOW, pane: 0 });
    const restored = windows();
    restored.restore(structuredClone(view.snapshot()));
    for (const one of [view, restored])
      expect(JSON.stringify(one.takeDelta()?.view?.spec ?? one.description.spec)).toContain('"legend":null');
  });

  test('an early firing is no late one', () => {
    const view = windows();
    view.onRecord(3, 9999, { key: 'a', window: WINDOW, pane: 0 });
    view.onWatermark(T0 + 5000);
    view.onRecord(5, 9999, { key: 'a', window: WINDOW, pane: 1 });
    expect(fields(view.rows(), 'pane', '_late')).toEqual([[1, false]]);
  });

  test('a purging trigger adds a row a pane', () => {
    const view = windows();
    view.onRecord(3, 9999, { key: 'a', window: WINDOW, pane: 0, purging: true });
    view.onRecord(5, 9999, { key: 'a', window: WINDOW, pane: 1, purging: true });
    expect(fields(view.rows(), 'value', 'pane')).toEqual([
      [3, 0],
      [5, 1],
    ]);
  });

  test('all results of one firing are rows, and the next firing replaces them all', () => {
    const view = windows();
    for (const value of [1, 2, 3]) view.onRecord(value, 9999, { key: 'a', window: WINDOW, pane: 0 });
    expect(fields(view.rows(), 'value')).toEqual([[1], [2], [3]]);
    for (const value of [7, 8]) view.onRecord(value, 9999, { key: 'a', window: WINDOW, pane: 1 });
    expect(fields(view.rows(), 'value')).toEqual([[7], [8]]);
  });

  test('a session merge withdraws the windows it absorbed', () => {
    const view = windows();
    view.onRecord(1, 4999, { key: 'a', window: { start: 0, end: 5000 }, pane: 0 });
    view.onRecord(2, 13_999, { key: 'a', window: { start: 9000, end: 14_000 }, pane: 0 });
    view.onRecord(9, 13_999, {
      key: 'a',
      window: { start: 0, end: 14_000 },
      pane: 0,
      absorbed: [
        { start: 0, end: 5000 },
        { start: 9000, end: 14_000 },
      ],
    });
    expect(fields(view.rows(), 'start', 'end', 'value')).toEqual([[0, 14_000, 9]]);
  });

  test.each<[string, unknown, number | null]>([
    ['a number', 4, 4],
    ['a bigint', 4n, 4],
    ['the last number of a tuple', ['a', 2, 7], 7],
    ["an object's field named value", { count: 1, value: 5 }, 5],
    ["an object's first number that is no key or bound", { key: 1, start: 0, end: 10, mean: 2.5, n: 3 }, 2.5],
    ["an object's first number that is no time in the window", { at: WINDOW.start + 5, n: 3 }, 3],
    ['1 for a result without a number', 'alarm', 1],
    ['nothing for a number that is none', Number.NaN, null],
  ])('the y axis shows %s', (_, result, value) => {
    const view = windows();
    view.onRecord(result, 9999, { key: 'a', window: WINDOW });
    expect(view.rows()[0]?.value).toBe(value);
  });

  test('the y axis shows the field that the operator computes', () => {
    const shape = { layout: 'tumbling', aggregation: 'max', field: 'mag' } as const;
    const view = createMaterializer(description('windows'), {}, shape);
    view.onRecord({ depth: 10, mag: 4.5 }, 9999, { key: 'a', window: WINDOW });
    expect(view.rows()[0]?.value).toBe(4.5);
    expect(JSON.stringify(view.takeDelta()?.view?.spec)).toContain('max(mag)');
  });

  test('keys are told apart by type', () => {
    const view = windows();
    view.onRecord(1, 9999, { key: 1, window: WINDOW });
    view.onRecord(2, 9999, { key: '1', window: WINDOW });
    expect(fields(view.rows(), 'value')).toEqual([[1], [2]]);
  });

  test('of many keys the largest get a colour, and the view says how many there are', () => {
    const view = windows();
    for (let k = 0; k < 30; k++) view.onRecord(k, 9999, { key: `k${k}`, window: WINDOW });
    const shown = view.rows().filter((row) => row._slot !== null);
    expect(shown.map((row) => row.value).sort()).toEqual([22, 23, 24, 25, 26, 27, 28, 29]);
    expect(view.takeDelta()?.progress?.note).toBe('8 largest of 30 keys');
  });

  test('a shown key keeps its colour while others come', () => {
    const view = windows();
    for (let k = 0; k < 8; k++) view.onRecord(10, 9999, { key: `k${k}`, window: WINDOW });
    const before = new Map(view.rows().map((row) => [row.key, row._slot]));
    view.onRecord(11, 9999, { key: 'new', window: WINDOW });
    for (const row of view.rows()) expect(row._slot).toBe(row.key === 'new' ? null : before.get(row.key));
  });

  test.each([
    ['sliding', [0, 60_000], [30_000, 90_000]],
    ['session', [0, 5000], [20_000, 32_000]],
    ['tumbling', [0, 10_000], [10_000, 20_000]],
  ])('without a word from the graph, %s windows are recognised by how they lie', (layout, ...bounds) => {
    const view = windows();
    for (const [start = 0, end = 0] of bounds)
      view.onRecord(1, end - 1, { key: 'a', window: { start, end } });
    const chart = JSON.stringify(view.takeDelta()?.view?.spec);
    const sample = JSON.stringify(SAMPLES[layout]?.().description.spec);
    expect(kindOfChart(chart)).toBe(kindOfChart(sample));
  });
});

function kindOfChart(spec: string): string {
  return spec.includes('"_slots"') ? 'bars' : spec.includes('"line"') ? 'lines' : 'lanes';
}

describe('records of any stream', () => {
  test('the last ones are kept, and the view says of how many', () => {
    const view = createMaterializer(description('records', { maxRows: 3 }), {});
    for (let i = 0; i < 1000; i++) view.onRecord({ i }, i, undefined);
    expect(fields(view.rows(), 'i', '_time')).toEqual([
      [997, 997],
      [998, 998],
      [999, 999],
    ]);
    expect(view.takeDelta()?.progress?.note).toBe('last 3 of 1,000 records');
  });

  test('update keeps one row a key, single keeps one', () => {
    const byKey = createMaterializer(description('records'), { mode: 'update' });
    const single = createMaterializer(description('records'), { mode: 'single' });
    for (const record of [
      { key: 'a', n: 1 },
      { key: 'b', n: 2 },
      { key: 'a', n: 3 },
    ]) {
      byKey.onRecord(record, undefined, undefined);
      single.onRecord(record, undefined, undefined);
    }
    expect(fields(byKey.rows(), 'key', 'n')).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(fields(single.rows(), 'key', 'n')).toEqual([['a', 3]]);
  });

  test('an object that the stream goes on changing is shown as it was', () => {
    const view = createMaterializer(description('records'), {});
    const accumulator = { n: 0, parts: [0] };
    for (let i = 1; i <= 3; i++) {
      accumulator.n = i;
      accumulator.parts[0] = i;
      view.onRecord(accumulator, i, undefined);
    }
    expect(fields(view.rows(), 'n', 'parts')).toEqual([
      [1, [1]],
      [2, [2]],
      [3, [3]],
    ]);
  });

  test('numbers with timestamps are drawn as a line, anything else is a table', () => {
    const numbers = createMaterializer(description('records'), {});
    numbers.onRecord(1, 1000, undefined);
    expect(numbers.takeDelta()?.view?.spec).toBeDefined();
    numbers.onRecord('two', 2000, undefined);
    const refined = numbers.takeDelta()?.view;
    expect(refined).toBeDefined();
    expect(refined?.spec).toBeUndefined();
  });

  test.each<[string, unknown, unknown]>([
    ['a bigint', { v: 12345678901234567890n }, '12345678901234567890'],
    ['a date', { v: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    ['a map', { v: new Map([['a', 1]]) }, { a: 1 }],
    ['NaN', { v: Number.NaN }, 'NaN'],
    ['a function', { v: function area() {} }, '[function area]'],
    ['an error', { v: new TypeError('no') }, 'TypeError: no'],
    ['a deep object', { v: { a: { b: { c: 1 } } } }, { a: { b: '{…}' } }],
    ['a long text', { v: 'x'.repeat(310) }, `${'x'.repeat(300)}… 10 more characters`],
    ['a long array', { v: Array.from({ length: 22 }, (_, i) => i) }, [...Array(20).keys(), '… 2 more']],
    ['a typed array', { v: new Float64Array([1, 2]) }, [1, 2]],
  ])('%s becomes plain JSON', (_, record, shown) => {
    const view = createMaterializer(description('records'), {});
    view.onRecord(record, 1, undefined);
    expect(view.rows()[0]?.v).toEqual(shown);
  });

  test('cycles and getters that throw do no harm', () => {
    const view = createMaterializer(description('records'), {});
    const cyclic: Record<string, unknown> = { name: 'ring' };
    cyclic.self = cyclic;
    view.onRecord(cyclic, 1, undefined);
    view.onRecord(
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get() {
          throw new Error('no entry');
        },
      }),
      2,
      undefined,
    );
    expect(view.rows()[0]?.self).toBe('[circular]');
    expect(JSON.stringify(view.rows()[1])).toContain('no entry');
  });

  test('a field named id or _time of the user keeps its place beside ours', () => {
    const view = createMaterializer(description('records'), {});
    view.onRecord({ id: 'quake-1' }, 5, undefined);
    expect(view.rows()).toEqual([{ _id: 'r1', id: 'quake-1', _time: 5 }]);
  });
});

describe('watermark progress', () => {
  test('late records are marked where they came, and a flat line is two points', () => {
    const view = createMaterializer(description('watermarks'), {});
    const report = (now: number, watermark: number, lateRecords: number): void =>
      view.onProgress(
        [{ operator: 'w', watermark, maxTimestamp: watermark + 5, idle: false, lateRecords }],
        now,
      );
    report(0, 1000, 0);
    report(1000, 2000, 2);
    for (let now = 2000; now <= 9000; now += 500) report(now, 2000, 2);
    expect(fields(view.rows(), 'now', 'watermark', 'lateNow')).toEqual([
      [0, 1000, 0],
      [1000, 2000, 2],
      [9000, 2000, 0],
    ]);
  });

  test('a watermark that says "nothing yet" or "the end" is no point in time', () => {
    const view = createMaterializer(description('watermarks'), {});
    view.onProgress([{ operator: 'w', watermark: Number.MIN_SAFE_INTEGER, idle: false, lateRecords: 0 }], 0);
    view.onProgress(
      [{ operator: 'w', watermark: Number.MAX_SAFE_INTEGER, idle: false, lateRecords: 0 }],
      1000,
    );
    expect(fields(view.rows(), 'watermark')).toEqual([[null], [null]]);
  });
});

describe('deltas', () => {
  test('applied one after the other they give the rows', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 7),
      slot: fc.integer({ min: 0, max: 6 }),
      pane: fc.integer({ min: 0, max: 2 }),
      value: fc.integer({ min: -50, max: 50 }),
      purging: fc.boolean(),
      absorb: fc.boolean(),
      then: fc.constantFrom('go on', 'take', 'restore'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (steps, maxRows) => {
        let view = windows({ maxRows });
        let rows = new Map<string, ViewRow>();
        const take = (): void => {
          const delta = view.takeDelta();
          if (delta !== undefined) rows = applied(rows, delta);
        };
        for (const { key, slot, pane, value, purging, absorb, then } of steps) {
          const window = { start: slot * 1000, end: slot * 1000 + 1000 };
          const absorbed = absorb ? [{ start: window.start - 1000, end: window.start }] : [];
          const origin: RecordOrigin = { key, window, pane, purging, absorbed };
          view.onRecord(value, window.end - 1, origin);
          if (then === 'take') take();
          if (then === 'restore') {
            const cut: unknown = structuredClone(view.snapshot());
            view = windows({ maxRows });
            view.restore(cut);
          }
        }
        take();
        expect([...rows.values()]).toEqual(view.rows());
        expect(rows.size).toBeLessThanOrEqual(maxRows);
      }),
      { seed: Number(process.env.TIDEMARK_SEED ?? 42), numRuns: 300 },
    );
  });

  test('nothing new is no delta', () => {
    const view = windows();
    view.onRecord(1, 9999, { key: 'a', window: WINDOW });
    expect(view.takeDelta()?.reset).toBe(true);
    expect(view.takeDelta()).toBeUndefined();
    view.onWatermark(4000);
    expect(view.takeDelta()).toMatchObject({ version: 2, reset: false, upsert: [], remove: [] });
  });

  test('after a restore the view goes on as if it had never stopped', () => {
    const straight = windows();
    const first = windows();
    const before: RecordOrigin = { key: 'a', window: WINDOW, pane: 0 };
    const after: RecordOrigin = { key: 'a', window: WINDOW, pane: 1 };
    for (const view of [straight, first]) view.onRecord(3, 9999, before);
    for (const view of [straight, first]) view.onWatermark(T0 + 11_000);
    const resumed = windows();
    resumed.restore(structuredClone(first.snapshot()));
    for (const view of [straight, resumed]) view.onRecord(4, 9999, after);
    expect(resumed.rows()).toEqual(straight.rows());
    expect(resumed.takeDelta()?.reset).toBe(true);
  });

  test('a row lost on the way is asked for again', () => {
    const view = windows();
    view.onRecord(1, 9999, { key: 'a', window: WINDOW });
    view.takeDelta();
    view.requestReset();
    expect(view.takeDelta()).toMatchObject({ reset: true, upsert: [{ key: 'a', value: 1 }] });
  });
});

describe('charts by choice', () => {
  test("a user's spec gets the view's rows", () => {
    const view = createMaterializer(description('windows'), { chart: { mark: 'area' } });
    expect(view.description.spec).toMatchObject({ mark: 'area', data: { name: 'rows' } });
  });

  test('a table can be asked for', () => {
    expect(createMaterializer(description('windows'), { chart: 'table' }).description.spec).toBeUndefined();
  });

  test('an unknown name is an error that lists the known ones', () => {
    expect(() => createMaterializer(description('windows'), { chart: 'pie' })).toThrow(
      /'pie'.*table, line, bar/,
    );
  });
});

test('the status is told once, with what failed', () => {
  const view = windows();
  const cause = new RangeError('divided by zero');
  view.onStatus(
    'failed',
    Object.assign(new Error('map failed', { cause }), { details: { operator: 'map' } }),
  );
  expect(view.takeStatus()).toEqual({
    status: 'failed',
    failure: {
      name: 'Error',
      message: 'map failed',
      details: ['operator: map', 'cause: RangeError: divided by zero'],
    },
  });
  expect(view.takeStatus()).toBeUndefined();
});

function applied(rows: ReadonlyMap<string, ViewRow>, delta: ViewDelta): Map<string, ViewRow> {
  const next = delta.reset ? new Map<string, ViewRow>() : new Map(rows);
  for (const id of delta.remove) next.delete(id);
  for (const row of delta.upsert) next.set(row._id, row);
  return next;
}
