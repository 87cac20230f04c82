import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let directory: string;
let kernel: WireKernel;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-labels-'));
});
afterEach(() => kernel.stop());
afterAll(() => rmSync(directory, { recursive: true }));

interface Row {
  readonly _id: string;
  readonly _label?: string;
  readonly n: number;
}

const CELLS = [
  `const labels = env.labels('numbers', { key: 'of', before: '1 s', after: '1 s' });`,
  `import { generatorSource, WatermarkStrategy } from 'tidemark';
   const numbers = env.fromSource(
     generatorSource((n) => ({ of: 'n', n, time: n * 1_000 }), { count: 9 }),
     WatermarkStrategy.forMonotonousTimestamps<{ time: number }>().withTimestampAssigner(({ time }) => time),
   );
   const view = numbers.show({ title: 'numbers', labels });
   await view.take(100);`,
] as const;

async function runCells(): Promise<void> {
  for (const [i, code] of CELLS.entries()) {
    const { reply } = await kernel.execute(code, { cellId: `cell-${i}` });
    expect(reply.content).toMatchObject({ status: 'ok' });
  }
}

/** A page that follows the view: says what it is told of the row of a number. */
class Follower {
  readonly #comm: string;
  readonly viewId = 'cell-1/0';

  constructor(comm: string) {
    this.#comm = comm;
    kernel.send('shell', 'comm_open', { comm_id: comm, target_name: 'tidemark.views', data: {} });
    this.say({ type: 'follow', viewIds: [this.viewId] });
  }

  say(data: object): void {
    kernel.send('shell', 'comm_msg', { comm_id: this.#comm, data });
  }

  /** The row as it was sent last. */
  row(n: number): Row | undefined {
    return kernel.messages
      .filter(({ type, content }) => type === 'comm_msg' && content['comm_id'] === this.#comm)
      .flatMap(({ content }) => (content['data'] as { deltas?: { upsert: Row[] }[] }).deltas ?? [])
      .flatMap(({ upsert }) => upsert)
      .findLast((row) => row.n === n);
  }

  async label(n: number, label: string | undefined): Promise<void> {
    await kernel.until(() => this.row(n) !== undefined);
    this.say({
      type: 'label',
      viewId: this.viewId,
      rowId: this.row(n)?._id,
      ...(label === undefined ? {} : { label }),
    });
    await kernel.until(() => this.row(n)?._label === label);
  }
}

test('what a page says of a row is data in a cell, and is there after kill -9 and after a restart', async () => {
  kernel = await WireKernel.start({ directory });
  await runCells();
  const page = new Follower('page');
  await page.label(3, 'anomaly');
  await page.label(5, 'anomaly');
  await page.label(5, 'false alarm');
  await page.label(7, 'anomaly');
  await page.label(7, undefined);
  expect((await kernel.execute('[...labels]')).result).toBe("[ { key: 'n', start: 2000, end: 4000 } ]");
  expect((await kernel.execute('labels.falseAlarms().map(({ start }) => start)')).result).toBe('[ 5000 ]');

  // The very moment that it is shown it is on disk.
  await page.label(8, 'anomaly');
  process.kill(kernel.sessionPid(), 'SIGKILL');
  await kernel.waitFor(
    ({ type, content }) =>
      type === 'stream' && String(content['text']).includes('session process was killed'),
  );
  await runCells();
  const all = 'labels.all().map(({ start, verdict }) => `${start} ${verdict}`).join()';
  const kept = "'3000 anomaly,5000 false alarm,8000 anomaly'";
  expect((await kernel.execute(all)).result).toBe(kept);

  await kernel.stop();
  kernel = await WireKernel.start({ directory });
  await runCells();
  expect((await kernel.execute(all)).result).toBe(kept);
  const again = new Follower('page again');
  await kernel.until(() => again.row(8) !== undefined);
  expect([3, 4, 5, 8].map((n) => again.row(n)?._label)).toEqual([
    'anomaly',
    undefined,
    'false alarm',
    'anomaly',
  ]);
});

test('a row that cannot be labelled is said to be such under its cell', async () => {
  kernel = await WireKernel.start();
  await kernel.execute("const labels = env.labels('things');", { cellId: 'cell-0' });
  await kernel.execute('await env.fromData({ n: 1 }).show({ labels }).take(9);', { cellId: 'cell-1' });
  const page = new Follower('page');
  await kernel.until(() => page.row(1) !== undefined);
  page.say({ type: 'label', viewId: page.viewId, rowId: page.row(1)?._id, label: 'anomaly' });
  await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).includes('It is no span of time.'),
  );
  expect((await kernel.execute('labels.all().length')).result).toBe('0');
});
