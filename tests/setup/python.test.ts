import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scriptModule } from './script-module.ts';

interface PythonModule {
  findPython(environment?: Record<string, string | undefined>): { version: string; canMakeVenv: boolean };
}

const { findPython } = await scriptModule<PythonModule>('setup/python.mjs');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tidemark-python-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a Python that can make virtual environments is found on the PATH', () => {
  const python = findPython();
  expect(python.canMakeVenv).toBe(true);
  expect(Number(python.version.split('.')[1])).toBeGreaterThanOrEqual(10);
});

test('a Python named by PYTHON that does not run is said to be wrong, and not replaced by another', () => {
  expect(() => findPython({ PYTHON: join(folder, 'python3') })).toThrow(
    /PYTHON .* does not run[^]*Next step/,
  );
});

test("a Python without ensurepip, as Debian's is without python3-venv, names the package to install", () => {
  // Debian takes the module away; here Python is told at its start that it has none.
  writeFileSync(join(folder, 'sitecustomize.py'), 'import sys\nsys.modules["ensurepip"] = None\n');
  const before = process.env['PYTHONPATH'];
  process.env['PYTHONPATH'] = folder;
  try {
    expect(() => findPython({ PYTHON: 'python3' })).toThrow(/apt-get install python3\.\d+-venv/);
  } finally {
    if (before === undefined) delete process.env['PYTHONPATH'];
    else process.env['PYTHONPATH'] = before;
  }
});
