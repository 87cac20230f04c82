import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileNotReadable } from './connector-errors.ts';
import { findFiles, isPattern } from './file-paths.ts';
import { TidemarkError } from '../errors.ts';

/** Tells when something has changed where the files of a path or pattern are. */
export class FileWatch {
  readonly #pattern: string;
  readonly #watcher: FSWatcher;
  #changed = false;

  /** @throws {TidemarkError} `file-not-readable` when the folder does not exist. */
  constructor(pattern: string, onChange: () => void) {
    this.#pattern = pattern;
    const folder = fixedFolder(pattern);
    const notice = () => {
      this.#changed = true;
      onChange();
    };
    try {
      this.#watcher = watch(folder, { recursive: isPattern(pattern), persistent: true }, notice);
    } catch (error) {
      throw fileNotReadable(folder, error);
    }
    this.#watcher.on('error', notice);
  }

  /** True once after each change. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** The files there are now, none if none has come yet. */
  files(): string[] {
    try {
      return findFiles(this.#pattern);
    } catch (error) {
      if (error instanceof TidemarkError && error.code === 'file-not-found') return [];
      throw error;
    }
  }

  close(): void {
    this.#watcher.close();
  }
}

/** The deepest folder of a pattern that has no pattern in it. */
function fixedFolder(pattern: string): string {
  let folder = dirname(pattern);
  while (isPattern(folder) && basename(folder) !== '') folder = dirname(folder);
  return folder;
}
