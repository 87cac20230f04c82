import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOGO_SVG, logoPng } from './logo.ts';

/** Writes the kernelspec `tidemark` under a Jupyter data folder and returns where. Writing it again changes nothing. */
export function installKernelSpec(dataFolder: string): string {
  const folder = join(dataFolder, 'kernels', 'tidemark');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(kernelSpec(), undefined, 2)}\n`);
  writeFileSync(join(folder, 'logo-svg.svg'), LOGO_SVG);
  writeFileSync(join(folder, 'logo-64x64.png'), logoPng(64));
  writeFileSync(join(folder, 'logo-32x32.png'), logoPng(32));
  return folder;
}

/** How Jupyter starts the kernel: with the very Node that runs this. */
export function kernelSpec(): Record<string, unknown> {
  const fromSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(fromSource ? '../main.ts' : '../main.js', import.meta.url));
  const conditions = fromSource ? ['--conditions=tidemark-source'] : [];
  return {
    argv: [process.execPath, ...conditions, main, '{connection_file}'],
    display_name: 'Tidemark (TypeScript)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false },
  };
}
