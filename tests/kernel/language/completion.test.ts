import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellRunner } from './cell-runner.ts';

let cells: CellRunner;
beforeAll(async () => {
  cells = new CellRunner();
  await cells.declare(
    "/** doc of fooDoc\n * @param a the number\n */\nfunction fooDoc(a: number): string { return String(a) }\nconst obj1 = { alphaField: 1, betaField: 'x' }\ninterface Shape { /** its size */ size: number }\nclass Kind<T> { value!: T; read(from: number): T { return this.value } }\nconst kind = new Kind<Shape>(); type Either = Shape | string",
  );
});
afterAll(() => cells.close());

async function complete(code: string): Promise<Record<string, string>> {
  const cursor = code.includes('|') ? code.indexOf('|') : code.length;
  const { matches, types } = await cells.service.complete(code.replace('|', ''), cursor);
  expect(matches).toEqual(types.map(({ text }) => text));
  return Object.fromEntries(types.map(({ text, type }) => [text, type]));
}

describe('completion', () => {
  it('offers globals, keywords and what is predeclared', async () => {
    expect(await complete('parseIn')).toEqual({ parseInt: 'function' });
    expect(await complete('consol')).toEqual({ console: 'variable' });
    expect(await complete('satis')).toEqual({ satisfies: 'keyword' });
    expect(Object.keys(await complete('clearO'))).toEqual(['clearOutput']);
    expect(Object.keys(await complete('let x: Reco'))).toEqual(['Record']);
  });

  it('offers members, of live names too', async () => {
    expect(await complete('Math.ab')).toEqual({ abs: 'method' });
    expect(await complete('obj1.alph')).toEqual({ alphaField: 'property' });
    expect(await complete('obj1.')).toEqual({ alphaField: 'property', betaField: 'property' });
    expect(await complete('kind.value.')).toEqual({ size: 'property' });
    expect(await complete('obj1\n  .be')).toEqual({ betaField: 'property' });
    expect(await complete('obj1?.be')).toEqual({ betaField: 'property' });
  });

  it('offers what earlier cells and this one have declared', async () => {
    expect(await complete('fooD')).toEqual({ fooDoc: 'function' });
    expect(await complete('new Kin')).toEqual({ Kind: 'class' });
    expect(await complete('let s: Sha')).toMatchObject({ Shape: 'interface' });
    expect(await complete('const localName = 1; localN')).toEqual({ localName: 'variable' });
    expect(
      await complete('function f(parameterOne: number) { const inner1 = 1; if (true) { inn|; param } }'),
    ).toMatchObject({ inner1: 'variable' });
    expect(await complete('(argument1: Shape) => { argument1.si| }')).toEqual({ size: 'property' });
    expect(await complete("import { readFileSync } from 'node:fs'; readF")).toEqual({
      readFileSync: 'variable',
    });
  });

  it('offers modules and their exports', async () => {
    expect(Object.keys(await complete("import fs from 'node:fs/promi"))).toEqual(['promises']);
    expect(Object.keys(await complete("import fs from 'node:f"))).toContain('node:fs');
    expect(Object.keys(await complete("import { readFileS| } from 'node:fs'"))).toEqual(['readFileSync']);
  });

  it('prefers the case as written, and finds the other', async () => {
    expect(Object.keys(await complete('obj1.ALPHA'))).toEqual(['alphaField']);
  });

  it('offers none of its own names', async () => {
    expect(Object.keys(await complete('__'))).not.toContain('__c1');
  });

  it('counts in UTF-16 units', async () => {
    const code = "const s1 = '😀'; parseIn";
    expect(await cells.service.complete(code, code.length)).toMatchObject({
      matches: ['parseInt'],
      start: 17,
      end: 24,
    });
  });

  it('is steady in broken code', async () => {
    expect(await complete('if (obj1.')).toHaveProperty('alphaField');
    expect(await complete('const x = {{{ obj1.')).toBeDefined();
    expect(await complete('')).toHaveProperty('fooDoc');
  });
});

describe('inspection', () => {
  const inspect = (code: string, cursor = code.length, detail: 0 | 1 = 0) =>
    cells.service.inspect(code, cursor, detail);

  it('shows the signature and the documentation of a function', async () => {
    const { found, plain, markdown } = await inspect('fooDoc');
    expect(found).toBe(true);
    expect(plain).toBe('function fooDoc(a: number): string\n\ndoc of fooDoc\n\n@param a the number');
    expect(markdown).toContain('```typescript\nfunction fooDoc(a: number): string\n```');
    expect((await inspect('parseInt')).plain).toContain('Converts a string to an integer');
  });

  it('works with the cursor anywhere in the name, and inside an expression', async () => {
    for (const cursor of [0, 3, 6])
      expect((await inspect('fooDoc(1)', cursor)).plain).toContain('doc of fooDoc');
    expect((await inspect('1 + obj1.alphaField', 15)).plain).toBe('(property) alphaField: number');
  });

  it('shows variables, classes, interfaces, aliases', async () => {
    expect((await inspect('kind')).plain).toBe('const kind: Kind<Shape>');
    expect((await inspect('Kind', 4, 1)).plain).toContain('read: (from: number) => T;');
    expect((await inspect('Shape', 5, 1)).plain).toBe('interface Shape {\n  size: number;\n}');
    expect((await inspect('Either')).plain).toBe('type Either = string | Shape');
    expect((await inspect('kind.value.size')).plain).toBe('(property) size: number\n\nits size');
    expect((await inspect('kind.read')).plain).toBe('(method) read(from: number): Shape');
  });

  it('finds nothing where nothing is', async () => {
    for (const code of ['thisNameDoesNotExist', 'obj1.nope', '', '1 + ', '"text"'])
      expect((await inspect(code)).found, code).toBe(false);
  });
});

describe('completeness', () => {
  it.each([
    ['1', 'complete'],
    ['const a1 = 1;', 'complete'],
    ['function f(x: number) {\n  return x*2\n}', 'complete'],
    ['if (true) { 1 }', 'complete'],
    ['', 'complete'],
    ['await x', 'complete'],
    ['function f(x: number) {', 'incomplete', '  '],
    ['const s = `abc', 'incomplete', ''],
    ['foo(1,', 'incomplete', ''],
    ['/* abc', 'incomplete', ''],
    ['class A {\n  m() {', 'incomplete', '    '],
    ['x =>', 'incomplete', ''],
    ['const = 7q', 'invalid'],
    ["let x = 'abc", 'invalid'],
    ['}', 'invalid'],
    ['a b c', 'invalid'],
  ])('of %j is %s', (code, status, indent = '') => {
    expect(cells.service.isComplete(code)).toEqual({ status, indent });
  });
});
