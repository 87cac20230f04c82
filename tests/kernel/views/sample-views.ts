import type { Labels } from 'tidemark';
import {
  createMaterializer,
  type ViewMaterializer,
} from '../../../kernel/src/views/materialize/view-materializer.ts';
import type { ViewDescription } from '../../../kernel/src/protocol/index.ts';

/** Views as a small job would fill them, for tests of charts, bundles and deltas. */

const T0 = Date.UTC(2026, 10, 23, 12);

export function description(
  kind: ViewDescription['kind'],
  more: Partial<ViewDescription> = {},
): ViewDescription {
  return {
    viewId: `view-${kind}`,
    cellId: 'cell-1',
    ordinal: 0,
    title: 'sum(1)',
    kind,
    maxRows: 200,
    ...more,
  };
}

/** Counts of three keys in 10 s windows; one window is amended by late records. */
export function tumblingView(): ViewMaterializer {
  const view = createMaterializer(description('windows'), {}, { layout: 'tumbling', size: 10_000 });
  for (let w = 0; w < 12; w++) {
    const window = { start: T0 + w * 10_000, end: T0 + (w + 1) * 10_000 };
    ['info', 'warn', 'error'].forEach((key, k) =>
      view.onRecord([key, 12 - 3 * k + ((w * 7 + k * 5) % 6)], window.end - 1, { key, window, pane: 0 }),
    );
    view.onWatermark(window.end + 2000);
  }
  const late = { start: T0 + 40_000, end: T0 + 50_000 };
  view.onRecord(['info', 21], late.end - 1, { key: 'info', window: late, pane: 1 });
  view.onProgress([{ operator: 'sum(1)', watermark: T0 + 122_000, idle: false, lateRecords: 4 }], T0);
  return view;
}

/** One-minute windows every 10 s of two keys. */
export function slidingView(): ViewMaterializer {
  const view = createMaterializer(
    description('windows'),
    {},
    { layout: 'sliding', size: 60_000, slide: 10_000 },
  );
  for (let w = 0; w < 30; w++) {
    const window = { start: T0 + w * 10_000, end: T0 + w * 10_000 + 60_000 };
    ['north', 'south'].forEach((key, k) => {
      const value = 20 + 8 * Math.sin(w / 4 + k * 2);
      view.onRecord({ key, mean: value, count: 3 }, window.end - 1, { key, window, pane: 0 });
    });
    view.onWatermark(window.end);
  }
  const late = { start: T0 + 150_000, end: T0 + 210_000 };
  view.onRecord({ key: 'north', mean: 28, count: 4 }, late.end - 1, { key: 'north', window: late, pane: 1 });
  return view;
}

/** Counts of two keys over each minute, told every 10 s. */
export function cumulatingView(): ViewMaterializer {
  const view = createMaterializer(
    description('windows', { title: 'table' }),
    {},
    { layout: 'cumulating', size: 60_000, slide: 10_000, field: 'n' },
  );
  for (let w = 0; w < 18; w++) {
    const start = T0 + Math.floor(w / 6) * 60_000;
    const window = { start, end: T0 + (w + 1) * 10_000 };
    ['north', 'south'].forEach((key, k) =>
      view.onRecord({ region: key, n: (1 + (w % 6)) * (4 - k) }, window.end - 1, { key, window, pane: 0 }),
    );
    view.onWatermark(window.end);
  }
  return view;
}

/** Three numbers of two keys in 10 s windows, of scales that have nothing in common. */
function measuresView(): ViewMaterializer {
  const view = createMaterializer(
    description('windows', { title: 'table' }),
    {},
    { layout: 'tumbling', size: 10_000, field: 'trips', more: ['mean_fare', 'share'] },
  );
  for (let w = 0; w < 12; w++) {
    const window = { start: T0 + w * 10_000, end: T0 + (w + 1) * 10_000 };
    ['north', 'south'].forEach((zone, k) => {
      const row = {
        zone,
        trips: 900 + 300 * k + ((w * 131) % 400),
        mean_fare: `${12 + ((w + 3 * k) % 5)}.50`,
        share: w === 4 ? null : 0.2 + 0.1 * k,
      };
      view.onRecord(row, window.end - 1, { key: zone, window, pane: 0 });
    });
    view.onWatermark(window.end);
  }
  return view;
}

/** Two numbers a session. */
function measuredSessionView(): ViewMaterializer {
  const view = createMaterializer(
    description('windows', { title: 'table' }),
    {},
    { layout: 'session', gap: 5000, field: 'n', more: ['mean'] },
  );
  for (let s = 0; s < 4; s++) {
    const window = { start: T0 + s * 30_000, end: T0 + s * 30_000 + 15_000 };
    view.onRecord({ user: 'ada', n: 3 + s, mean: 2.5 * s }, window.end - 1, { key: 'ada', window, pane: 0 });
  }
  return view;
}

/** Two numbers of windows that overlap, without keys; one of them goes below zero. */
function measuredSlidingView(): ViewMaterializer {
  const view = createMaterializer(
    description('windows', { title: 'table' }),
    {},
    { layout: 'sliding', size: 60_000, slide: 10_000, field: 'n', more: ['mean'] },
  );
  for (let w = 0; w < 30; w++) {
    const window = { start: T0 + w * 10_000, end: T0 + w * 10_000 + 60_000 };
    const row = { n: 1000 + 10 * w, mean: Math.sin(w / 4) };
    view.onRecord(row, window.end - 1, { key: undefined, window, pane: 0 });
    view.onWatermark(window.end);
  }
  return view;
}

/** Sessions of four users. */
export function sessionView(): ViewMaterializer {
  const view = createMaterializer(description('windows'), {}, { layout: 'session', gap: 5000 });
  ['ada', 'ben', 'cleo', 'dan'].forEach((key, k) => {
    for (let s = 0; s < 5; s++) {
      const start = T0 + s * 30_000 + k * 4000;
      const window = { start, end: start + 6000 + ((s * 5 + k * 3) % 7) * 2500 };
      view.onRecord(3 + ((s + k) % 5), window.end - 1, { key, window, pane: 0 });
    }
  });
  view.onWatermark(T0 + 151_000);
  const late = { start: T0 + 64_000, end: T0 + 64_000 + 6000 + 6 * 2500 };
  view.onRecord(9, late.end - 1, { key: 'ben', window: late, pane: 1, absorbed: [] });
  return view;
}

/** A sensor's readings. */
export function lineView(): ViewMaterializer {
  const view = createMaterializer(description('records', { title: 'readings' }), {});
  for (let i = 0; i < 80; i++) view.onRecord(20 + Math.sin(i / 6) * 3, T0 + i * 1000, undefined);
  view.onWatermark(T0 + 76_000);
  return view;
}

/** Two operators, one of them behind, with late records and an idle end. */
export function watermarkView(): ViewMaterializer {
  const view = createMaterializer(description('watermarks', { title: 'watermarks', maxRows: 500 }), {});
  for (let i = 0; i < 120; i++) {
    const now = T0 + i * 500;
    const newest = now - 800 - (i % 7) * 120;
    const idle = i > 100;
    view.onProgress(
      [
        { operator: 'source', watermark: newest - 3000, maxTimestamp: newest, idle: false, lateRecords: 0 },
        {
          operator: 'window',
          watermark: idle ? T0 + 42_000 : newest - 7000,
          maxTimestamp: newest,
          idle,
          lateRecords: Math.floor(i / 25),
        },
      ],
      now,
    );
  }
  return view;
}

/** Nothing has fired yet. */
export function emptyView(): ViewMaterializer {
  const view = createMaterializer(description('windows'), {}, { layout: 'tumbling', size: 10_000 });
  view.onWatermark(T0 + 3000);
  view.onProgress(
    [{ operator: 'sum(1)', watermark: T0 + 3000, maxTimestamp: T0 + 5000, idle: false, lateRecords: 0 }],
    T0 + 6000,
  );
  return view;
}

/** Two scored series with three anomalies, one of them confirmed and one a false alarm. */
function anomalyView(): ViewMaterializer {
  const said = new Map([
    [T0 + 60_000, 'anomaly'],
    [T0 + 120_000, 'false alarm'],
  ]);
  const labels = { name: 'fleet', field: 'key', at: ({ start }: { start: number }) => said.get(start) };
  const view = createMaterializer(description('records', { labels: 'fleet' }), {
    chart: 'anomalies',
    labels: labels as unknown as Labels,
  });
  for (let i = 0; i < 60; i++) {
    const time = T0 + i * 3_000;
    const anomaly = i % 20 === 0;
    ['pump', 'fan'].forEach((key, k) =>
      view.onRecord(
        {
          key,
          value: 40 + 10 * k + Math.sin(i / 6) + (anomaly && k === 0 ? 5 : 0),
          score: anomaly && k === 0 ? 0.995 : 0.3,
          anomaly: anomaly && k === 0,
        },
        time,
        undefined,
      ),
    );
    view.onWatermark(time);
  }
  return view;
}

export const SAMPLES: Readonly<Record<string, () => ViewMaterializer>> = {
  tumbling: tumblingView,
  sliding: slidingView,
  cumulating: cumulatingView,
  session: sessionView,
  'several numbers': measuresView,
  'several numbers of sessions': measuredSessionView,
  'several numbers of sliding windows': measuredSlidingView,
  line: lineView,
  watermarks: watermarkView,
  anomalies: anomalyView,
  empty: emptyView,
};
