// A stamp is a small file, written last, that says from what a result was made. No stamp, or another one: make it again.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './paths.mjs';

export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

export function writeStamp(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, file);
}

export function removeStamp(file) {
  rmSync(file, { force: true });
}

/** A digest of the names and contents of all files at or below `paths`; a path that is not there counts as absent. */
export function contentStamp(paths, ...facts) {
  const digest = createHash('sha256');
  for (const fact of facts) digest.update(`${fact}\n`);
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      digest.update(`${relative(root, file)}\n`);
      digest.update(readFileSync(file));
    }
  }
  return digest.digest('hex');
}

/** All files at or below `path`, sorted, so that the order on disk does not matter. */
export function filesBelow(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
