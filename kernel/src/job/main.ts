#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';

// `tidemark run <notebook> [--labels <file>]…`: the notebook is the job. Exit code 0 if all went well, 1 if a cell or stream failed, 2 if it
// was called wrongly.

enableCompileCache();

const { path, labels } = called();

// Cells get streams of their own in their place.
const { stdout, stderr } = process;
const exit = process.exit.bind(process);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const { runNotebook } = await import('./run-notebook.ts');
const { showError } = await import('../display/show-error.ts');
const succeeded = await runNotebook(path, { stdout, stderr }, stop.signal, { labels }).catch(
  (error: unknown) => {
    const { ename, evalue } = showError(error);
    stderr.write(`${ename}: ${evalue}\n`);
    return false;
  },
);
// A pipe takes what is written to it in its own time; a stream that nobody ended must not keep the job alive.
stdout.write('', () => stderr.write('', () => exit(succeeded ? 0 : 1)));

function called(): { readonly path: string; readonly labels: readonly string[] } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { labels: { type: 'string', multiple: true, default: [] } },
    });
    const [command, path, ...rest] = positionals;
    if (command === 'run' && path !== undefined && rest.length === 0) return { path, labels: values.labels };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
  }
  process.stderr.write('Usage: tidemark run <notebook.ipynb> [--labels <labels.json>]\n');
  process.exit(2);
}
