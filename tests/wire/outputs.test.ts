import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

/** Everything a cell has shown, in order. */
function shownInOrder(id: string): string {
  return kernel
    .published(id)
    .map(({ type, content }) => {
      if (type === 'stream') return String(content['text']);
      if (type === 'display_data') return String((content['data'] as Record<string, unknown>)['text/plain']);
      return '';
    })
    .join('');
}

test('stdout, stderr and displays keep their order', async () => {
  const cell = await kernel.execute(
    `console.log('A'); console.error('B'); display({ 'text/plain': 'C' }, { raw: true }); process.stdout.write('D\\n'); process.stderr.write('E')`,
  );
  expect(shownInOrder(cell.id).replaceAll(/\s/g, '')).toBe('ABCDE');
});

test('two thousand lines arrive complete, in few messages, before idle', async () => {
  const cell = await kernel.execute("for (let i = 0; i < 2000; i++) console.log('line', i)");
  const lines = cell.text().trimEnd().split('\n');
  expect(lines).toHaveLength(2000);
  expect(lines.at(-1)).toBe('line 1999');
  expect(cell.of('stream').length).toBeLessThan(100);
});

test('a million characters at once arrive complete', async () => {
  expect((await kernel.execute("console.log('x'.repeat(1_000_000))")).text()).toHaveLength(1_000_001);
});

test('output of a loop that never yields arrives while it runs', async () => {
  const id = kernel.sendExecute("console.log('before'); while (true) {}");
  const seen = await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  expect(seen.content['text']).toContain('before');
  expect(kernel.messages.some(({ channel, parentId }) => channel === 'shell' && parentId === id)).toBe(false);
  await kernel.interrupt();
  await kernel.finished(id);
});

test('late output goes under the cell that caused it, also after another cell has run', async () => {
  const cell = await kernel.execute(
    "setTimeout(() => { console.log('late'); Promise.resolve().then(() => console.error('later')) }, 150); 0",
  );
  await kernel.execute("console.log('another cell')");
  const late = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).includes('late\n'),
  );
  const later = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).includes('later'),
  );
  expect([late.parentId, later.parentId]).toEqual([cell.id, cell.id]);
});

test('an unhandled rejection and an error in a callback go under their cell, and the session lives', async () => {
  await kernel.execute('let alive = 1');
  const cell = await kernel.execute(
    "Promise.reject(new Error('nobody caught this'))\nsetTimeout(() => {\n  throw new RangeError('from a timer')\n}, 100)\n0",
  );
  await kernel.execute('alive += 1');
  const rejection = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).includes('nobody caught this'),
  );
  const thrown = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).includes('from a timer'),
  );
  expect([rejection.parentId, thrown.parentId]).toEqual([cell.id, cell.id]);
  expect(thrown.content['name']).toBe('stderr');
  expect(thrown.content['text']).toMatch(/Cell \[\d+\] line 3:/);
  expect((await kernel.execute('alive')).result).toBe('2');
});

test('a flood is paced, trimmed with a note, and ends with its last line', async () => {
  const cell = await kernel.execute("for (let i = 0; i < 60_000; i++) console.log('x'.repeat(99), i)");
  expect(cell.text('stderr')).toContain('output trimmed');
  expect(cell.text()).toMatch(/x 59999\n$/);
}, 60_000);

test('a display is updated in place by its handle', async () => {
  const first = await kernel.execute("const handle = display('one', { id: 'spot' })");
  const second = await kernel.execute("handle.update('two')");
  expect(first.of('display_data')[0]).toMatchObject({
    data: { 'text/plain': "'one'" },
    transient: { display_id: 'spot' },
  });
  expect(second.of('update_display_data')[0]).toMatchObject({
    data: { 'text/plain': "'two'" },
    transient: { display_id: 'spot' },
  });
});

test('clearOutput clears, now or with the next output', async () => {
  const cell = await kernel.execute('clearOutput(); clearOutput(true)');
  expect(cell.of('clear_output')).toEqual([{ wait: false }, { wait: true }]);
});

test('a raw display that is no MIME bundle is a clear error', async () => {
  const cell = await kernel.execute("display('text' as unknown as Record<string, unknown>, { raw: true })");
  expect(cell.error.evalue).toContain('takes an object from MIME types to data');
});

test.each([
  ['1 + 1', '2'],
  ["'a/b'", "'a/b'"],
  ['[1, 2, 3].map((n) => n * n)', '[ 1, 4, 9 ]'],
  ['new Map([["a", { b: 1 }]])', "Map(1) { 'a' => { b: 1 } }"],
  ['new Set([1])', 'Set(1) { 1 }'],
  ['new Float64Array(2)', 'Float64Array(2) [ 0, 0 ]'],
  ['10n ** 20n', '100000000000000000000n'],
  ['-0', '-0'],
  ['NaN', 'NaN'],
  ['null', 'null'],
  ['Symbol("s")', 'Symbol(s)'],
  ['(x: number) => x', '[Function (anonymous)]'],
  ['new Date(0)', '1970-01-01T00:00:00.000Z'],
])('the value of %s is shown as %s', async (code, text) => {
  expect((await kernel.execute(code)).result).toBe(text);
});

test('a promise that a cell ends in is shown as what it comes to', async () => {
  const late = await kernel.execute("new Promise<string>((resolve) => setTimeout(resolve, 1, 'late'))");
  expect(late.result).toBe("'late'");
  const rows = await kernel.execute('Promise.resolve([{ n: 1 }, { n: 2 }])');
  expect(rows.data['text/html']).toContain('<table>');
  const failed = await kernel.execute("Promise.reject(new RangeError('too far'))");
  expect(failed.error).toMatchObject({ ename: 'RangeError', evalue: 'too far' });
  expect(failed.of('stream')).toEqual([]);
  const left = await kernel.execute('void new Promise<void>(() => {})');
  expect(left.status).toBe('ok');
  const within = await kernel.execute('[Promise.resolve(5)]');
  expect(within.result).toBe('[ Promise { 5 } ]');
});

test.each(['undefined', 'Promise.resolve()', 'let nothing = 5', 'void 0'])(
  '%s shows nothing',
  async (code) => {
    expect((await kernel.execute(code)).of('execute_result')).toEqual([]);
  },
);

test('plain rows are shown as a table too, escaped', async () => {
  const { data } = await kernel.execute('[{ name: "<b>", n: 1 }, { name: "c", other: true }]');
  expect(data['text/html']).toContain('<td style="text-align: left">&lt;b&gt;</td><td>1</td>');
  expect(data['text/html']).toContain('2 rows × 3 columns');
});

test('an error as a value is shown with its place in the cell', async () => {
  expect((await kernel.execute('\nnew Error("as a value")')).result).toMatch(
    /^Error: as a value\n {4}at Cell \[\d+\] line 2:1$/,
  );
});

test('an object shows itself by Jupyter.display, async or not', async () => {
  const own = await kernel.execute(
    "({ [Symbol.for('Jupyter.display')]() { return { 'text/html': '<i>own</i>' } } })",
  );
  expect(own.data).toMatchObject({ 'text/html': '<i>own</i>' });
  const late = await kernel.execute(
    "({ async [Symbol.for('Jupyter.display')]() { await null; return { 'text/markdown': '*own*' } } })",
  );
  expect(late.data).toMatchObject({ 'text/markdown': '*own*' });
  const displayed = await kernel.execute(
    "display({ async [Symbol.for('Jupyter.display')]() { await null; return { 'text/markdown': '*own*' } } })\n0",
  );
  expect(displayed.of('display_data')[0]).toMatchObject({ data: { 'text/markdown': '*own*' } });
});
