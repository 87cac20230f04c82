import { canonical } from '../graph/fingerprint.ts';
import type { CutBranch } from './session-cuts.ts';
import type { LaneCut } from './lane-runner.ts';
import { endsOf } from './state-lens.ts';
import { rowsAt, writtenParts, type StateRow } from './state-rows.ts';

/** A difference between two snapshots. */
export interface DiffRow extends Omit<StateRow, 'value'> {
  /** Name of the view or sink. */
  readonly branch: string;
  /** Uid of the operator, or what else tells it from the others of the branch. */
  readonly operator: string;
  /** What became of it. */
  readonly change: 'added' | 'removed' | 'changed';
  /** What it held. */
  readonly before?: unknown;
  /** What it holds. */
  readonly after?: unknown;
}

/** What has changed of a view or sink as a whole. */
export interface BranchDiff {
  /** Name of the view or sink. */
  readonly branch: string;
  /** `'only before'`, `'only after'`: it is in one snapshot alone. */
  readonly in: 'both' | 'only before' | 'only after';
  /** Entries of the recording that it has processed in between. */
  readonly entries: number;
  /** Records that its view has got in between. */
  readonly records?: number;
}

/** What has changed between two snapshots. */
export class SnapshotDiff {
  /** The earlier snapshot. */
  readonly from: number;
  /** The later one. */
  readonly to: number;
  /** Views and sinks, one each. */
  readonly branches: readonly BranchDiff[];
  /** State, windows and timers that differ, at most 1,000. */
  readonly rows: readonly DiffRow[];
  /** Number of differences. */
  readonly count: number;

  /** Made by `env.diff`. @internal */
  constructor(from: number, to: number, branches: readonly BranchDiff[], rows: readonly DiffRow[]) {
    this.from = from;
    this.to = to;
    this.branches = branches;
    this.count = rows.length;
    this.rows = rows.slice(0, ROWS);
  }
}

const ROWS = 1_000;

/** Compares two cuts branch by branch. */
export function diffCuts(
  from: { readonly id: number; readonly branches: readonly CutBranch[] },
  to: { readonly id: number; readonly branches: readonly CutBranch[] },
): SnapshotDiff {
  const placeOf = ({ cell, ordinal }: CutBranch): string => `${cell}/${ordinal}`;
  const before = new Map(from.branches.map((branch) => [placeOf(branch), branch]));
  const branches: BranchDiff[] = [];
  const rows: DiffRow[] = [];
  for (const branch of to.branches) {
    const other = before.get(placeOf(branch));
    before.delete(placeOf(branch));
    if (!other) {
      branches.push({ branch: branch.name, in: 'only after', entries: branch.cut.cursor });
      continue;
    }
    const [old, now] = [other.cut.load(), branch.cut.load()];
    const seen = (seenOf(now) ?? 0) - (seenOf(old) ?? 0);
    const records = seenOf(now) === undefined ? {} : { records: seen };
    branches.push({ branch: branch.name, in: 'both', entries: now.cursor - old.cursor, ...records });
    rows.push(...diffLanes(branch.name, old, now));
  }
  for (const { name, cut } of before.values())
    branches.push({ branch: name, in: 'only before', entries: -cut.cursor });
  return new SnapshotDiff(from.id, to.id, branches, rows);
}

function* diffLanes(branch: string, old: LaneCut, now: LaneCut): Generator<DiffRow> {
  const names = new Set([...Object.keys(old.lane?.nodes ?? {}), ...Object.keys(now.lane?.nodes ?? {})]);
  for (const name of names) {
    const before = stateIn(old, name);
    const after = stateIn(now, name);
    // A fingerprint says nothing to people.
    const operator = /^[0-9a-f]{64}/.test(name) ? '' : name;
    for (const [id, { value, ...place }] of after) {
      const other = before.get(id);
      if (!other) yield { branch, operator, ...place, change: 'added', after: value };
      else if (canonical(other.value) !== canonical(value))
        yield { branch, operator, ...place, change: 'changed', before: other.value, after: value };
    }
    for (const [id, { value, ...place }] of before)
      if (!after.has(id)) yield { branch, operator, ...place, change: 'removed', before: value };
  }
}

function stateIn({ lane }: LaneCut, name: string): ReadonlyMap<string, StateRow> {
  const rows = new Map<string, StateRow>();
  const { tables = {}, state } = lane?.nodes[name] ?? {};
  const ends = endsOf(state);
  for (const part of writtenParts(tables)) {
    for (let slot = 0; slot < part.source.slotCount; slot++) {
      for (const row of rowsAt(part, slot, ends)) {
        const { key, state: what, start, time } = row;
        rows.set(`${canonical(key)} ${what} ${start ?? ''} ${time ?? ''}`, row);
      }
    }
  }
  return rows;
}

/** Records that the view of a branch has got. */
function seenOf({ views }: LaneCut): number | undefined {
  const [view] = views;
  const records = typeof view === 'object' && view !== null && 'records' in view ? view.records : undefined;
  return typeof records === 'number' ? records : undefined;
}
