import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

const ENDLESS =
  "env.fromSource(generatorSource((n) => n, { rate: 20 }), WatermarkStrategy.noWatermarks(), 'numbers')";

test('%snapshots, %jobs and %who say what there is when there is nothing', async () => {
  const empty = await WireKernel.start();
  expect((await empty.execute('%snapshots')).result).toBe('No snapshots yet. One is taken after every cell.');
  expect((await empty.execute('%jobs')).result).toContain('No views or sinks yet.');
  expect((await empty.execute('%who')).result).toBe('No cell has declared a name yet.');
  await empty.stop();
});

test('%jobs lists views and sinks with their state, as text and as a table', async () => {
  await kernel.execute("env.fromData(1, 2, 3).print('job')", { cellId: 'jobs' });
  await kernel.until(() =>
    kernel.messages.some(
      ({ type, content }) => type === 'stream' && String(content['text']).includes('job> 3'),
    ),
  );
  const { data, result } = await kernel.execute('%jobs');
  expect(result).toMatch(/^job +cell +name +status +records\n/);
  expect(result).toMatch(/\[\d+\] +.*(?:running|finished) +3/);
  expect(data['text/html']).toContain('<th style="text-align: left">status</th>');
});

test('a sink, a job and the environment as a value are one line each', async () => {
  const sink = await kernel.execute('env.fromData(1).print()', { cellId: 'sink' });
  expect(sink.result).toMatch(/^DataStreamSink '.*'$/);
  const job = await kernel.execute("env.fromData(1).print(); await env.execute('named')", { cellId: 'job' });
  expect(job.result).toMatch(/^job 'named' (?:created|running|finished)$/);
  expect((await kernel.execute('env')).result).toMatch(/^StreamExecutionEnvironment: \d+ views and sinks/);
  expect((await kernel.execute('({ held: env.fromData(1) })')).result).toMatch(
    /^\{ held: DataStream '.*' \}$/,
  );
});

test('an interrupt with no cell running pauses the streams and says so; later cells remind of it', async () => {
  const cell = await kernel.execute(
    `import { generatorSource, WatermarkStrategy } from 'tidemark';\n${ENDLESS}.print('tick'); 0`,
    { cellId: 'endless' },
  );
  await kernel.until(() =>
    kernel
      .published(cell.id)
      .some(({ type, content }) => type === 'stream' && String(content['text']).includes('tick> ')),
  );
  await kernel.interrupt();
  const note = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).startsWith('Streams paused'),
  );
  expect(note.parentId).toBe(cell.id);
  const later = await kernel.execute('1 + 1');
  expect(later.text('stderr')).toBe(
    'The streams are paused: views do not move. env.resume() lets them go on.\n',
  );
  expect((await kernel.execute('env.resume()')).text('stderr')).toBe('');
  expect((await kernel.execute('1 + 1')).text('stderr')).toBe('');
});

test('%snapshots lists a cut after each cell, and %restore goes back to one', async () => {
  const before = await kernel.execute('%snapshots');
  await kernel.execute('1');
  const after = await kernel.execute('%snapshots');
  expect(after.result).toMatch(/^id +after +time +bytes +holds\n/);
  const ids = (text = ''): number[] => [...text.matchAll(/^ *(\d+) /gm)].map(([, id]) => Number(id));
  expect(ids(after.result)).toHaveLength(ids(before.result).length + 1);
  const first = ids(before.result).at(-1) ?? 0;
  expect((await kernel.execute(`%restore ${first}`)).result).toMatch(
    new RegExp(`^Streams stand at snapshot ${first}, taken after \\[\\d+\\]`),
  );
  expect(ids((await kernel.execute('%snapshots')).result).at(-1)).toBe(first);
});

test('%restore of what is no snapshot is a clear error', async () => {
  expect((await kernel.execute('%restore 999')).error.evalue).toContain('999');
  expect((await kernel.execute('%restore x')).error.evalue).toContain("'x' is not a number.");
});

test('streams go on after %restore', async () => {
  const cell = await kernel.execute(
    `import { generatorSource, WatermarkStrategy } from 'tidemark';\n${ENDLESS}.print('going'); 0`,
    { cellId: 'going' },
  );
  const printed = (): number =>
    kernel.published(cell.id).filter(({ content }) => String(content['text']).includes('going> ')).length;
  await kernel.until(() => printed() > 0);
  expect((await kernel.execute('%restore')).status).toBe('ok');
  const before = printed();
  await kernel.until(() => printed() > before);
});
