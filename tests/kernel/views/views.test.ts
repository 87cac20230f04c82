import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ViewDelta } from '../../../kernel/src/protocol/index.ts';
import {
  createMaterializer,
  type ViewMaterializer,
} from '../../../kernel/src/views/materialize/view-materializer.ts';
import { SvgRenderer } from '../../../kernel/src/views/static/svg-renderer.ts';
import type { DisplayContent } from '../../../kernel/src/views/view-bundle.ts';
import { Views } from '../../../kernel/src/views/views.ts';
import { ManualClock } from './manual-clock.ts';
import { Page } from './page.ts';
import { description, tumblingView } from './sample-views.ts';

interface Published {
  readonly viewId: string;
  readonly cellId: string | undefined;
  readonly kind: 'display' | 'update';
  readonly content: DisplayContent;
  readonly at: number;
}

const renderer = new SvgRenderer();
afterAll(() => renderer.close());

let clock: ManualClock;
let views: Views;
let published: Published[];
let controls: string[];
let resets: string[];
let onPublished: (() => void) | undefined;

beforeEach(() => {
  clock = new ManualClock();
  published = [];
  controls = [];
  resets = [];
  onPublished = undefined;
  views = newViews();
});

function newViews(): Views {
  return new Views({
    clock,
    publish: (viewId, cellId, kind, content) => {
      published.push({ viewId, cellId, kind, content, at: clock.now() });
      onPublished?.();
    },
    control: (action, viewId) => controls.push(`${action} ${viewId}`),
    setParam: (name, value) => controls.push(`${name} = ${value}`),
    labelRow: (viewId, rowId, label) => controls.push(`${viewId} ${rowId} is ${label}`),
    requestReset: (viewId) => resets.push(viewId),
    renderSvg: (spec) => renderer.render(spec),
  });
}

/** Resolves when the next output is published. */
function nextPublished(): Promise<void> {
  return new Promise((resolve) => {
    onPublished = resolve;
  });
}

/** A session that shows numbers in a table of its last rows. */
class Session {
  readonly view: ViewMaterializer;
  #count = 0;

  constructor(viewId = 'v', more: Parameters<typeof description>[1] = {}) {
    this.view = createMaterializer(description('records', { viewId, ...more }), {});
    views.onSessionMessage({ type: 'view-open', view: this.view.description });
  }

  record(count = 1): void {
    for (let i = 0; i < count; i++) this.view.onRecord({ n: ++this.#count }, this.#count, undefined);
  }

  tick(): ViewDelta | undefined {
    const delta = this.view.takeDelta();
    if (delta !== undefined) views.onSessionMessage({ type: 'view-delta', delta });
    return delta;
  }
}

describe('a page that follows a view', () => {
  test('has the rows of the session, whenever it came', () => {
    const session = new Session();
    session.record(3);
    session.tick();
    const early = new Page(views, 'early');
    early.say({ type: 'follow', viewIds: ['v'] });
    clock.advance(100);
    session.record(500);
    session.tick();
    clock.advance(100);
    const late = new Page(views, 'late');
    late.say({ type: 'follow', viewIds: ['v'] });
    session.record(10);
    session.tick();
    clock.advance(1000);
    expect(early.rowsOf('v')).toEqual(session.view.rows());
    expect(late.rowsOf('v')).toEqual(session.view.rows());
    expect([early.gaps, late.gaps]).toEqual([0, 0]);
  });

  test('gets changes, not rows again', () => {
    const session = new Session();
    session.record(100);
    session.tick();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    clock.advance(100);
    session.record(2);
    session.tick();
    clock.advance(100);
    const last = page.events.at(-1);
    expect(last?.type === 'tick' && last.deltas.map((delta) => [delta.reset, delta.upsert.length])).toEqual([
      [false, 2],
    ]);
  });

  test('gets 20 messages a second at most, each with all views', () => {
    const sessions = ['a', 'b', 'c'].map((viewId, ordinal) => new Session(viewId, { ordinal }));
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['a', 'b', 'c'] });
    clock.advance(1000);
    const before = page.ticks();
    for (let ms = 0; ms < 5000; ms += 5) {
      for (const session of sessions) {
        session.record();
        session.tick();
      }
      clock.advance(5);
    }
    expect(page.ticks() - before).toBeGreaterThan(80);
    expect(page.ticks() - before).toBeLessThanOrEqual(101);
    for (const session of sessions) {
      expect(page.rowsOf(session.view.description.viewId)).toEqual(session.view.rows());
    }
  });

  test('gets less than 1 MB a second of a view that changes faster', () => {
    const session = new Session('v', { maxRows: 2000 });
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    for (let ms = 0; ms < 5000; ms += 50) {
      session.record(2000);
      session.tick();
      clock.advance(50);
    }
    expect(page.bytes / 5).toBeLessThan(1_000_000);
    clock.advance(2000);
    expect(page.rowsOf('v')).toEqual(session.view.rows());
  });

  test('gets everything again when it asks for it', () => {
    const session = new Session();
    session.record(4);
    session.tick();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    clock.advance(100);
    page.rows.clear();
    page.say({ type: 'resync', viewIds: ['v'] });
    clock.advance(100);
    expect(page.rowsOf('v')).toEqual(session.view.rows());
  });

  test('is not sent rows for ever after it has gone without a word, and is put right when it speaks', () => {
    const session = new Session();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    const run = (seconds: number): number => {
      const before = page.ticks();
      for (let i = 0; i < seconds; i++) {
        session.record();
        session.tick();
        clock.advance(1000);
      }
      return page.ticks() - before;
    };
    expect(run(60)).toBeGreaterThan(50);
    run(20);
    expect(run(60)).toBe(0);
    page.say({ type: 'alive' });
    clock.advance(100);
    expect(page.rowsOf('v')).toEqual(session.view.rows());
    expect(page.gaps).toBe(0);
  });

  test('can pause and resume; anything else it says is ignored', () => {
    const page = new Page(views);
    page.say({ type: 'control', action: 'pause', viewId: 'v' });
    page.say({ type: 'control', action: 'resume' });
    page.say({ type: 'control', action: 'explode' } as never);
    page.say({ type: 'param', name: 'threshold', value: 3 });
    page.say({ type: 'param', name: 'threshold' } as never);
    page.say({ type: 'label', viewId: 'v', rowId: 'r1', label: 'anomaly' });
    page.say({ type: 'label', viewId: 'v', rowId: 'r1' });
    page.say({ type: 'label', viewId: 'v', rowId: 'r1', label: 'perhaps' } as never);
    page.say({ type: 'follow', viewIds: 7 } as never);
    expect(controls).toEqual([
      'pause v',
      'resume undefined',
      'threshold = 3',
      'v r1 is anomaly',
      'v r1 is undefined',
    ]);
  });
});

test('a delta lost between the processes is asked for once, and the reset puts it right', () => {
  const session = new Session();
  const page = new Page(views);
  page.say({ type: 'follow', viewIds: ['v'] });
  session.record();
  session.tick();
  session.record();
  session.view.takeDelta();
  for (let i = 0; i < 3; i++) {
    session.record();
    session.tick();
  }
  expect(resets).toEqual(['v']);
  session.view.requestReset();
  session.tick();
  clock.advance(1000);
  expect(page.rowsOf('v')).toEqual(session.view.rows());
});

describe('a cell that runs again', () => {
  test('replaces the view in its place', () => {
    new Session('first');
    const page = new Page(views);
    new Session('second');
    expect(views.list().map((summary) => summary.view.viewId)).toEqual(['second']);
    expect(page.events.at(-1)).toMatchObject({ type: 'opened', replaces: 'first' });
  });

  test('shows a kept view again, with its rows and its next changes', () => {
    const session = new Session();
    session.record(3);
    session.tick();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    views.onSessionMessage({ type: 'view-open', view: session.view.description });
    session.record();
    session.tick();
    clock.advance(100);
    expect(published.map((one) => one.kind)).toEqual(['display', 'display']);
    expect(page.rowsOf('v')).toEqual(session.view.rows());
  });

  test('and keeps a view that has finished leaves it finished', () => {
    const session = new Session();
    views.onSessionMessage({ type: 'view-status', viewId: 'v', status: 'finished' });
    views.onSessionMessage({ type: 'view-open', view: session.view.description });
    expect(views.list()[0]?.status).toBe('finished');
  });

  test('that shows a view no more closes it', () => {
    new Session();
    const page = new Page(views);
    views.onSessionMessage({ type: 'view-close', viewId: 'v' });
    expect(page.events.at(-1)).toEqual({ type: 'closed', viewId: 'v' });
    expect(views.list()).toEqual([]);
  });
});

describe('when the session dies', () => {
  test('views wait with their rows, and go on with the next session', () => {
    const session = new Session();
    session.record(3);
    session.tick();
    views.onSessionLost();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    clock.advance(100);
    expect(views.list()[0]?.status).toBe('waiting');
    expect(page.rowsOf('v')).toHaveLength(3);

    const next = new Session();
    next.view.restore(session.view.snapshot());
    next.record();
    next.tick();
    clock.advance(100);
    expect(views.list()[0]?.status).toBe('running');
    expect(page.rowsOf('v')).toEqual(next.view.rows());
  });

  test('which cells are awaited is told to the page that is there and to the next one', () => {
    const page = new Page(views);
    views.onSessionLost();
    views.onSessionMessage({ type: 'cells-awaited', cellIds: ['a', 'b'] });
    expect(page.events.at(-1)).toEqual({ type: 'cells-awaited', cellIds: ['a', 'b'] });
    expect(new Page(views, 'next').events[0]).toMatchObject({ type: 'views', awaitedCells: ['a', 'b'] });
    views.onSessionMessage({ type: 'cells-awaited', cellIds: [] });
    expect(new Page(views, 'later').events[0]).toMatchObject({ awaitedCells: [] });
  });

  test('after a restart of the kernel they can still be read', () => {
    const session = new Session();
    session.record(3);
    session.tick();
    const saved: unknown = JSON.parse(JSON.stringify(views.save()));
    views.close();
    views = newViews();
    views.load(saved as never);
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    clock.advance(100);
    expect(views.list()[0]?.status).toBe('before-restart');
    expect(page.rowsOf('v')).toEqual(session.view.rows());
  });
});

test('a failure reaches the page with what is known of it', () => {
  new Session();
  const page = new Page(views);
  const failure = { name: 'OperatorError', message: 'map failed', details: ['cell 3, line 2'] };
  views.onSessionMessage({ type: 'view-status', viewId: 'v', status: 'failed', failure });
  clock.advance(100);
  expect(page.statuses).toEqual([{ viewId: 'v', status: 'failed', failure }]);
  expect(views.list()[0]).toMatchObject({ status: 'failed', failure });
});

describe('the output under the cell', () => {
  test('is there at once, under the cell that owns the view', () => {
    new Session();
    const bundle = published[0];
    expect(bundle).toMatchObject({ viewId: 'v', cellId: 'cell-1', kind: 'display' });
    expect(bundle?.content.transient).toEqual({ display_id: 'v' });
    expect(bundle?.content.data).toMatchObject({
      'application/vnd.tidemark.view.v1+json': { viewId: 'v', cellId: 'cell-1', ordinal: 0 },
      'text/plain': 'sum(1): waiting for records',
    });
  });

  test('without a page that follows is updated every 2 s at most, and at the end', async () => {
    const source = tumblingView();
    views.onSessionMessage({ type: 'view-open', view: source.description });
    const delta = source.takeDelta();
    if (delta !== undefined) views.onSessionMessage({ type: 'view-delta', delta });
    clock.advance(1999);
    expect(published).toHaveLength(1);
    let update = nextPublished();
    clock.advance(1);
    await update;
    expect(published[1]?.kind).toBe('update');
    expect(Object.keys(published[1]?.content.data ?? {})).toEqual([
      'application/vnd.tidemark.view.v1+json',
      'application/vnd.vegalite.v5+json',
      'image/svg+xml',
      'text/plain',
    ]);
    expect(published[1]?.content.data['text/plain']).toMatch(
      /^sum\(1\)\n… 24 earlier rows\nwindow +key +value\n/,
    );

    update = nextPublished();
    source.onRecord(99, 0, { key: 'info', window: { start: 0, end: 10_000 } });
    const last = source.takeDelta();
    if (last !== undefined) views.onSessionMessage({ type: 'view-delta', delta: last });
    views.onSessionMessage({ type: 'view-status', viewId: 'view-windows', status: 'finished' });
    await update;
    expect(published).toHaveLength(3);
    expect(published[2]?.at).toBe(2000);
  });

  test('is brought up to date at the end of a cell', async () => {
    const session = new Session();
    session.record(2);
    session.tick();
    await views.flush();
    expect(published.map((one) => one.kind)).toEqual(['display', 'update']);
    expect(published[1]?.content.data['text/plain']).toBe(
      'sum(1)\ntime          n\n00:00:00.001  1\n00:00:00.002  2',
    );
  });

  test('is left alone while a page follows', async () => {
    const session = new Session();
    const page = new Page(views);
    page.say({ type: 'follow', viewIds: ['v'] });
    for (let i = 0; i < 10; i++) {
      session.record();
      session.tick();
      clock.advance(1000);
    }
    await views.flush();
    expect(published).toHaveLength(1);
    page.leave();
    const update = nextPublished();
    clock.advance(2000);
    await update;
    expect(published).toHaveLength(2);
  });

  test('of a chart that cannot be drawn has no picture, and all the rest', async () => {
    const view = createMaterializer(description('windows'), { chart: { mark: 'no such mark' } });
    views.onSessionMessage({ type: 'view-open', view: view.description });
    await views.flush();
    expect(published[1]?.content.data).not.toHaveProperty('image/svg+xml');
    expect(published[1]?.content.data).toHaveProperty('text/plain');
  });
});
