import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Files that belong to one notebook's session. */
export interface SessionFiles {
  /** The notebook's folder: what imports and file names are relative to. */
  readonly cwd: string;
  /** The session's SQLite file. */
  readonly store: string;
  readonly history: string;
  readonly views: string;
}

/**
 * Places a session's files in `.tidemark/` beside the notebook (law 1: a session belongs to a notebook path), or beside
 * the connection file when no notebook is known.
 */
export function sessionFiles(connectionFile: string, notebook: string | undefined): SessionFiles {
  const cwd = process.cwd();
  const known = notebook !== undefined && notebook.endsWith('.ipynb');
  const folder = known ? join(cwd, '.tidemark') : join(dirname(resolve(connectionFile)), 'tidemark');
  const name = basename(known ? notebook : connectionFile).replace(/\.(ipynb|json)$/, '');
  mkdirSync(folder, { recursive: true });
  return {
    cwd,
    store: join(folder, `${name}.sqlite`),
    history: join(folder, `${name}.history.jsonl`),
    views: join(folder, `${name}.views.json`),
  };
}
