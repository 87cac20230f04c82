import type { CutCommits } from '../operators/sink-transactions.ts';
import type { LaneRunner } from './lane-runner.ts';

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

/** Has a lane's sinks prepare what they were given for a cut; `undefined` if the lane has no part in cuts any more. */
export function prepareForCut(
  runner: LaneRunner,
): { readonly runner: LaneRunner; readonly commits: CutCommits | undefined } | undefined {
  const isOver = (): boolean => runner.status === 'failed' || runner.status === 'canceled';
  if (isOver()) return undefined;
  const commits = runner.prepareCommit();
  if (!isOver()) return { runner, commits };
  // A sink has failed just then.
  commits?.discard(0);
  return undefined;
}
