import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Execution } from './execution.ts';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute('let kept = 41');
});
afterAll(() => kernel.stop());

/** Starts a cell, waits until it says that it is about to run away, interrupts it. */
async function interrupted(code: string): Promise<{ cell: Execution; ms: number }> {
  const id = kernel.sendExecute(`console.log('running'); await null;\n${code}`);
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  const start = performance.now();
  await kernel.interrupt();
  const cell = await kernel.finished(id);
  return { cell, ms: performance.now() - start };
}

const RUNAWAYS = {
  'a loop': 'while (true) {}',
  'a microtask loop':
    'function again(): void { void Promise.resolve().then(again) }\nagain(); await new Promise<void>(() => {})',
  'a loop after an await': 'await new Promise((resolve) => setTimeout(resolve, 5))\nwhile (true) {}',
  'a loop in a timer': 'setTimeout(() => { while (true) {} }, 1)\nawait new Promise<void>(() => {})',
  'a catastrophic regular expression': "/^(a+)+$/.test('a'.repeat(40) + 'b')",
  'a huge JSON.stringify':
    "let deep: unknown = 'x'.repeat(50); for (let i = 0; i < 26; i++) deep = [deep, deep]\nJSON.stringify(deep); while (true) JSON.stringify([1])",
  'a promise of nothing': 'new Promise<void>(() => {})',
  'an await of nothing': 'await new Promise<void>(() => {})',
  'a loop of awaits': 'while (true) await new Promise((resolve) => setTimeout(resolve, 1))',
  'a for await over an endless stream':
    'for await (const n of (async function* () { let n = 0; while (true) yield n++ })()) void n',
  'a loop that catches everything':
    'while (true) { try { while (true) {} } catch { continue } finally { continue } }',
  'a loop that prints': 'let lines = 0; while (true) console.log(lines++)',
  'a loop that displays': "while (true) display({ 'text/plain': 'x' }, { raw: true })",
};

test.each(Object.entries(RUNAWAYS))(
  '%s is stopped within a second, and variables are kept',
  async (_name, code) => {
    const { cell, ms } = await interrupted(code);
    expect(cell.error.ename).toBe('Interrupted');
    expect(ms).toBeLessThan(1_000);
    expect((await kernel.execute('kept + 1')).result).toBe('42');
  },
);

test('what an interrupted cell had declared stays', async () => {
  await interrupted('let progress = 0\nwhile (true) progress++');
  expect(Number((await kernel.execute('progress')).result)).toBeGreaterThan(0);
});

test('of an interrupted cell, what came behind the interruption is not known', async () => {
  await interrupted("const ahead: string = 'a'\nwhile (true) {}\nconst behind = 1");
  expect((await kernel.execute('ahead.toUpperCase()')).result).toBe("'A'");
  expect((await kernel.execute('behind')).error.evalue).toContain("Cannot find name 'behind'");
});

test('heartbeat and comms answer while a cell is being checked, and an interrupt ends the wait', async () => {
  // Types that take the checker seconds: every union of these is compared with every other.
  const slow = `
type Digit = 0|1|2|3|4|5|6|7|8|9;
type Numbers = \`\${Digit}\${Digit}\${Digit}\${Digit}\`;
function compare<A extends Numbers, B extends Numbers>(a: A, b: B): A & B { return a as unknown as A & B }
type Deep<T, N extends unknown[]> = N['length'] extends 400 ? T : Deep<{ [K in keyof T]: T[K] } & { x: N['length'] }, [...N, unknown]>;
const worked: Deep<Record<Numbers, 1>, []> = 0 as unknown as Deep<Record<Numbers, 1>, []>;`;
  const id = kernel.sendExecute(slow);
  await kernel.waitFor(({ type, parentId }) => type === 'execute_input' && parentId === id);
  expect(await kernel.beat('while checking')).toBe('while checking');
  expect((await kernel.ask('control', 'comm_info_request', {})).content['status']).toBe('ok');
  await kernel.interrupt();
  expect((await kernel.finished(id)).status).toBe('error');
  expect((await kernel.execute('kept')).result).toBe('41');
});

test('an interrupt aborts the cells behind', async () => {
  const first = kernel.sendExecute("console.log('running'); await new Promise<void>(() => {})");
  const second = kernel.sendExecute('1 + 1');
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === first);
  await kernel.interrupt();
  expect((await kernel.finished(second)).status).toBe('aborted');
});

test('a loop in a timer of a cell that has ended is stopped, and the session lives', async () => {
  const cell = await kernel.execute("setTimeout(() => { console.log('looping'); while (true) {} }, 20); 0");
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === cell.id);
  await kernel.interrupt();
  expect((await kernel.execute('kept')).result).toBe('41');
});

test('a loop in an operator is stopped, its cell is told, and variables are kept', async () => {
  // An interrupt with no cell running has paused the streams (law 10).
  await kernel.execute('env.resume()');
  const id = kernel.sendExecute(
    "env.fromSequence(0, 5).map((n) => { if (n === 3) { console.log('looping'); while (true) {} } return n }).print()\n0",
  );
  await kernel.waitFor(
    ({ type, parentId, content }) =>
      type === 'stream' && parentId === id && String(content['text']).includes('looping'),
  );
  await kernel.interrupt();
  await kernel.finished(id);
  const told = await kernel.waitFor(
    ({ type, content }) =>
      type === 'stream' && content['name'] === 'stderr' && String(content['text']).includes('interrupted'),
  );
  expect(told.parentId).toBe(id);
  expect((await kernel.execute('kept')).result).toBe('41');
});

test('an interrupt with nothing running disturbs nothing', async () => {
  await kernel.interrupt();
  expect((await kernel.execute('kept')).result).toBe('41');
});

test('completion, inspection and kernel_info answer while a cell is in a loop', async () => {
  const id = kernel.sendExecute("console.log('running'); while (true) {}");
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  const complete = await kernel.ask('shell', 'complete_request', { code: 'parseIn', cursor_pos: 7 });
  expect(complete.content['matches']).toContain('parseInt');
  const inspect = await kernel.ask('shell', 'inspect_request', {
    code: 'kept',
    cursor_pos: 2,
    detail_level: 0,
  });
  expect(inspect.content).toMatchObject({ status: 'ok', found: true });
  expect((await kernel.ask('control', 'kernel_info_request', {})).content['status']).toBe('ok');
  // A frontend shows the last state it heard.
  expect(kernel.messages.findLast(({ type }) => type === 'status')?.content['execution_state']).toBe('busy');
  await kernel.interrupt();
  await kernel.finished(id);
});

test('a cursor counts code points, not code units', async () => {
  const code = "const s1='😀'; parseIn";
  const { content } = await kernel.ask('shell', 'complete_request', { code, cursor_pos: [...code].length });
  expect(content['matches']).toContain('parseInt');
  expect([...code].slice(Number(content['cursor_start']), Number(content['cursor_end'])).join('')).toBe(
    'parseIn',
  );
});
