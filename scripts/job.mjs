// npm run job -- <notebook.ipynb>: runs a notebook as a job, without Jupyter; its exit code is the job's.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node24, root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';

await runEntry(async () => {
  await setUp();
  const kernel = join(root, 'kernel', 'lib');
  const { ENGINE_FLAGS } = await import(`${kernel}/session/engine-flags.js`);
  const main = join(kernel, 'job', 'main.js');
  const args = [
    '--disable-warning=ExperimentalWarning',
    ...ENGINE_FLAGS,
    main,
    'run',
    ...process.argv.slice(2),
  ];
  // The job hears Ctrl-C itself, and stops in order.
  process.removeAllListeners('SIGINT').on('SIGINT', () => undefined);
  const child = spawn(node24, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = await new Promise((settle) => child.once('close', (code) => settle(code ?? 1)));
});
