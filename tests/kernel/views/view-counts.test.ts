import { expect, test } from 'vitest';
import { viewCounts } from '../../../kernel/src/protocol/index.ts';
import { createMaterializer } from '../../../kernel/src/views/materialize/view-materializer.ts';
import { description, tumblingView } from './sample-views.ts';

test('what late records changed and what was dropped are counted apart', () => {
  const view = tumblingView();
  expect(viewCounts({ kind: 'windows' }, view.takeDelta()?.progress)).toEqual([
    '37 results',
    '1 amended',
    '4 dropped late',
    'watermark Nov 23 12:02:02',
  ]);
});

test('rows of which none has changed or gone are counted once', () => {
  const view = createMaterializer(description('records', { changes: true }), { mode: 'update' });
  view.onWatermark(Number.MAX_SAFE_INTEGER);
  const counted = (key: number) => {
    view.onRecord({ n: key }, undefined, { key, change: 'replace' } as never);
    return viewCounts({ kind: 'records', changes: true }, view.takeDelta()?.progress, view.rows().length);
  };
  expect([counted(1), counted(2), counted(1)]).toEqual([['1 row'], ['2 rows'], ['2 rows', '3 changes']]);
});

test('records that went to a side output are not said to be dropped', () => {
  const view = createMaterializer(description('watermarks'), {});
  const report = (lateRecords: number, lateToSideOutput?: number): readonly string[] => {
    view.onProgress([{ operator: 'w', watermark: 5, idle: false, lateRecords, lateToSideOutput }], 10);
    return viewCounts({ kind: 'watermarks' }, view.takeDelta()?.progress);
  };
  expect(report(0)).toEqual([]);
  expect(report(1200, 1200)).toEqual(['1,200 late to side output']);
  expect(report(1205, 1200)).toEqual(['1,200 late to side output', '5 dropped late']);
});

test('of a stream that has ended the status says so, not a watermark', () => {
  const view = createMaterializer(description('records'), {});
  view.onRecord(1, 5, undefined);
  view.onWatermark(Number.MAX_SAFE_INTEGER);
  expect(viewCounts({ kind: 'records' }, view.takeDelta()?.progress)).toEqual(['1 record']);
});

test('the counts outlive a snapshot', () => {
  const view = tumblingView();
  const restored = createMaterializer(description('windows'), {}, { layout: 'tumbling', size: 10_000 });
  restored.restore(structuredClone(view.snapshot()));
  expect(restored.takeDelta()?.progress).toMatchObject({ recordsIn: 37, amendments: 1, lateRecords: 4 });
});
