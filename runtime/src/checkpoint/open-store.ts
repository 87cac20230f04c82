import { SessionStore } from '../engine/session-store.ts';
import { decode, encode, encodePlain } from './codec.ts';
import { savepointFiles } from './savepoint-file.ts';
import { SqliteCutStore } from './sqlite-cut-store.ts';

/**
 * Opens the store of a session: one SQLite file, written by a thread of its own.
 * @param warn is told what does not stop the session: a read-only folder, a full disk, a damaged snapshot
 */
export async function openStore(path: string, warn: (message: string) => void): Promise<SessionStore> {
  const store = await SqliteCutStore.open(path, { onWarning: (error) => warn(error.message) });
  return new SessionStore(store, { encode, encodePlain, decode }, savepointFiles);
}
