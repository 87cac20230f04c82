import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, kafkaSink, kafkaTopic } from '../../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../../engine/notebook.ts';
import { PushedSource } from '../../engine/pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
let brokers: string;

beforeEach(async () => {
  folder = temporaryFolder();
  brokers = `embedded:${folder.path('log.sqlite')}`;
  notebook = await Notebook.open(folder.path('n.sqlite'));
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const topic = () => kafkaTopic<number>({ brokers, topic: 'out', format: json() });
const sink = (more: Partial<Parameters<typeof kafkaSink<number>>[0]> = {}) =>
  kafkaSink<number>({ brokers, topic: 'out', format: json(), ...more });

test('a sink that has to wait says so under its cell until it goes on, and nothing is lost', async () => {
  await topic().create();
  const source = new PushedSource();
  notebook.cell('a', (env) => env.fromSource(source).sinkTo(sink()).name('out'));
  await source.push(1);
  const other = new DatabaseSync(folder.path('log.sqlite'), { timeout: 10_000 });
  other.exec('BEGIN IMMEDIATE');
  await source.push(2, 3);
  await notebook.untilNotice('a/0', (notice) => notice !== undefined);
  expect(notebook.notices.get('a/0')).toMatchObject({
    name: 'out',
    passes: true,
    error: { code: 'kafka-log-busy' },
  });
  // Its cell runs again meanwhile, and finds it as it is.
  notebook.cell('a', (env) => env.fromSource(source).sinkTo(sink()).name('out'));
  await notebook.untilNotice('a/0', (notice) => notice?.passes === true);
  other.exec('COMMIT');
  other.close();
  await notebook.untilNotice('a/0', (notice) => notice === undefined);
  await notebook.session.beginCut({ label: 'all is written' })!.durable;
  expect((await topic().records()).map(({ value }) => value)).toEqual([1, 2, 3]);
});

test('a sink that fails says so under its cell until the cell is run again without the fault', async () => {
  await topic().create();
  const source = new PushedSource();
  const cell = (maxRequestSize: number) =>
    notebook.cell('a', (env) => env.fromSource(source).sinkTo(sink({ maxRequestSize })).name('out'));
  cell(2);
  await source.push(1, 1_000);
  await notebook.untilNotice('a/0', (notice) => notice !== undefined);
  const notice = notebook.notices.get('a/0');
  expect(notice).toMatchObject({ name: 'out', passes: false });
  expect(notice?.error.cause ?? notice?.error).toMatchObject({ code: 'kafka-record-too-large' });
  cell(100);
  await notebook.untilNotice('a/0', (now) => now === undefined);
});

test('whoever takes the prefix of a sink that runs is told so, and so is the one that lost it', async () => {
  await topic().create();
  const source = new PushedSource();
  const exactly = () => sink({ deliveryGuarantee: 'exactly-once', transactionalIdPrefix: 'one' });
  notebook.cell('a', (env) => env.fromSource(source).sinkTo(exactly()).name('first'));
  await source.push(1);
  notebook.cell('b', (env) =>
    env
      .fromSource(source)
      .map((n) => n + 1)
      .sinkTo(exactly())
      .name('second'),
  );
  await notebook.untilNotice('b/0', (notice) => notice !== undefined);
  expect(notebook.notices.get('b/0')).toMatchObject({ name: 'second', passes: false });
  expect(String(notebook.notices.get('b/0')?.error.cause ?? notebook.notices.get('b/0')?.error)).toContain(
    'already writes to Kafka at embedded',
  );
  expect(notebook.notices.get('a/0')).toBeUndefined();
});
