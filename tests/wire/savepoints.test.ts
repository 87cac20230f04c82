import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

const NUMBERS = `import { fileSource, raw, savepoint } from 'tidemark';
const source = fileSource('numbers.txt', { format: raw(), watch: true });
const numbers = env.fromSource(source).uid('numbers').map((line) => Number(line));`;

/** A cell whose job sums the odd numbers and the even ones, under a name. */
function sums(name: string, options: string, then = ''): string {
  return `numbers.keyBy((n) => n % 2).sum(0).uid('sums')${then}.print('${name}');
const job_${name} = await env.execute({ name: '${name}'${options} }); 0`;
}

async function printed(name: string, wanted: string): Promise<void> {
  const text = (): string =>
    kernel.messages
      .filter(({ type }) => type === 'stream')
      .map(({ content }) => String(content['text']))
      .join('');
  await kernel.until(() => text().includes(`${name}> ${wanted}\n`));
}

const push = (...lines: readonly number[]): void =>
  appendFileSync(join(kernel.directory, 'numbers.txt'), lines.map((n) => `${n}\n`).join(''));

test('a cell starts its job from a savepoint; it survives kill -9, and is edited afterwards', async () => {
  writeFileSync(join(kernel.directory, 'numbers.txt'), '');
  push(1, 2, 3, 4);
  await kernel.execute(NUMBERS, { cellId: 'numbers' });
  await kernel.execute(sums('one', ''), { cellId: 'one' });
  await printed('one', '6');
  expect((await kernel.execute("await job_one.stopWithSavepoint('sums.sp')")).result).toMatch(/sums\.sp'$/);
  expect((await kernel.execute("savepoint('sums.sp')")).result).toBe(
    "savepoint 'sums.sp': 'sums' has accumulator, last-timestamp",
  );

  const restored = await kernel.execute(sums('two', ", fromSavepoint: 'sums.sp'"), { cellId: 'two' });
  expect(restored.of('display_data')[0]).toMatchObject({
    metadata: { tidemark: { changes: [{ change: 'restored' }] } },
  });
  push(5, 6);
  await printed('two', '12');

  await kernel.execute('0');
  process.kill(kernel.sessionPid(), 'SIGKILL');
  await kernel.waitFor(
    ({ type, content }) =>
      type === 'stream' && String(content['text']).includes('session process was killed'),
  );
  await kernel.execute(NUMBERS, { cellId: 'numbers' });
  const resumed = await kernel.execute(sums('two', ", fromSavepoint: 'sums.sp'"), { cellId: 'two' });
  expect(resumed.of('display_data')[0]).toMatchObject({
    metadata: { tidemark: { changes: [{ change: 'resumed' }] } },
  });
  push(8);
  await printed('two', '20');

  const tens = sums('two', ", fromSavepoint: 'sums.sp'", '.map((n) => n * 10)');
  const edited = await kernel.execute(tens, { cellId: 'two' });
  expect(edited.of('display_data')[0]).toMatchObject({
    metadata: { tidemark: { changes: [{ change: 'rebuilt', replays: { records: 3 } }] } },
  });
  expect(JSON.stringify(edited.of('display_data')[0])).toContain(
    'rebuilt from the savepoint and the recording',
  );
  push(9);
  await printed('two', '180');
});

test('what cannot be started from fails the cell, and names the operator, the state and the next step', async () => {
  const missing = await kernel.execute(sums('three', ", fromSavepoint: 'none.sp'"), { cellId: 'three' });
  expect(missing.error.evalue).toMatch(/^There is no savepoint at none\.sp: .*Give the path that/);
  const others = sums('three', ", fromSavepoint: 'sums.sp'").replace("uid('sums')", "uid('others')");
  const unplaced = await kernel.execute(others, { cellId: 'three' });
  expect(unplaced.error.evalue).toMatch(/^The savepoint has state of sum \('sums'\).*allowNonRestoredState/);
  const unwritten = await kernel.execute("await job_two.triggerSavepoint('nowhere/sums.sp')");
  expect(unwritten.error.evalue).toMatch(/^The savepoint .*nowhere\/sums\.sp could not be written: ENOENT/);
  expect((await kernel.execute('%jobs')).result).not.toContain('three');
});
