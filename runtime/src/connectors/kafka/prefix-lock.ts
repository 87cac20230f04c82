import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './embedded-log.ts';

/**
 * Says to other processes of this machine that a transactional id prefix at a cluster is in use. The lock is the operating
 * system's: it is gone with the process, however that dies. Sinks on other machines fence each other.
 */
export class PrefixLock {
  readonly #file: DatabaseSync;

  private constructor(file: DatabaseSync) {
    this.#file = file;
  }

  /** @returns who has it, if it is another process */
  static take(cluster: string, prefix: string): PrefixLock | { readonly owner: string } {
    const folder = join(tmpdir(), `tidemark-prefixes-${userInfo().uid}`);
    mkdirSync(folder, { recursive: true });
    const path = join(
      folder,
      createHash('sha256')
        .update(JSON.stringify([cluster, prefix]))
        .digest('hex'),
    );
    const file = new DatabaseSync(path, { timeout: 0 });
    try {
      file.exec('BEGIN IMMEDIATE');
    } catch (error) {
      file.close();
      if (isBusy(error)) return { owner: ownerIn(`${path}.owner`) };
      throw error;
    }
    writeFileSync(`${path}.owner`, thisProcess());
    return new PrefixLock(file);
  }

  release(): void {
    this.#file.close();
  }
}

/** For people: the notebook, if this is a session of one. */
function thisProcess(): string {
  const notebook = process.env['JPY_SESSION_NAME'];
  return `process ${process.pid}${notebook === undefined ? '' : `, notebook ${notebook}`}`;
}

function ownerIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'another process';
  }
}
