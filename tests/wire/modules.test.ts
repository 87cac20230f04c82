import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

/** Writes a file into the notebook's folder, with a time of change of its own. */
function write(path: string, text: string, changed = 1_000_000): void {
  const file = join(kernel.directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, changed, changed);
}

test('Node modules are imported in every form', async () => {
  const cell = await kernel.execute(
    "import * as path from 'node:path'; import fs, { readFileSync as read } from 'fs'; import type { Stats } from 'node:fs'\n[path.join('a', 'b'), fs.readFileSync === read, typeof (await import('node:os')).cpus]",
  );
  expect(cell.result).toBe("[ 'a/b', true, 'function' ]");
});

test('npm packages are imported from the notebook folder, ESM and CommonJS', async () => {
  write(
    'node_modules/an-esm/package.json',
    '{"name":"an-esm","version":"1.0.0","type":"module","exports":"./index.js","types":"./index.d.ts"}',
  );
  write('node_modules/an-esm/index.js', 'export const kind = "esm"; export default 1');
  write(
    'node_modules/an-esm/index.d.ts',
    'export const kind: string; declare const one: number; export default one',
  );
  write(
    'node_modules/a-cjs/package.json',
    '{"name":"a-cjs","version":"1.0.0","main":"main.js","types":"main.d.ts"}',
  );
  write('node_modules/a-cjs/main.js', 'exports.kind = "cjs"');
  write('node_modules/a-cjs/main.d.ts', 'export const kind: string');
  const cell = await kernel.execute(
    "import one, { kind as esm } from 'an-esm'\nimport { kind as cjs } from 'a-cjs'\n[one, esm, cjs]",
  );
  expect(cell.result ?? cell.error.traceback).toBe("[ 1, 'esm', 'cjs' ]");
});

test('local TypeScript is imported, with what type stripping cannot do', async () => {
  write(
    'lib/shapes.ts',
    "import { base } from './base'\nexport enum Shape { Round = 3 }\nexport class Point { constructor(readonly x: number) {} }\nexport const sum: number = base + Shape.Round",
  );
  write('lib/base.ts', 'export const base: number = 4');
  const cell = await kernel.execute(
    "import { Shape, Point, sum } from './lib/shapes.ts'\n[Shape.Round, new Point(5).x, sum]",
  );
  expect(cell.result ?? cell.error.traceback).toBe('[ 3, 5, 7 ]');
});

test('an edited local file is loaded anew, also behind one that did not change', async () => {
  write('fresh.ts', "export { value } from './inner.ts'");
  write('inner.ts', 'export const value: number = 1');
  expect((await kernel.execute("import { value } from './fresh.ts'\nvalue")).result).toBe('1');
  write('inner.ts', 'export const value: number = 2', 2_000_000);
  expect((await kernel.execute("import { value } from './fresh.ts'\nvalue")).result).toBe('2');
});

test('JSON is imported', async () => {
  write('data.json', '{"rows": [1, 2]}');
  const cell = await kernel.execute("import data from './data.json'\ndata.rows");
  expect(cell.result ?? cell.error.traceback).toBe('[ 1, 2 ]');
});

test('an unknown package is an error at the import that says what to install', async () => {
  const cell = await kernel.execute("\nimport { nothing } from 'no-such-package-of-anyone'");
  expect(cell.error.evalue).toContain("Cannot find module 'no-such-package-of-anyone'.");
  expect(cell.error.evalue).toContain('npm install no-such-package-of-anyone');
  expect(cell.error.traceback).toContain('line 2:');
});

test('an unknown module of a dynamic import is one at run time, at its line', async () => {
  const cell = await kernel.execute("const name: string = './no-such-file.ts'\n\nawait import(name)");
  expect(cell.error.evalue).toContain("Cannot find module './no-such-file.ts'. Check the path");
  expect(cell.error.traceback).toMatch(/Cell \[\d+\] line 3:/);
});

test('tidemark in a cell is the session’s own instance', async () => {
  const cell = await kernel.execute(
    "import { StreamExecutionEnvironment } from 'tidemark'\nenv instanceof StreamExecutionEnvironment",
  );
  expect(cell.result ?? cell.error.traceback).toBe('true');
});
