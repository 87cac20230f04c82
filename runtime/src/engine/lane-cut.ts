import type { LaneCutBegun, LaneSnapshot } from './lane-snapshot.ts';
import type { ParamValues } from './param-log.ts';

/** A lane's part of a cut: where it stood and everything it held. */
export interface LaneCut {
  readonly cursor: number;
  /** Absent of a lane that had finished: its results are in its views, and nothing else is left of it. */
  readonly lane?: LaneSnapshot;
  /** Rows of its views, in the order of the sinks. */
  readonly views: readonly unknown[];
  /** Set while its sinks are muted: seq of the last entry that the lane before has written out. */
  readonly mutedThrough?: number;
  /** Values of params there. */
  readonly params?: ParamValues;
}

/** A cut of a lane that has begun: what is not in tables, and what these have still to give. */
export interface LaneRunnerCutBegun extends Pick<LaneCutBegun, 'tables'> {
  readonly cut: LaneCut;
}
