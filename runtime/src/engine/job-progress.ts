import type { Branch } from './branch.ts';
import type { LaneStatus } from './lane-runner.ts';
import type { StateGrowth } from './view.ts';

/** How a job's sinks stand, all together. */
export interface JobProgress {
  readonly status: LaneStatus | 'created';
  /** Records that its operators have taken in: the most of any. */
  readonly read: number;
  /** Records that its sinks were given. */
  readonly written: number;
  /** What is kept without end, in words, with the entries there are by now. */
  readonly unbounded: readonly StateGrowth[];
}

/** Later ones say more of a job than earlier ones. */
const ORDER = ['finished', 'canceled', 'created', 'running', 'catching-up', 'paused', 'failed'] as const;

export function progressOfJob(branches: readonly Branch[]): JobProgress | undefined {
  if (branches.length === 0) return undefined;
  const rank = (status: string): number => ORDER.indexOf(status as (typeof ORDER)[number]);
  const statuses = branches.map(({ runner }) => runner?.status ?? 'created');
  const metrics = branches.map(({ runner, sink }) => ({
    all: runner?.lane.metrics() ?? [],
    kind: sink.kind,
  }));
  return {
    status: statuses.reduce((worst, one) => (rank(one) > rank(worst) ? one : worst)),
    read: Math.max(0, ...metrics.flatMap(({ all }) => all.map(({ recordsIn }) => recordsIn))),
    written: metrics.reduce(
      (sum, { all, kind }) => sum + (all.findLast((one) => one.kind === kind)?.recordsIn ?? 0),
      0,
    ),
    unbounded: metrics.flatMap(({ all }) =>
      all.flatMap(({ keepsForEver, stateEntries, stateBytes = 0 }) =>
        keepsForEver === undefined ? [] : [{ keeps: keepsForEver, entries: stateEntries, bytes: stateBytes }],
      ),
    ),
  };
}
