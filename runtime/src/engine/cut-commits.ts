import type { CutCommits } from '../operators/sink-transactions.ts';
import type { LaneRunner } from './lane-runner.ts';

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
