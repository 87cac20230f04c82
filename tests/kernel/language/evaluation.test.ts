import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellRunner } from './cell-runner.ts';

let cells: CellRunner;
beforeAll(() => {
  cells = new CellRunner();
});
afterAll(() => cells.close());

describe('the value of a cell', () => {
  it.each([
    ['1 + 2', 3],
    ['1 + 2;', 3],
    ['const a1 = 1; a1', 1],
    ['a1 // with a comment', 1],
    ['// only a comment\na1', 1],
    ["'use strict'; a1", 1],
    ['let b1; b1 = 4', 4],
    ['a1 satisfies number', 1],
    ['a1!', 1],
    ['(a1 as number)', 1],
    ['{ a: 1 }', { a: 1 }],
    ['{ a: 1, b: { c: [2] } }', { a: 1, b: { c: [2] } }],
    ['{}', {}],
    ['`a\n${a1}\nb`', 'a\n1\nb'],
    ['export default a1 + 1', 2],
    ['5\ninterface After { a: 1 }', undefined],
  ])('%s', async (code, value) => {
    const outcome = await cells.run(code);
    expect(outcome).toEqual(value === undefined ? { kind: 'nothing' } : { kind: 'value', value });
  });

  it.each([
    'const c2 = 1',
    'function f2() { return 1 }',
    'class C2 {}',
    '5; let d2 = 1',
    'if (true) { 1 }',
    'for (const x of [1]) { x }',
    '{ const block = 1; block }',
    '',
    '// nothing',
    'type T2 = 1',
    "import 'node:path'",
    'export {}',
    'export const e2 = 1',
  ])('is not shown after a statement: %s', async (code) => {
    expect(await cells.run(code)).toEqual({ kind: 'nothing' });
  });
});

describe('a cell runs', () => {
  it('with top-level await, each through the guard', async () => {
    cells.session.guarded = 0;
    expect(
      await cells.value(
        'const one = await Promise.resolve(1); one + (await Promise.resolve(await Promise.resolve(2)))',
      ),
    ).toBe(3);
    expect(cells.session.guarded).toBe(3);
    await cells.declare(
      'async function nested() { return await Promise.resolve(1) }\nconst arrow = async () => { await nested() }',
    );
    expect(cells.session.guarded).toBe(3);
  });

  it('with a guard around what a top-level `for await` reads', async () => {
    cells.session.guarded = 0;
    expect(
      await cells.value(
        'let total = 0; async function* numbers() { yield 1; yield 2 }\nfor await (const n of numbers()) total += n\ntotal',
      ),
    ).toBe(3);
    expect(cells.session.guarded).toBe(1);
  });

  it('with closures that see what a variable becomes, in a later cell too', async () => {
    await cells.declare(
      'let factor = 2; const scale = (n: number) => n * factor; function twice(n: number) { return scale(n) * 2 }',
    );
    expect(await cells.value('scale(3)')).toBe(6);
    await cells.value('factor = 5');
    expect(await cells.value('twice(3)')).toBe(30);
    await cells.declare('const factor = 7');
    expect(await cells.value('scale(1)')).toBe(7);
    await cells.declare('function scale(n: number) { return -n }');
    expect(await cells.value('twice(3)')).toBe(-6);
  });

  it('with functions that are called before they are declared', async () => {
    expect(
      await cells.value(
        'const early = helper(2)\nfunction helper(n: number): number { return n < 1 ? 0 : n + helper(n - 1) }\nearly',
      ),
    ).toBe(3);
    expect(await cells.value('helper.name')).toBe('helper');
    expect(
      await cells.value('async function* gen() { yield 1 }\n[gen.name, gen.constructor.name].join()'),
    ).toBe('gen,AsyncGeneratorFunction');
  });

  it('in strict mode, as a module does', async () => {
    expect(await cells.value('(function (this: unknown) { return this === undefined })()')).toBe(true);
  });

  it('with `var`s of blocks and loops at its top level', async () => {
    expect(
      await cells.value(
        'for (var i = 0, n = 3; i < n; i++) { var last = i }\nif (n > 2) var flag = true\nvar { length } = [1, 2], none: undefined\n[i, last!, flag!, length, none].join()',
      ),
    ).toBe('3,2,true,2,');
    await cells.declare('let i = "now a string"; const last = 1; class flag {}');
    expect(
      await cells.value(
        'for (var key of ["a"]) {}\nfor (var { size } = new Set([1]); false; ) {}\nkey! + size + i.length',
      ),
    ).toBe('a112');
  });

  it('with `using`, whose end is the end of the cell', async () => {
    await cells.declare(
      "const events: string[] = []; const resource = (name: string) => ({ name, [Symbol.dispose]() { events.push('disposed ' + name) } })",
    );
    expect(
      await cells.value(
        "using held = resource('a'); const kept = held.name; function read() { return kept + held.name }\nclass Late {}\nevents.push('used ' + held.name + read()); events.length",
      ),
    ).toBe(1);
    expect(await cells.value('events.join() + kept + Late.name')).toBe('used aaa,disposed aaLate');
    expect(await cells.refusal('held')).toHaveLength(1);
    await cells.declare(
      "await using later = { async [Symbol.asyncDispose]() { await null; events.push('later') } }",
    );
    expect(await cells.value('events.at(-1)')).toBe('later');
  });

  it('with decorators', async () => {
    await cells.declare(
      'const calls: string[] = []\nfunction logged<This, A extends unknown[], R>(method: (this: This, ...args: A) => R, context: ClassMethodDecoratorContext) {\n  return function (this: This, ...args: A): R { calls.push(String(context.name)); return method.apply(this, args) }\n}',
    );
    await cells.declare(
      'class Service {\n  @logged\n  greet(name: string): string { return `hi ${name}` }\n}',
    );
    expect(await cells.value("new Service().greet('x') + calls.join()")).toBe('hi xgreet');
  }, 20_000);

  it('with an emoji and a tab before what it rewrites', async () => {
    expect(
      await cells.value("const face = '😀';\tconst waited = await Promise.resolve(face); waited.length"),
    ).toBe(2);
  });

  it('with an import of every form', async () => {
    writeFileSync(
      join(cells.folder, 'local.ts'),
      "export default class Thing { n = 1 }\nexport const a = 1, b = 2;\nexport interface Shape { s: string }\nexport type Alias = 'x';\n",
    );
    expect(
      await cells.value(
        "import Thing, { a as first, b, Shape, type Alias } from './local.ts'\nconst shape: Shape = { s: 's' }; const alias: Alias = 'x'\nnew Thing().n + first + b + shape.s + alias",
      ),
    ).toBe('4sx');
    await cells.declare(
      "import * as all from './local.ts'; import type { Shape as Typed } from './local.ts'; import './local.ts'",
    );
    expect(
      await cells.value(
        "const typed: Typed = { s: 't' }; all.b + typed.s + new all.default().n + new Thing().n",
      ),
    ).toBe('2t11');
    expect(
      await cells.value(
        "import { default as Named } from './local.ts'; const made: Named = new Named(); made.n",
      ),
    ).toBe(1);
    expect(await cells.value("import Both, * as rest from './local.ts'; new Both().n + rest.a")).toBe(2);
    expect(await cells.value("import { 'a' as quoted } from './local.ts'; quoted")).toBe(1);
  });

  it('with an import that stands after its use', async () => {
    expect(
      await cells.value("const joined = join2('a', 'b')\nimport { join as join2 } from 'node:path'\njoined"),
    ).toBe('a/b');
  });

  it('with an import of types only from a module that does not exist at run time', async () => {
    writeFileSync(join(cells.folder, 'only-types.d.ts'), 'export interface OnlyType { x: number }\n');
    expect(
      await cells.value("import { OnlyType } from './only-types'\nconst only: OnlyType = { x: 1 }; only.x"),
    ).toBe(1);
  });

  it('with JSON', async () => {
    writeFileSync(join(cells.folder, 'data.json'), '{ "rows": [{ "n": 4 }] }\n');
    expect(await cells.value("import data from './data.json' with { type: 'json' }\ndata.rows[0]!.n")).toBe(
      4,
    );
  });

  it('with packages, ESM and CommonJS', async () => {
    expect(await cells.value("import { parse } from 'acorn'; parse('1', { ecmaVersion: 2022 }).type")).toBe(
      'Program',
    );
    expect(await cells.value("import { create } from 'ts-node'; typeof create")).toBe('function');
  });

  it('with dynamic imports and `import.meta`, anywhere', async () => {
    expect(
      await cells.value(
        "const fs = await import('node:fs'); const lazily = async () => (await import('./local.ts')).a; (await lazily()) + typeof fs.readFileSync",
      ),
    ).toBe('1function');
    expect(await cells.value('import.meta.url.startsWith("file:")')).toBe(true);
    expect(
      await cells.value("(await import('./data.json', { with: { type: 'json' } })).default.rows.length"),
    ).toBe(1);
  });

  it('with an edited module after the edit', async () => {
    mkdirSync(join(cells.folder, 'lib'), { recursive: true });
    writeFileSync(join(cells.folder, 'lib', 'edited.ts'), 'export const before = 1;\n');
    await cells.declare("import { before } from './lib/edited.ts'");
    writeFileSync(join(cells.folder, 'lib', 'edited.ts'), 'export const after = 22;\n');
    const compiled = await cells.service.compile({
      cellId: 'e',
      name: '',
      executionCount: 900,
      code: "import { after } from './lib/edited.ts'; after.toFixed()",
    });
    expect(compiled.ok).toBe(true);
  });

  it('with a module that came after it was missed', async () => {
    expect(await cells.refusal("import { late } from './late.ts'")).toEqual([
      "TS2307 1:22 Cannot find module './late.ts' or its corresponding type declarations.",
    ]);
    writeFileSync(join(cells.folder, 'late.ts'), 'export const late = 5;\n');
    expect(await cells.value("import { late } from './late.ts'; late")).toBe(5);
  });
});

describe('a variable called like a global', () => {
  it('is the cells’ own: Node and its modules keep theirs', async () => {
    await cells.declare("import { setTimeout } from 'node:timers/promises'");
    expect(await cells.value("await setTimeout(1, 'slept')")).toBe('slept');
    expect(typeof globalThis.setTimeout(() => undefined, 0)).toBe('object');
    await cells.declare(
      "const process = { pid: 'mine' }; class URL { own = 1 }; function fetch() { return 'fetched' }; var Buffer = 1; enum Headers { own }",
    );
    expect(await cells.value('process.pid + new URL().own + fetch() + Buffer + Headers.own')).toBe(
      'mine1fetched10',
    );
    expect(new URL('a:b').href).toBe('a:b');
    expect(typeof process.pid).toBe('number');
  });

  it('is told from properties, parameters and locals of that name', async () => {
    await cells.declare('let performance = 5');
    expect(await cells.value('({ performance }).performance + { performance: 1 }.performance')).toBe(6);
    expect(
      await cells.value(
        'const read = (performance: number) => performance + 1; read(1) + ((o: { performance: number }) => o.performance)({ performance })',
      ),
    ).toBe(7);
    expect(
      await cells.value('function late() { performance += 1; return performance }\nlate() + performance'),
    ).toBe(12);
    expect(
      await cells.value('let made = 0; { const performance = 100; made = performance }\nmade + performance'),
    ).toBe(106);
    expect(
      await cells.value(
        'const { performance: other = performance } = {} as { performance?: number }; [other, `${performance}`].join()',
      ),
    ).toBe('6,6');
    expect(await cells.value('({ performance } = { performance: 9 }); performance')).toBe(9);
    expect(typeof globalThis.performance.now()).toBe('number');
  });
});
