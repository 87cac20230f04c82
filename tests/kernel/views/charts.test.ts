import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type TopLevelSpec } from 'vega-lite';
import * as vega from 'vega';
import { describe, expect, test } from 'vitest';
import { LiveView } from '../../../kernel/src/views/live-view.ts';
import { drawSvg } from '../../../kernel/src/views/static/draw-svg.ts';
import { windowChart } from '../../../kernel/src/views/charts/window-chart.ts';
import { pictureSpec } from '../../../kernel/src/views/view-bundle.ts';
import { SAMPLES } from './sample-views.ts';

// Golden files are written anew with UPDATE_GOLDEN=1, to be looked at before they are committed.
const UPDATE = process.env.UPDATE_GOLDEN === '1';

/** Collects what a compiler or a renderer has to say. */
function listeningLogger(): { logger: vega.LoggerInterface; said: string[] } {
  const said: string[] = [];
  const say = (...words: readonly unknown[]): vega.LoggerInterface => {
    const text = words.map(String).join(' ');
    // Vega's word for a layer that happens to be empty, such as that of late records.
    if (!text.startsWith('Infinite extent')) said.push(text);
    return logger;
  };
  const logger = {
    ...vega.logger(vega.Warn),
    warn: say,
    error: say,
    level: () => logger,
  } as unknown as vega.LoggerInterface;
  return { logger, said };
}

function seen(name: string): LiveView {
  const sample = SAMPLES[name];
  if (sample === undefined) throw new Error(`no sample view ${name}`);
  const source = sample();
  const view = new LiveView(source.description);
  const delta = source.takeDelta();
  if (delta !== undefined) view.apply(delta);
  return view;
}

describe.each(Object.keys(SAMPLES))('the chart of %s', (name) => {
  test('is the golden one', () => {
    const file = new URL(`./golden/${name.replaceAll(' ', '-')}.vl.json`, import.meta.url);
    const spec = seen(name).description.spec;
    if (UPDATE) writeFileSync(file, `${JSON.stringify(spec, null, 2)}\n`);
    expect(spec).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test('compiles and draws without a warning', async () => {
    const { logger, said } = listeningLogger();
    const { spec } = compile(pictureSpec(seen(name)) as unknown as TopLevelSpec, { logger });
    const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
    const svg = await view.toSVG();
    view.finalize();
    expect(said).toEqual([]);
    expect(svg).toContain('<svg');
    expect(svg).not.toContain('currentColor');
  });

  test('has a size while it has no rows, first and last', async () => {
    const { logger } = listeningLogger();
    const { spec } = compile(pictureSpec(seen(name)) as unknown as TopLevelSpec, { logger });
    const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
    await view.change('rows', vega.changeset().remove(vega.truthy)).runAsync();
    const emptied = await view.toSVG();
    view.finalize();
    const without = { ...(pictureSpec(seen(name)) as object), datasets: { rows: [], status: [] } };
    for (const svg of [emptied, await drawSvg(without as unknown as TopLevelSpec)])
      expect(svg.match(/(?:transform|width|height|d)="[^"]*(?:Infinity|NaN|e\+308)[^"]*"/g)).toBeNull();
  });

  test('reads its rows from data sets that a page can change in place', () => {
    const spec = seen(name).description.spec as unknown as TopLevelSpec;
    const names = (compile(spec).spec.data ?? []).map((data) => data.name);
    expect(names).toEqual(expect.arrayContaining(['rows', 'status']));
  });
});

test('a narrow chart with eight long keys has room for its plot', async () => {
  const rows = Array.from({ length: 8 }, (_, slot) => ({
    ...{ _id: String(slot), key: `room number ${slot}`, start: 0, end: 10_000, value: 1 + slot },
    ...{ pane: 0, _late: false, _slot: slot },
  }));
  const spec = {
    ...windowChart('tumbling', { valueTitle: 'v' }),
    ...{ width: 240, height: 290, autosize: { type: 'fit', contains: 'padding', resize: true } },
    datasets: { rows, status: [] },
  };
  const view = new vega.View(vega.parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  await view.runAsync();
  const { width, height } = { width: Number(view.signal('width')), height: Number(view.signal('height')) };
  view.finalize();
  expect(width).toBeGreaterThan(150);
  expect(height).toBeGreaterThan(100);
});

describe('the time axis', () => {
  const SPANS: readonly (readonly [size: number, windows: number])[] = [
    [100, 12],
    [5000, 3],
    [60_000, 90],
    [600_000, 20],
    [1_800_000, 5],
    [6 * 3_600_000, 4],
    [6 * 3_600_000, 40],
    [86_400_000, 30],
  ];
  test.each(SPANS)('of windows of %i ms, %i of them, has labels that do not touch', async (size, windows) => {
    for (const width of [280, 640, 1100]) {
      const labels = await labelsOnX(size, windows, width);
      expect(labels.length, `labels at ${width} px`).toBeGreaterThan(0);
      const gaps = labels.slice(1).map(({ left }, i) => left - (labels[i]?.right ?? 0));
      expect(Math.min(...gaps), `least gap at ${width} px`).toBeGreaterThan(4);
    }
  });
});

/** Where the labels are, by the width that digits have. */
async function labelsOnX(
  size: number,
  windows: number,
  width: number,
): Promise<{ left: number; right: number }[]> {
  const start = Date.UTC(2026, 0, 31, 0, 30);
  const rows = Array.from({ length: windows }, (_, i) => ({
    ...{ _id: String(i), key: 'a', start: start + i * size, end: start + (i + 1) * size },
    ...{ value: 1 + (i % 7), pane: 0, _late: false, _slot: 0 },
  }));
  const spec = { ...windowChart('tumbling', { valueTitle: 'v' }), width, datasets: { rows, status: [] } };
  const svg = await drawSvg(spec as unknown as TopLevelSpec);
  const axis = svg.slice(svg.indexOf('X-axis'));
  const labels = axis.slice(axis.indexOf('role-axis-label'), axis.indexOf('role-axis-domain'));
  return [...labels.matchAll(/<text[^>]*translate\(([-\d.]+),[^>]*>([^<]+)</g)]
    .filter(([text]) => !text.includes(' opacity="0"'))
    .map(([, x, label = '']) => ({
      left: Number(x) - 3.2 * label.length,
      right: Number(x) + 3.2 * label.length,
    }));
}

describe('what a chart shows', () => {
  test('a bar for each key and window, from zero', async () => {
    const svg = await drawn('tumbling');
    expect(marks(svg, 'bar')).toBe(36);
  });

  test('a mark for each window that late records amended, and the value before', async () => {
    const svg = await drawn('tumbling');
    expect(svg).toContain('amended by late records, firing 2');
    expect(svg).toContain('amended by late records');
  });

  test('the watermark as a rule with its time', async () => {
    expect(await drawn('tumbling')).toContain('watermark Nov 23 12:02:02');
  });

  test.each(['tumbling', 'sliding', 'session'] as const)(
    'windows of processing time on their own axis, where the watermark is not: %s',
    (layout) => {
      const chart = (processingTime: boolean) =>
        JSON.stringify(windowChart(layout, { valueTitle: 'v', processingTime }));
      expect(chart(true)).toContain('(processing time, UTC)');
      expect(chart(true)).not.toContain('event time');
      expect(chart(true)).not.toContain('"watermark"');
      expect(chart(false)).toContain('(event time, UTC)');
      expect(chart(false)).toContain('"watermark"');
    },
  );

  test('no legend for the one series of a stream without keys', async () => {
    for (const layout of ['tumbling', 'sliding'] as const) {
      const legends = (keyless: boolean) => {
        const spec = windowChart(layout, { valueTitle: 'v', keyless }) as unknown as TopLevelSpec;
        return compile(spec).spec.legends?.length ?? 0;
      };
      expect([legends(false), legends(true)]).toEqual([1, 0]);
    }
  });

  test('points on a line only as long as they do not touch', async () => {
    const size = (svg: string) => /symbol[^]*?<path[^>]* d="M([\d.]+),0A/.exec(svg)?.[1];
    const spec = pictureSpec(seen('sliding')) as object;
    const [wide, narrow] = await Promise.all(
      [640, 120].map((width) => drawSvg({ ...spec, width } as unknown as TopLevelSpec)),
    );
    expect(Number(size(wide!))).toBeGreaterThan(2 * Number(size(narrow!)));
  });

  test('the value of a session only where its bar has room for it', async () => {
    const hidden = (svg: string): number => svg.match(/<text[^>]* opacity="0"[^>]*>\d+</g)?.length ?? 0;
    expect(hidden(await drawn('session'))).toBe(0);
    const crowded = { ...(pictureSpec(seen('session')) as object), width: 60 };
    expect(hidden(await drawSvg(crowded as unknown as TopLevelSpec))).toBeGreaterThan(15);
  });

  test('a bar for each session, in the lane of its key', async () => {
    const svg = await drawn('session');
    expect(marks(svg, 'bar')).toBe(20);
    for (const key of ['ada', 'ben', 'cleo', 'dan']) expect(svg).toContain(`>${key}</text>`);
  });

  test('what an empty chart waits for', async () => {
    expect(await drawn('empty')).toContain(
      'waiting for the first window to close: watermark 12:00:03, first window ends 12:00:10',
    );
  });
});

function drawn(name: string): Promise<string> {
  return drawSvg(pictureSpec(seen(name)) as unknown as TopLevelSpec);
}

function marks(svg: string, role: string): number {
  return svg.match(new RegExp(`aria-roledescription="${role}"`, 'g'))?.length ?? 0;
}
