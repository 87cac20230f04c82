import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('the running cell says that its process was killed and what is lost; the next cell runs in a new one', async () => {
  await kernel.execute('let lost = 1');
  const id = kernel.sendExecute("console.log('running'); await new Promise<void>(() => {})");
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  const pid = kernel.sessionPid();
  process.kill(pid, 'SIGKILL');
  const cell = await kernel.finished(id);
  expect(cell.error.evalue).toContain('SIGKILL');
  expect(cell.error.evalue).toContain(
    'Its variables and functions are gone; state, recordings and views are kept. Re-run your cells to resume.',
  );
  expect((await kernel.execute('1 + 1')).result).toBe('2');
  expect(kernel.sessionPid()).not.toBe(pid);
  expect((await kernel.execute('lost')).error.evalue).toContain("Cannot find name 'lost'");
});

test('law 8: a cell that is being checked fails with the variables that it is checked against', async () => {
  await kernel.execute('const gone = 1');
  const checker = kernel.checkerPid();
  process.kill(checker, 'SIGSTOP');
  const id = kernel.sendExecute("console.log('ran', gone)");
  const behind = kernel.sendExecute("console.log('ran too')");
  await kernel.waitFor(({ type, parentId }) => type === 'execute_input' && parentId === id);
  process.kill(kernel.sessionPid(), 'SIGKILL');
  const cell = await kernel.finished(id);
  process.kill(checker, 'SIGCONT');
  expect(cell.error.evalue).toContain('SIGKILL');
  expect(cell.text() + cell.text('stderr')).toBe('');
  expect((await kernel.finished(behind)).status).toBe('aborted');
  expect((await kernel.execute('gone')).error.evalue).toContain("Cannot find name 'gone'");
});

test('with no cell running, the last cell is told on stderr', async () => {
  const cell = await kernel.execute('1');
  process.kill(kernel.sessionPid(), 'SIGKILL');
  const note = await kernel.waitFor(
    ({ type, content }) =>
      type === 'stream' && String(content['text']).includes('session process was killed'),
  );
  expect(note.parentId).toBe(cell.id);
  expect(note.content['name']).toBe('stderr');
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

test('running out of memory ends the session, not the kernel', async () => {
  const small = await WireKernel.start({ env: { NODE_OPTIONS: '--max-old-space-size=150' } });
  const cell = await small.execute(
    'const hog: unknown[] = []\nwhile (true) hog.push(new Array(1000).fill(hog.length))',
  );
  expect(cell.error.evalue).toContain('aborted (SIGABRT: most often JavaScript ran out of heap memory)');
  expect((await small.execute('1 + 1')).result).toBe('2');
  await small.stop();
}, 60_000);

test('the session process does not outlive a killed kernel, even in a loop', async () => {
  const other = await WireKernel.start();
  const id = other.sendExecute("console.log('running'); while (true) {}");
  await other.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  const session = other.sessionPid();
  const exited = other.exited;
  other.process.kill('SIGKILL');
  await exited;
  await gone(session);
  await other.stop();
});

/** Waits until a process has ended; there is no event for a process that is not our child. */
async function gone(pid: number): Promise<void> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`process ${pid} is still there`);
}
