import { globSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileNotFound, fileNotReadable } from './connector-errors.ts';
import { similarNames } from './similar-names.ts';

const GLOB = /[*?[\]{}]/;

/** Whether a path has the characters of a pattern and no file of just that name exists. */
export function isPattern(path: string): boolean {
  return GLOB.test(path) && statSync(path, { throwIfNoEntry: false }) === undefined;
}

/** Whether there is a folder of that name. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The files that a path or pattern stands for now, in the order of their names; at least one. */
export function findFiles(pattern: string): string[] {
  const path = resolve(pattern);
  if (isPattern(path)) {
    const found = globSync(path).filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
    if (found.length === 0) throw notFound(path, pattern);
    return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw notFound(path, pattern);
  if (!stat.isFile())
    throw fileNotReadable(path, new Error(stat.isDirectory() ? 'it is a folder' : 'it is no file'));
  return [path];
}

function notFound(path: string, pattern: string): Error {
  const directory = dirname(path);
  let names: string[] | undefined;
  try {
    names = readdirSync(directory);
  } catch {
    // No such folder, which the error says.
  }
  const near = names === undefined ? [] : similarNames(basename(path), names);
  return fileNotFound(path, pattern, near, names === undefined ? undefined : directory);
}
