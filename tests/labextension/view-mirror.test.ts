import { expect, test } from 'vitest';
import { ViewMirror, type MirrorChange } from '../../labextension/src/view-mirror.ts';
import { LiveView } from '../../kernel/src/views/live-view.ts';
import { createMaterializer } from '../../kernel/src/views/materialize/view-materializer.ts';
import { description, tumblingView } from '../kernel/views/sample-views.ts';

/** A view as the kernel holds it, fed by a session's materializer, and a page's mirror of it. */
function followed(maxRows = 50): {
  session: ReturnType<typeof createMaterializer>;
  kernel: LiveView;
  page: ViewMirror;
  pass(): boolean;
} {
  const session = createMaterializer(description('records', { maxRows }), {});
  const kernel = new LiveView(session.description);
  const page = new ViewMirror(kernel.summary());
  return {
    session,
    kernel,
    page,
    pass() {
      const delta = session.takeDelta();
      if (delta !== undefined) kernel.apply(delta);
      const next = kernel.takeDelta();
      return next === undefined || page.apply(next);
    },
  };
}

test('a mirror has the rows of the session after every delta', () => {
  const { session, page, pass } = followed();
  for (let i = 0; i < 200; i++) {
    session.onRecord({ i }, i, undefined);
    if (i % 7 === 0) expect(pass()).toBe(true);
  }
  expect(pass()).toBe(true);
  expect(page.rows()).toEqual(session.rows());
});

test('a missing delta is noticed, and a whole one puts it right', () => {
  const { session, kernel, page, pass } = followed();
  session.onRecord(1, 1, undefined);
  pass();
  session.onRecord(2, 2, undefined);
  const lost = session.takeDelta();
  if (lost !== undefined) kernel.apply(lost);
  kernel.takeDelta();
  session.onRecord(3, 3, undefined);
  expect(pass()).toBe(false);
  expect(page.apply(kernel.wholeDelta())).toBe(true);
  expect(page.rows()).toEqual(session.rows());
});

test('after a new connection only a whole delta fits', () => {
  const { session, kernel, page, pass } = followed();
  session.onRecord(1, 1, undefined);
  pass();
  page.detach();
  session.onRecord(2, 2, undefined);
  expect(pass()).toBe(false);
  expect(page.apply(kernel.wholeDelta())).toBe(true);
  expect(page.rowCount).toBe(2);
});

test('a new chart is told apart from new rows', () => {
  const { session, page, pass } = followed();
  const changes: MirrorChange[] = [];
  page.changed.add((change) => changes.push(change));
  session.onRecord(1, 1, undefined);
  pass();
  session.onRecord(2, 2, undefined);
  pass();
  session.onRecord('three', 3, undefined);
  pass();
  expect(changes.map((change) => change.described)).toEqual([true, false, true]);
});

test('a listed view keeps its rows until the whole view comes', () => {
  const session = tumblingView();
  const kernel = new LiveView(session.description);
  const delta = session.takeDelta();
  if (delta !== undefined) kernel.apply(delta);
  const page = new ViewMirror(kernel.summary());
  page.apply(kernel.wholeDelta());
  page.summarize({ ...kernel.summary(), status: 'before-restart' });
  expect([page.rowCount, page.status]).toEqual([36, 'before-restart']);
});
