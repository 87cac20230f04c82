import type { CutCommits } from '../operators/sink-transactions.ts';

/** What several sinks have prepared for one cut, as one; `undefined` if none has anything. */
export function allCommits(commits: readonly (CutCommits | undefined)[]): CutCommits | undefined {
  const parts = commits.filter((part) => part !== undefined);
  if (parts.length <= 1) return parts[0];
  const ready = Promise.all(parts.map((part) => part.ready)).then(() => undefined);
  // There may be no cut that waits for it.
  ready.catch(() => undefined);
  return {
    ready,
    commit: async (cut) => (await Promise.all(parts.map((part) => part.commit(cut)))).every((done) => done),
    discard: (cut) => {
      for (const part of parts) part.discard(cut);
    },
  };
}
