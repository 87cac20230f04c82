import { Session } from './session.ts';
import type { SessionHost } from './session-host.ts';
import type { ReadCut, SessionCut, SessionStore } from './session-store.ts';

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
  const read = resume ? await lastReadable(store, cuts) : undefined;
  if (!read) return new Session(host, store, { cuts, startSeq: headSeq + 1, entries: [] });
  const { startSeq } = read.cut;
  return new Session(host, store, { cuts, startSeq, entries: await store.timeline(startSeq), resume: read });
}

/** A damaged cut is left out, with a warning: the one before it is as good, only older. */
async function lastReadable(store: SessionStore, cuts: readonly SessionCut[]): Promise<ReadCut | undefined> {
  for (const { id } of [...cuts].reverse()) {
    const read = await store.read(id);
    if (read) return read;
  }
  return undefined;
}
