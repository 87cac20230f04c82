import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluate, generatorSource, WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
const path = (): string => folder.path('n.sqlite');

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(path());
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const at = (key: string | undefined, time: number) => ({ key, start: time, end: time });

/** A score a second; those above 8 are above the threshold of 8. */
const scores = (env: SessionEnvironment) => {
  const threshold = env.param('threshold', { min: 0, max: 9, value: 8 });
  return env
    .fromSource(
      generatorSource((n) => ({ sensor: 'pump', score: n % 10, time: n * 1_000 }), { count: 30 }),
      WatermarkStrategy.forMonotonousTimestamps<{ time: number }>().withTimestampAssigner(({ time }) => time),
    )
    .filter(({ score }) => score > threshold.value);
};

describe('labels', () => {
  it('give windows of confirmed anomalies; those of a series that touch are one', async () => {
    const labels = notebook.env.labels('fleet', { before: '1 s', after: 500 });
    await labels.mark(at('pump', 10_000), 'anomaly');
    await labels.mark(at('pump', 11_500), 'anomaly');
    await labels.mark(at('fan', 11_000), 'anomaly');
    await labels.mark(at('pump', 20_000), 'anomaly');
    await labels.mark(at('pump', 30_000), 'false alarm');
    await labels.mark({ key: 'pump', start: 40_000, end: 45_000 }, 'anomaly');
    expect([...labels]).toEqual([
      { key: 'fan', start: 10_000, end: 11_500 },
      { key: 'pump', start: 9_000, end: 12_000 },
      { key: 'pump', start: 19_000, end: 20_500 },
      { key: 'pump', start: 39_000, end: 45_499 },
    ]);
    expect(labels.falseAlarms()).toEqual([{ ...at('pump', 30_000), verdict: 'false alarm' }]);
  });

  it('the last word on a place counts, and can be taken back', async () => {
    const labels = notebook.env.labels('fleet');
    const place = at(undefined, 1_000);
    // Asked one after the other without waiting, as clicks are.
    await Promise.all([
      labels.mark(place, 'anomaly'),
      labels.mark(place, undefined),
      labels.mark(place, 'false alarm'),
    ]);
    expect(labels.all()).toEqual([{ start: 1_000, end: 1_000, verdict: 'false alarm' }]);
    await labels.mark(place, undefined);
    expect(labels.all()).toEqual([]);
    expect(labels.at(place)).toBeUndefined();
  });

  it('outlive a crash, a restart and a rewind, each name its own', async () => {
    notebook.cell('a', (env) => scores(env).show());
    await notebook.env.labels('fleet').mark(at('pump', 1_000), 'anomaly');
    await notebook.env.labels('fleet').mark(at('pump', 2_000), 'anomaly');
    await notebook.env.labels('other').mark(at('pump', 1_000), 'false alarm');
    await notebook.env.labels('fleet').mark(at('pump', 2_000), undefined);
    const kept = [{ ...at('pump', 1_000), verdict: 'anomaly' }];
    for (const resume of [true, false]) {
      await notebook.crash();
      notebook = await Notebook.open(path(), resume);
      expect(notebook.env.labels('fleet').all()).toEqual(kept);
      expect(notebook.env.labels('other').all()).toEqual([{ ...at('pump', 1_000), verdict: 'false alarm' }]);
    }
    await notebook.session.restore();
    expect(notebook.env.labels('fleet').all()).toEqual(kept);
  });

  it('are what evaluate measures scores by', async () => {
    const labels = notebook.env.labels('fleet', { before: 2, after: 2 });
    await labels.mark(at(undefined, 50), 'anomaly');
    await labels.mark(at(undefined, 80), 'false alarm');
    const series = Array.from({ length: 100 }, (_, i) => ({
      timestamp: i,
      score: i === 51 || i === 80 ? 0.9 : 0,
    }));
    const { recall, precision, falseAlarms } = evaluate(series, labels, { threshold: 0.9 }).standard;
    expect([recall, precision, falseAlarms]).toEqual([1, 0.5, 1]);
  });

  it('tell what another threshold would have made of confirmed anomalies and false alarms', async () => {
    const { env } = notebook;
    const labels = env.labels('fleet', { key: 'sensor', before: '1 s', after: '1 s' });
    const view = scores(env).show({ labels });
    await env.step('watermark');
    env.resume();
    await view.take(1_000);
    await labels.mark(at('pump', 9_000), 'anomaly');
    await labels.mark(at('pump', 18_000), 'false alarm');
    const change = await env.whatIf({ threshold: 7 }, view, { labels });
    expect(change.rows.map(({ change: what, time, label }) => [what, time, label])).toEqual([
      ['only after', 8_000, undefined],
      ['only after', 18_000, 'false alarm'],
      ['only after', 28_000, undefined],
    ]);
    expect(change.labels).toEqual({
      before: { confirmed: 1, falseAlarms: 0, unlabelled: 2 },
      // The row at 8 s lies in the window of the anomaly at 9 s.
      after: { confirmed: 1, falseAlarms: 1, unlabelled: 3 },
    });
  });

  it('refuse what is no key, no time and no verdict', async () => {
    const labels = notebook.env.labels('fleet');
    const refused = [
      labels.mark({ key: { id: 1 } as never, start: 1, end: 1 }, 'anomaly'),
      labels.mark({ key: 'pump', start: undefined as never, end: undefined as never }, 'anomaly'),
      labels.mark({ key: 'pump', start: 2, end: 1 }, 'anomaly'),
      labels.mark(at('pump', 1), 'perhaps' as never),
    ];
    for (const one of refused) await expect(one).rejects.toMatchObject({ code: 'bad-argument' });
    expect(() => notebook.env.labels('fleet', { before: 'a while' })).toThrow();
    expect(labels.all()).toEqual([]);
  });
});
