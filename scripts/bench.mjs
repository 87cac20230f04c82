// npm run bench: measures the engine against hand-written loops. Arguments are passed on (npm run bench -- q12).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node24, root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';

await runEntry(async () => {
  await setUp();
  const bench = join(root, 'tests', 'bench', 'run.ts');
  const args = ['--conditions=tidemark-source', bench, ...process.argv.slice(2)];
  const child = spawn(node24, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = await new Promise((settle) => child.once('close', (code) => settle(code ?? 1)));
});
