import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = resolve(import.meta.dirname, '..', '..');

/** Loads a module of scripts/, which is plain JavaScript; the caller says what it exports. */
export async function scriptModule<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, 'scripts', path)).href)) as T;
}
