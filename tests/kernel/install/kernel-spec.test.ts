import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installKernelSpec } from '../../../kernel/src/install/kernel-spec.ts';

test('the kernelspec is written, and written again unchanged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-spec-'));
  const read = (): string[] =>
    readdirSync(spec).map((name) => `${name}\n${readFileSync(join(spec, name), 'latin1')}`);
  const spec = installKernelSpec(folder);
  const first = read();
  expect(installKernelSpec(folder)).toBe(join(folder, 'kernels', 'tidemark'));
  expect(read()).toEqual(first);
  expect(readdirSync(spec).sort()).toEqual([
    'kernel.json',
    'logo-32x32.png',
    'logo-64x64.png',
    'logo-svg.svg',
  ]);
  const kernel = JSON.parse(readFileSync(join(spec, 'kernel.json'), 'utf8')) as { argv: string[] };
  expect(kernel).toMatchObject({
    display_name: 'Tidemark (TypeScript)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false },
  });
  expect(kernel.argv[0]).toBe(process.execPath);
  expect(kernel.argv.at(-1)).toBe('{connection_file}');
  rmSync(folder, { recursive: true });
});
