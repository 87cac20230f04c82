import { readFile } from 'node:fs/promises';
import { badNotebook } from '../errors.ts';

/** A code cell of a notebook file. */
export interface NotebookCell {
  readonly id: string;
  readonly code: string;
}

interface StoredCell {
  readonly cell_type?: unknown;
  readonly id?: unknown;
  readonly source?: unknown;
}

/** Reads the code cells of a notebook, in their order. */
export async function readNotebook(path: string): Promise<NotebookCell[]> {
  let cells: unknown;
  try {
    cells = (JSON.parse(await readFile(path, 'utf8')) as { cells?: unknown }).cells;
  } catch (error) {
    throw badNotebook(path, error);
  }
  if (!Array.isArray(cells)) throw badNotebook(path, undefined);
  return (cells as StoredCell[])
    .filter((cell) => cell.cell_type === 'code')
    .map(({ id, source }, at) => ({
      id: typeof id === 'string' ? id : `cell ${at + 1}`,
      code: Array.isArray(source) ? source.join('') : String(source ?? ''),
    }));
}
