import { cutCannotGoOn, nothingKept } from './engine-errors.ts';
import { canGoOn, recordingOf } from './recording-of-cut.ts';
import { LABEL_NOTES, Session } from './session.ts';
import type { SessionHost, SessionPast } from './session-host.ts';
import type { SessionCut, SessionStore } from './session-store.ts';

/**
 * Opens the session of a notebook on what its store holds.
 * @param resume true after a crash: the last cut that can be read is taken up, and its branches wait for their cells (law 8).
 *   Otherwise the session starts clean behind what is there, which `restore` can still reach.
 */
export async function openSession(host: SessionHost, store: SessionStore, resume: boolean): Promise<Session> {
  const session = await openStreams(host, store, resume);
  session.labels.load(await store.notes(LABEL_NOTES));
  return session;
}

async function openStreams(host: SessionHost, store: SessionStore, resume: boolean): Promise<Session> {
  const cuts = await store.list();
  const past = resume ? await lastReadable(host, store, cuts) : undefined;
  const stored = await store.storedRecording();
  if (past) return new Session(host, store, { ...past, stored });
  if (resume && store.inMemory && cuts.length === 0) host.warn(nothingKept().message);
  const last = cuts.at(-1);
  const tail = await store.timeline(last?.seq ?? 1);
  const headSeq = Math.max(tail.at(-1)?.seq ?? 0, last?.seq ?? 0);
  return new Session(host, store, { cuts, startSeq: headSeq + 1, entries: [], stored });
}

/** A damaged cut is left out, with a warning: the one before it is as good, only older. */
async function lastReadable(
  host: SessionHost,
  store: SessionStore,
  cuts: readonly SessionCut[],
): Promise<Omit<SessionPast, 'stored'> | undefined> {
  for (const cut of [...cuts].reverse()) {
    const { id, label, startSeq } = cut;
    const read = await store.read(id);
    if (!read) continue;
    // What a later recording holds is not of this one.
    const next = Math.min(...cuts.flatMap((other) => (other.startSeq > startSeq ? other.startSeq : [])));
    const entries = await recordingOf(store, cut, next === Infinity ? undefined : next - 1);
    if (!canGoOn(cut, entries)) {
      host.warn(cutCannotGoOn(id, label).message);
      continue;
    }
    // The history after it is another one from here on.
    const later = cuts.filter((other) => other.id > id).map((other) => other.id);
    if (later.length > 0) await store.drop(later);
    return { cuts: cuts.filter((other) => other.id <= id), startSeq, entries, resume: read };
  }
  return undefined;
}
