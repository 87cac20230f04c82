import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('a type error points at line and column, and nothing of the cell runs', async () => {
  const cell = await kernel.execute("console.log('must not run')\nconst bad: number = 'text'");
  expect(cell.status).toBe('error');
  expect(cell.of('error')).toHaveLength(1);
  expect(cell.error.evalue).toContain("Type 'string' is not assignable to type 'number'. (line 2:7)");
  expect(cell.error.traceback).toContain("2 const bad: number = 'text'");
  expect(cell.text()).toBe('');
});

test('a syntax error is one', async () => {
  const cell = await kernel.execute('let x = = 1');
  expect(cell.error.ename).toBe('SyntaxError');
});

test('a runtime error speaks of cells and their lines, across cells', async () => {
  const first = await kernel.execute(
    'function risky(n: number): number {\n  if (n > 1) throw new RangeError("too much")\n  return n\n}',
  );
  const count = first.reply.content['execution_count'];
  const cell = await kernel.execute('\n\nrisky(2)');
  const { ename, evalue, traceback } = cell.error;
  expect([ename, evalue]).toEqual(['RangeError', 'too much']);
  expect(traceback.split('\n').slice(1)).toEqual([
    `    at risky (Cell [${count}] line 2:20)`,
    `    at Cell [${Number(count) + 1}] line 3:1`,
  ]);
  expect(cell.of('error')[0]).toMatchObject({ ename, evalue });
});

test('an error class of the user keeps its name; its cause is told', async () => {
  const cell = await kernel.execute(
    "class Mine extends Error { name = 'Mine' }\nthrow new Mine('outer', { cause: new Error('inner') })",
  );
  expect(cell.error).toMatchObject({ ename: 'Mine', evalue: 'outer' });
  expect(cell.error.traceback).toContain('inner');
});

test.each([
  ['throw "just text"', "'just text'"],
  ['throw { code: 5 }', '{ code: 5 }'],
  ['throw undefined', 'undefined'],
])('%s is reported', async (code, text) => {
  const cell = await kernel.execute(code);
  expect(cell.error).toMatchObject({ ename: 'Thrown', evalue: text });
});

test('process.exit() is a clear error and the session lives', async () => {
  await kernel.execute('let here = 1');
  const cell = await kernel.execute('process.exit(3)');
  expect(cell.error.evalue).toContain('process.exit(3) was called');
  expect((await kernel.execute('here')).result).toBe('1');
});

test('names are declared again as anything else, types too', async () => {
  for (const code of [
    'const again = 1',
    'let again = "two"',
    'function again() { return 3 }',
    'class again {}',
    'enum again { A = 4 }',
  ])
    expect((await kernel.execute(code)).status).toBe('ok');
  expect((await kernel.execute('again.A')).result).toBe('4');
  await kernel.execute('interface Shape { a: number }');
  await kernel.execute('interface Shape { b: string }');
  expect((await kernel.execute("const shape: Shape = { b: 'y' }; shape.b")).result).toBe("'y'");
});

test('what a failing cell declared before it failed is there', async () => {
  await kernel.execute('const before = 1\nthrow new Error("half way")\nconst after = 2');
  expect((await kernel.execute('before')).result).toBe('1');
  expect((await kernel.execute('after')).status).toBe('error');
});

test('of a cell that threw, what had its value is known to the next cell, and its new type with it', async () => {
  await kernel.execute('const changed = 1; const untouched = 1');
  await kernel.execute(
    "const changed = 'text'; function helper() { return changed.length }\nthrow 'no error object'\nconst untouched = 'never'",
  );
  expect((await kernel.execute('const n: number = helper() + changed.length + untouched; n')).result).toBe(
    '9',
  );
  await kernel.execute("const early = 1, later: number = JSON.parse('{')");
  expect((await kernel.execute('later')).error.evalue).toContain("Cannot find name 'later'");
});

test('a magic that does not exist names those that do', async () => {
  const cell = await kernel.execute('%nothing');
  const { evalue } = cell.error;
  expect(evalue).toContain('There is no magic %nothing. There are: %snapshots, ');
  for (const magic of ['%restore', '%rewind', '%step', '%recording', '%jobs', '%who'])
    expect(evalue).toContain(magic);
});

test('%who lists what cells declared; %%time says how long a cell took', async () => {
  await kernel.execute('const whoIsIt = 1');
  expect((await kernel.execute('%who')).result).toContain("'whoIsIt'");
  const timed = await kernel.execute('%%time\nconst slow = 1 + 1\nslow');
  expect(timed.result).toBe('2');
  expect(timed.text()).toMatch(/^Took \d+\.\d+ ms\n$/);
  expect((await kernel.execute('%time 6 * 7')).result).toBe('42');
});
