import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('progress shows one bar that moves with what is done, and its end for certain', async () => {
  const cell = await kernel.execute(
    "const bar = progress(3, 'steps'); bar.advance(); bar.update(3); bar.value",
  );
  const bars = [...cell.of('display_data'), ...cell.of('update_display_data')];
  expect((bars[0]?.['data'] as Record<string, unknown>)['text/plain']).toBe('steps: 0 of 3 (0%)');
  const last = bars.at(-1)?.['data'] as Record<string, unknown>;
  expect(last['text/plain']).toBe('steps: 3 of 3 (100%)');
  expect(last['text/html']).toBe('<progress max="3" value="3"></progress> steps: 3 of 3 (100%)');
  expect(new Set(bars.map(({ transient }) => (transient as { display_id: string }).display_id)).size).toBe(1);
  expect(cell.result).toBe('3');
});

test('progress over a list gives its items, with their type', async () => {
  const cell = await kernel.execute(
    "const seen: string[] = []; for (const word of progress(['a', 'b'])) seen.push(word.toUpperCase()); seen",
  );
  expect(cell.result).toBe("[ 'A', 'B' ]");
  expect((cell.of('update_display_data').at(-1)?.['data'] as Record<string, unknown>)['text/plain']).toBe(
    '2 of 2 (100%)',
  );
});

test('progress of nothing countable is a clear error', async () => {
  expect((await kernel.execute('progress(0)')).error.evalue).toContain('a number of steps above 0');
});

test('%load puts a file into the cell, and a missing one is a clear error', async () => {
  writeFileSync(join(kernel.directory, 'loaded.ts'), 'const fromFile = 1\n');
  const cell = await kernel.execute('%load loaded.ts');
  expect(cell.reply.content['payload']).toEqual([
    { source: 'set_next_input', text: 'const fromFile = 1\n', replace: true },
  ]);
  expect((await kernel.execute('%load nowhere.ts')).error.evalue).toContain('nowhere.ts');
  expect((await kernel.execute('%load')).error.evalue).toContain('%load needs a file.');
});

test('%time times one expression', async () => {
  const cell = await kernel.execute('%time 6 * 7');
  expect(cell.result).toBe('42');
  expect(cell.text()).toMatch(/^Took \d+\.\d+ ms\n$/);
});
