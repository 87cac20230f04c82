import type { StreamNode } from '../graph/stream-node.ts';
import type { SinkLegacy, SinkState } from '../operators/sink-operator.ts';
import type { BranchView } from './branch-view.ts';
import type { CarriedState } from './carried-state.ts';
import type { SavepointName } from './job-state.ts';
import type { LaneRunner } from './lane-runner.ts';
import type { SavepointOrigin } from './savepoint-origin.ts';
import type { StoredLaneCut } from './stored-lane-cut.ts';

/** One sink or view of a session with the lane that feeds it: the unit that a re-run keeps, rebuilds or retires (law 4). */
export interface Branch {
  readonly sink: StreamNode;
  readonly fingerprint: string;
  /** The cell that owns it and its place among that cell's branches; a cut and paste changes the cell. */
  cell: string;
  ordinal: number;
  view?: BranchView;
  /** Variables of the notebook that its functions name, with what they held when it was made (law 3). */
  readonly variables: ReadonlyMap<string, string>;
  /** Absent until the cell that makes it has ended. */
  runner?: LaneRunner;
  /** Where it goes on from when it starts: it was found in a cut (law 8). */
  cut?: StoredLaneCut | undefined;
  /** The savepoint that it starts from, or has started from. */
  savepoint?: SavepointName | undefined;
  /** The same with all that is to be read of it; absent of one from a cut until its cell names the savepoint again. */
  origin?: SavepointOrigin | undefined;
  /** Of an edited one: what it keeps of the one before (law 4). */
  carried?: CarriedState;
  /** True until what it is to go on from has been read. */
  held?: boolean;
  /** Called when it starts while its cell still runs: what it goes on from is not settled yet. */
  beforeStart?: (() => void) | undefined;
  /** Of one that takes the place of another: up to where that one has written to its sink (law 5). */
  mutedThrough?: number;
  /** What the sinks of that one leave to its own. */
  left?: readonly SinkLegacy[];
  /** The same of one that ran before a crash, as a cut holds it. */
  leftInCut?: readonly (SinkState | undefined)[];
  job?: string | undefined;
}

/** What a branch is matched by. */
export interface BranchIdentity {
  readonly cell: string;
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly savepoint?: SavepointName | undefined;
}

/** One that is made now: it says only later in its cell which savepoint it starts from, if any. */
export interface MadeBranch extends Omit<BranchIdentity, 'savepoint'> {
  readonly savepoint?: SavepointName | 'not said yet' | undefined;
}

/** How well a branch that is made now matches one that is there: higher is better, 0 is not at all (law 3). */
export function matchRank(made: MadeBranch, there: BranchIdentity): number {
  if (made.fingerprint !== there.fingerprint) return 0;
  if (made.savepoint !== 'not said yet' && made.savepoint?.id !== there.savepoint?.id) return 0;
  if (made.cell !== there.cell) return 1;
  return made.ordinal === there.ordinal ? 3 : 2;
}

/** Takes the best match out of `candidates`. */
export function takeMatch<C extends BranchIdentity>(made: MadeBranch, candidates: Set<C>): C | undefined {
  let best: C | undefined;
  for (const candidate of candidates) {
    if (matchRank(made, candidate) > (best ? matchRank(made, best) : 0)) best = candidate;
  }
  if (best) candidates.delete(best);
  return best;
}
