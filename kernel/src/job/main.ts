#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// `tidemark run <notebook>`: the notebook is the job. Exit code 0 if all went well, 1 if a cell or stream failed, 2 if it
// was called wrongly.

enableCompileCache();

const [command, path, ...rest] = process.argv.slice(2);
if (command !== 'run' || path === undefined || rest.length > 0) {
  process.stderr.write('Usage: tidemark run <notebook.ipynb>\n');
  process.exit(2);
}

// Cells get streams of their own in their place.
const { stdout, stderr } = process;
const exit = process.exit.bind(process);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const { runNotebook } = await import('./run-notebook.ts');
const { showError } = await import('../display/show-error.ts');
const succeeded = await runNotebook(path, { stdout, stderr }, stop.signal).catch((error: unknown) => {
  const { ename, evalue } = showError(error);
  stderr.write(`${ename}: ${evalue}\n`);
  return false;
});
// A pipe takes what is written to it in its own time; a stream that nobody ended must not keep the job alive.
stdout.write('', () => stderr.write('', () => exit(succeeded ? 0 : 1)));
