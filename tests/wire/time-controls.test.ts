import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('law 7: rewind. A cell steps through records and back, and %rewind goes to before it ran', async () => {
  await kernel.execute('env.pause()', { cellId: 'a' });
  await kernel.execute('const view = env.fromSequence(1, 100).map((n) => n * 10).show();', { cellId: 'b' });
  expect((await kernel.execute('%step 3')).result).toMatch(/^3 records\. The streams are paused/);
  expect((await kernel.execute('view.latest()', { cellId: 'c' })).result).toBe('[ 10, 20, 30 ]');
  expect((await kernel.execute('%step -1')).result).toMatch(/^Went back/);
  expect((await kernel.execute('view.latest()', { cellId: 'c' })).result).toBe('[ 10, 20 ]');
  const stepped = await kernel.execute('await env.step(2); view.latest()', { cellId: 'd' });
  expect(stepped.result).toBe('[ 10, 20, 30, 40 ]');
  const rewound = await kernel.execute('%rewind 7');
  expect(rewound.result).toMatch(/^Streams stand at snapshot \d+, taken after \[6\]/);
  expect((await kernel.execute('view.latest()', { cellId: 'e' })).result).toBe('[ 10, 20 ]');
});

test('%recording lists what each source has handed over', async () => {
  expect((await kernel.execute('%recording')).result).toMatch(
    /^source +kind +records +kept[^]*sequence +2 +all, by position/,
  );
});

test('%step and %rewind say what they take', async () => {
  expect((await kernel.execute('%step far')).error.evalue).toContain('%step [records | watermark]');
  expect((await kernel.execute('%rewind')).error.evalue).toContain('brackets');
});
