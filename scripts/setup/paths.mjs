// Where things are. Everything set-up makes lies inside the checkout: node_modules, .venv, .tidemark and lib/dist folders.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const windows = process.platform === 'win32';

/** Set-up's own folder: stamps, the downloaded Node 24, JupyterLab's project-local settings. */
export const own = join(root, '.tidemark');
export const venv = join(root, '.venv');
export const venvPython = windows ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

/** Node 24, from the npm package `node`. */
export const node24 = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
