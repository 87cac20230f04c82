import { Session } from './session.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionStore } from './session-store.ts';

/**
 * Opens the session of a notebook on what its store holds.
 * @param resume true after a crash: the last cut that can be read is taken up, and its branches wait for their cells (law 8).
 *   Otherwise the session starts clean behind what is there, which `restore` can still reach.
 */
export async function openSession(host: SessionHost, store: SessionStore, resume: boolean): Promise<Session> {
  const cuts = await store.list();
  const last = cuts.at(-1);
  const tail = await store.timeline(last?.seq ?? 1);
  const headSeq = tail.at(-1)?.seq ?? last?.seq ?? 0;
  if (!resume || !last) return new Session(host, store, { cuts, startSeq: headSeq + 1, entries: [] });
  const read = await store.read(last.id);
  const entries = await store.timeline(last.startSeq);
  return new Session(host, store, { cuts, startSeq: last.startSeq, entries, resume: read });
}
