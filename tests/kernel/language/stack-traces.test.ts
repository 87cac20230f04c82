import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellRunner } from './cell-runner.ts';

let cells: CellRunner;
beforeAll(() => {
  cells = new CellRunner();
});
afterAll(() => cells.close());

/** The frames of a cell that throws, without the message. */
async function frames(code: string): Promise<string[]> {
  const outcome = await cells.run(code);
  if (outcome.kind !== 'thrown') throw new Error(`${code}\ndid not throw`);
  return outcome.stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim().replace(/Cell \[\d+\]/, 'Cell'));
}

describe('a stack trace', () => {
  it('speaks of the cell, its lines and columns, and of nothing beneath it', async () => {
    expect(await frames("const a = 1\n\n  throw new Error('boom')")).toEqual(['at Cell line 3:9']);
  });

  it('leads to the place in a text of SQL that its message speaks of', async () => {
    await cells.declare(
      'const fail = (...texts: string[]): never => { throw new Error(`no usr (column 10 of ${JSON.stringify(texts.at(-1))})`) }',
    );
    expect(await frames("fail('user',\n  'amount + usr')")).toEqual([
      'at fail (Cell line 1:53)',
      'at Cell line 2:13',
    ]);
    expect(await frames("\nfail('amount' + ' + usr')")).toEqual([
      'at fail (Cell line 1:53)',
      'at Cell line 2:1',
    ]);
  });

  it('goes through the functions of several cells', async () => {
    await cells.declare("function inner(): never {\n  throw new Error('deep')\n}");
    await cells.declare('const outer = () => inner()');
    expect(await frames('\nouter()')).toEqual([
      'at inner (Cell line 2:9)',
      'at outer (Cell line 1:21)',
      'at Cell line 2:1',
    ]);
  });

  it('has the right column after a rewrite on the same line', async () => {
    expect(await frames("const b = await Promise.resolve(1); throw new Error('after await')")).toEqual([
      'at Cell line 1:43',
    ]);
    expect(
      await frames(
        "import * as path from 'node:path'; class X {}; function y() {}; path.join(null as never)",
      ),
    ).toContain('at Cell line 1:70');
    expect(await frames('var i = 1; { var j = 2 } (null as unknown as string).length')).toEqual([
      'at Cell line 1:54',
    ]);
  });

  it('has the right line where TypeScript moves lines: enums, parameter properties', async () => {
    expect(
      await frames(
        "enum E {\n  A,\n  B,\n}\nclass P { constructor(public x: number) {} }\n\nfunction fail(): never {\n  throw new Error('later')\n}\nfail()",
      ),
    ).toEqual(['at fail (Cell line 8:9)', 'at Cell line 10:1']);
  });

  it('has the right line where a function is hoisted', async () => {
    expect(
      await frames("const c = 1\nrun()\nfunction run(): never {\n\n  throw new Error('hoisted')\n}"),
    ).toEqual(['at run (Cell line 5:9)', 'at Cell line 2:1']);
  });

  it('has the right line with decorators', async () => {
    const found = await frames(
      "function plain<T>(value: T, _: unknown) { return value }\n@plain\nclass D {\n  fail(): never {\n    throw new Error('decorated')\n  }\n}\nnew D().fail()",
    );
    expect(found[0]).toMatch(/Cell line 5:/);
    expect(found.at(-1)).toMatch(/Cell line 8:/);
  });

  it('keeps frames of modules between those of cells, and text that is none', () => {
    const stack =
      'Error: x\n    at f (file:///a/b.js:1:2)\n    at process.processTicksAndRejections (node:internal/process/task_queues:1:1)';
    expect(cells.service.mapStack(stack)).toBe(stack);
    expect(cells.service.mapStack('no stack at all')).toBe('no stack at all');
  });

  it('tells two executions apart, of one count too', async () => {
    const compile = (code: string) =>
      cells.service.compile({ cellId: 's', name: '', executionCount: 500, code });
    const one = await compile('1');
    const two = await compile('2');
    expect(one.ok && two.ok && one.scriptName !== two.scriptName).toBe(true);
  });
});

describe('a diagnostic', () => {
  it('has the place, the line and the reasons', async () => {
    const outcome = await cells.run(
      "const fine = 1\nconst bad: { a: { b: number } } = {\n  a: { b: 'text' } }",
    );
    expect(outcome).toEqual({
      kind: 'refused',
      diagnostics: [
        {
          code: 'TS2322',
          message: "Type 'string' is not assignable to type 'number'.",
          line: 3,
          column: 8,
          endLine: 3,
          endColumn: 9,
          sourceLine: "  a: { b: 'text' } }",
          category: 'error',
        },
      ],
    });
  });

  it('of a syntax error comes alone', async () => {
    expect(await cells.refusal('let x = = 1\nconst y: number = "a"')).toEqual([
      'TS1109 1:9 Expression expected.',
    ]);
    expect(await cells.refusal('foo(')).toHaveLength(1);
  });

  it('counts columns in UTF-16 units, after tabs and emoji', async () => {
    expect(
      (await cells.refusal("\tconst e: number = '😀'; const f: number = 'x'")).map(
        (one) => one.split(' ')[1],
      ),
    ).toEqual(['1:8', '1:32']);
  });

  it('is of what a name was declared as twice in the cell', async () => {
    expect(await cells.refusal('const twice = 1; const twice = 2')).toHaveLength(2);
  });

  it('obeys @ts-expect-error and @ts-ignore', async () => {
    expect(await cells.run("// @ts-expect-error\nconst wrong: number = 'x'")).toEqual({ kind: 'nothing' });
    expect(await cells.refusal('// @ts-expect-error\nconst right: number = 1')).toHaveLength(1);
  });

  it('is strict, and silent about what is not used', async () => {
    expect(await cells.refusal('function f(x) { return x }')).toEqual([
      "TS7006 1:12 Parameter 'x' implicitly has an 'any' type.",
    ]);
    expect(await cells.refusal('const s: string = null')).toHaveLength(1);
    expect(await cells.run('function unused(a: number) { const b = 1; return; a }')).toEqual({
      kind: 'nothing',
    });
  });
});
