import type { StreamNode } from '../graph/stream-node.ts';
import type { SinkLegacy } from '../operators/sink-operator.ts';
import type { CutCommits } from '../operators/sink-transactions.ts';
import { type Branch, type MadeBranch, takeMatch } from './branch.ts';
import { prepareForCut } from './cut-commits.ts';
import type { Engine } from './engine.ts';
import { variablesOf } from './named-variables.ts';
import { RetiredBranches } from './retired-branches.ts';
import {
  samePlace,
  type CutBranch,
  type FailedBranch,
  type RunningBranch,
  type SessionCuts,
} from './session-cuts.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionLanes } from './session-lanes.ts';
import type { ViewObserver, ViewOptions } from './view.ts';

/** The branches of a session: those that run, those that wait in a cut for their cells, those whose cells are gone. */
export class SessionBranches {
  readonly all = new Set<Branch>();
  /** In a cut, to go on when their cells make them again (law 8). */
  readonly waiting = new Set<CutBranch>();
  /** Branches of deleted cells, which this execution or the next may still make again (law 3). */
  readonly #orphans = new Map<Branch, 'new' | 'old'>();
  readonly #retired = new RetiredBranches();
  /** Set while branches wait for what they are to go on from. */
  settled: Promise<void> | undefined;
  readonly #host: SessionHost;
  readonly #engine: Engine;
  readonly #lanes: SessionLanes;
  readonly #cuts: SessionCuts;

  constructor(host: SessionHost, engine: Engine, lanes: SessionLanes, cuts: SessionCuts) {
    this.#host = host;
    this.#engine = engine;
    this.#lanes = lanes;
    this.#cuts = cuts;
  }

  /** Adds one that a cell makes; it goes on from the cut in which it waits, if it does. */
  add(sink: StreamNode, made: MadeBranch): Branch {
    const variables = variablesOf(sink, this.#host);
    const { cut, savepoint } = takeMatch(made, this.waiting) ?? {};
    const branch: Branch = { sink, ...made, variables, cut, savepoint };
    this.all.add(branch);
    return branch;
  }

  /** One that was found in a cut is not what is made: it waits on. */
  letWait(branch: Branch): void {
    const { cell, ordinal, fingerprint, sink, cut, savepoint } = branch;
    const own = this.#lanes.fingerprints.own(sink);
    const place = { cell, ordinal, fingerprint, name: sink.name, sink: own };
    if (cut) this.waiting.add({ ...place, cut, ...(savepoint && { savepoint }) });
    branch.cut = undefined;
    branch.savepoint = undefined;
  }

  waitFor(work: Promise<void>): void {
    const settled = Promise.all([this.settled, work]).then(() => {
      if (this.settled === settled) this.settled = undefined;
    });
    this.settled = settled;
  }

  start(branch: Branch): void {
    if (branch.runner || !this.all.has(branch)) return;
    branch.beforeStart?.();
    if (branch.held) return;
    const openView = (): ViewObserver => {
      if (!branch.view) throw new TypeError(`nobody looks at ${branch.sink.name}`);
      return branch.view.tap(this.#host.openView(branch.view.id));
    };
    const { mutedThrough, carried, origin } = branch;
    const owner = { cell: () => branch.cell, openView, mutedThrough, origin };
    let cut = carried?.cut;
    try {
      cut ??= branch.cut?.load();
    } catch (error) {
      return this.#waitOn(branch, error);
    }
    branch.runner = this.#lanes.make([branch.sink], owner, cut, carried);
    const { sinks } = branch.runner.lane;
    if (branch.left) sinks.inherit(branch.left);
    if (branch.leftInCut) sinks.restore(branch.leftInCut);
    this.#engine.add(branch.runner);
    this.holdIfPaused(branch);
  }

  /** What it is to go on from cannot be read yet: it waits for its cell to run again (law 8). */
  #waitOn(branch: Branch, error: unknown): void {
    const { sink } = branch;
    this.all.delete(branch);
    this.letWait(branch);
    const reason = error instanceof Error ? error.message : String(error);
    this.#host.warn(`${sink.name} waits in its snapshot. ${reason} Then run the cell again.`);
  }

  /** What starts while the streams are paused says so, and waits with them. */
  holdIfPaused({ runner }: Branch): void {
    if (this.#engine.paused) runner?.pause();
  }

  /** Says that the view of a branch is there; one that is kept may look otherwise than it did. */
  announce(branch: Branch, node = branch.sink, options: ViewOptions = node.view ?? {}): void {
    const { view, cell, ordinal, runner } = branch;
    if (!view) return;
    const kept = runner !== undefined;
    this.#host.announceView({ viewId: view.id, cell, ordinal, title: node.name, node, options, kept });
  }

  /**
   * Takes a branch down as part of an edit: its sinks commit with the edit's cut what they were given before (law 5).
   * @returns what they leave to those in their place
   */
  retire(branch: Branch, commits: CutCommits[]): readonly SinkLegacy[] {
    const prepared = branch.runner?.prepareCommit(true);
    if (prepared) commits.push(prepared);
    const left = branch.runner?.lane.sinks.legacy ?? [];
    this.discard(branch);
    return left;
  }

  /** Takes out the one that waits in a cut at a place of a cell, for another that takes its place. */
  takeWaitingAt(place: Pick<Branch, 'cell' | 'ordinal'>): CutBranch | undefined {
    const found = [...this.waiting].find((waiting) => samePlace(waiting, place));
    if (found) this.waiting.delete(found);
    return found;
  }

  discard(branch: Branch): void {
    this.all.delete(branch);
    if (branch.runner) this.#retired.add(branch, this.#cuts.list());
    this.#orphans.delete(branch);
    if (branch.runner) this.#engine.remove(branch.runner);
    // The same place of a cell has the same view: another branch may show there already.
    const shared = [...this.all].some((other) => other.view?.id === branch.view?.id);
    if (branch.view && !shared) this.#host.closeView(branch.view.id);
  }

  /** What goes into a cut. */
  *forCut(): Generator<RunningBranch | FailedBranch | CutBranch> {
    const { fingerprints } = this.#lanes;
    for (const { cell, ordinal, fingerprint, sink, runner, held, savepoint } of this.all) {
      const own = fingerprints.own(sink);
      const place = {
        cell,
        ordinal,
        fingerprint,
        name: sink.name,
        sink: own,
        ...(savepoint && { savepoint }),
      };
      const prepared = runner && prepareForCut(runner);
      if (prepared) yield { ...place, ...prepared };
      else if (held || runner?.status === 'failed') yield { ...place, failed: true };
    }
    // What still waits for its cell is part of the session's state all the same.
    yield* this.waiting;
  }

  /** Makes the branches of a cut wait for their cells, or takes them over where they run already. */
  adopt(branches: readonly CutBranch[]): void {
    this.waiting.clear();
    for (const branch of branches) this.waiting.add(branch);
    for (const branch of this.all) {
      const found = takeMatch(branch, this.waiting);
      // A branch that the cut does not know is what it would have been then: rebuilt up to the cut.
      branch.runner?.rollBack(found?.cut.load());
    }
  }

  /** Branches of the cut whose cells have been edited since run again, in the place of what came after them (law 7). */
  revive(): void {
    for (const waiting of this.waiting) {
      const retired = this.#retired.take(waiting);
      if (!retired) continue;
      this.waiting.delete(waiting);
      const { cell, ordinal, fingerprint, cut, savepoint } = waiting;
      for (const other of this.all) if (other.cell === cell && other.ordinal === ordinal) this.discard(other);
      const branch: Branch = { ...retired, cell, ordinal, fingerprint, cut, savepoint };
      this.all.add(branch);
      this.announce(branch);
      this.start(branch);
    }
  }

  orphan(cells: readonly string[]): void {
    for (const branch of this.all) if (cells.includes(branch.cell)) this.#orphans.set(branch, 'new');
  }

  takeOrphan(made: MadeBranch): Branch | undefined {
    const orphans = new Set(this.#orphans.keys());
    const found = takeMatch(made, orphans);
    if (found) this.#orphans.delete(found);
    return found;
  }

  /** Orphans that had their second chance; the others get it with the next execution (law 3). */
  takeOldOrphans(): Branch[] {
    const old = [...this.#orphans].filter(([, age]) => age === 'old').map(([branch]) => branch);
    for (const branch of old) this.#orphans.delete(branch);
    for (const branch of this.#orphans.keys()) this.#orphans.set(branch, 'old');
    return old;
  }
}
