// npm run nab -- --data <folder>: scores every detector on the Numenta Anomaly Benchmark, or the part of it that lies there.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node24, root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';

await runEntry(async () => {
  await setUp();
  const run = join(root, 'tests', 'nab', 'run.ts');
  const args = ['--conditions=tidemark-source', run, ...process.argv.slice(2)];
  const child = spawn(node24, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = await new Promise((settle) => child.once('close', (code) => settle(code ?? 1)));
});
