import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { JupyterServer } from './jupyter-server.ts';

const python = join(resolve(import.meta.dirname, '..', '..', '..'), '.venv', 'bin', 'python');

/** The saved notebook at `path` of the server's folder as nbconvert makes it into HTML, without running it. */
export async function nbconvertHtml(server: JupyterServer, path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    python,
    ['-m', 'nbconvert', '--to', 'html', '--stdout', join(server.folder, path)],
    { maxBuffer: 64 << 20 },
  );
  return stdout;
}
