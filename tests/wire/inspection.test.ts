import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute('env.pause()', { cellId: 'pause' });
  const stream = `
    import { generatorSource, TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark';
    const events = env.fromSource(
      generatorSource((n) => ({ n, at: n * 1000 }), { count: 50 }),
      WatermarkStrategy.forMonotonousTimestamps<{ n: number; at: number }>().withTimestampAssigner((e) => e.at), 'events');
    const counts = events.keyBy((e) => e.n % 2).window(TumblingEventTimeWindows.of('4 s')).sum('n').uid('counts');
    counts.show(); 0`;
  expect((await kernel.execute(stream, { cellId: 'a' })).status).toBe('ok');
  await kernel.execute('%step 6');
});
afterAll(() => kernel.stop());

test('%state shows windows and keys as a table, now and in a snapshot', async () => {
  const { result, data } = await kernel.execute('%state counts');
  expect(result).toMatch(/^key +state +when +value\n +0 +window +00:00:04 to 00:00:08/);
  expect(data['text/html']).toContain('<table>');
  expect((await kernel.execute('%state counts 2')).result).toBe("'counts' holds no state now.");
  expect((await kernel.execute("await env.state('counts', { key: 1 })")).result).not.toContain('\n  0 ');
  expect((await kernel.execute('%state nobody')).error.evalue).toContain("'counts'");
});

test('%diff says what has changed between two snapshots', async () => {
  const { result } = await kernel.execute('%diff 2 3');
  expect(result).toMatch(/went on +4 records more|went on +2 records more/);
  expect(result).toMatch(/added +counts window 00:00:04 to 00:00:08/);
  expect((await kernel.execute('%diff 3 3')).result).toBe('Nothing has changed from snapshot 3 to 3.');
  expect((await kernel.execute('%diff x')).error.evalue).toContain('%diff snapshot [snapshot]');
});

test('%why says what a window waits for', async () => {
  const { result } = await kernel.execute('%why 4000');
  expect(result).toMatch(
    /fires with the watermark 1970-01-01T00:00:07.999Z; it stands at 1970-01-01T00:00:04.999Z\./,
  );
  expect(result).toContain("'events' has come to the timestamp 1970-01-01T00:00:05.000Z");
  expect((await kernel.execute('%why 1970-01-01T00:00:00Z counts')).result).toContain('has fired');
  expect((await kernel.execute('(await env.why({ record: { n: 3, at: 3000 } })).done')).result).toBe('true');
  expect((await kernel.execute('%why soon')).error.evalue).toContain(
    "called 'soon'. Operators with state: 'counts'",
  );
});

test('%why alone tells about the window that ends next', async () => {
  const next = (await kernel.execute('%why')).result;
  expect(next).toContain("00:00:04.000Z to 1970-01-01T00:00:08.000Z of 'counts' fires");
  expect((await kernel.execute('%why counts')).result).toBe(next);
  expect((await kernel.execute('env.why()')).result).toBe(next);
});

test('env.recording() is shown as %recording is', async () => {
  const { result, data } = await kernel.execute('env.recording()');
  expect(result).toMatch(/^source +kind +records/);
  expect(result).toBe((await kernel.execute('%recording')).result);
  expect(data['text/html']).toContain('<table>');
});
